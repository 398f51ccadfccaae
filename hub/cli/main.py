"""The `hub` command: one module per command, imported when it runs."""

import argparse
import sys
from importlib import import_module

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
    "audit",
    "doctor",
    "erase",
    "notices",
)


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 on success, 2 on bad usage or bad input, 1 on anything else.
    """
    parser = argparse.ArgumentParser(prog="hub", description="resident data hub: sealed files, graded access, a trail")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"hub.cli.{name}").add_parser(subparsers)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except BadInput as error:
        print(f"hub: {error}", file=sys.stderr)
        return 2
    except (HubError, LogError, OSError) as error:
        print(f"hub: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hub: interrupted; running the same command again goes on", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
