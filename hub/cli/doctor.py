"""`hub doctor DIR`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("doctor", help="check keys, store, log, policies, clock and disk")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine, print what was found; exit 1 where something must be mended."""
    from hub.cli.examination import examine

    sick = False
    for finding in examine(args.directory):
        print(f"{'ok  ' if finding.mend == '' else 'BAD '} {finding.what}: {finding.found}")
        if finding.mend:
            sick = True
            print(f"     mend: {finding.mend}")
    return 1 if sick else 0
