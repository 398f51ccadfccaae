"""`hub filings DIR FILE`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("filings", help="load departments' filings already accepted on paper")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load."""
    from hub.cli.opened import opened, read_text
    from hub.policy.filings import put_on_record, read_filings
    from hub.rules.starting import rules_at_start

    lines = read_text(args.file)
    with opened(args.directory) as hub:
        rules, _ = rules_at_start(hub.directory, hub.writer, hub.reader, hub.ring)
        filings = read_filings(lines, rules.policies)
        count = put_on_record(hub.writer, filings)
    print(f"filings: {count} on record")
    return 0
