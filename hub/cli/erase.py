"""`hub erase DIR`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("erase", help="carry out the erasures that were approved")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Erase whom nothing holds up; says how many of each there were."""
    from hub.cli.opened import opened
    from hub.model.instant import now_utc
    from hub.rights.erasure import carry_out

    with opened(args.directory) as hub:
        done = carry_out(hub.writer, hub.reader, hub.ring, now_utc())
    print(f"erasures: {done.erased} carried out, {done.held} held up by something that is open")
    return 0
