"""The `hub` command: one module per command, imported when it runs."""

import argparse
import os
import sys
from importlib import import_module
from typing import NoReturn

from audit.errors import LogError
from hub.errors import BadInput, HubError

COMMANDS = (
    "demo",
    "synth",
    "init",
    "import_feed",
    "principals",
    "filings",
    "token",
    "serve",
    "policy",
    "rules",
    "audit",
    "doctor",
    "erase",
    "notices",
    "keys",
    "retain",
)


class OneLine(argparse.ArgumentParser):
    """A parser whose refusal is one line: what is wrong, and where to read on."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}; `{self.prog} --help` says more\n")


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 on success, 2 on bad usage or bad input, 1 on anything else.
    """
    parser = OneLine(prog="hub", description="resident data hub: sealed files, graded access, a trail")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"hub.cli.{name}").add_parser(subparsers)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except BadInput as error:
        print(f"hub: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read the output has enough of it; the interpreter must not try to flush the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (HubError, LogError, OSError) as error:
        print(f"hub: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hub: interrupted; running the same command again goes on", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
