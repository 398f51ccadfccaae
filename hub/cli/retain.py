"""`hub retain DIR`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("retain", help="remove what is past the date until which it may be kept")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Remove what is past its date; says of how many people."""
    from hub.cli.opened import opened
    from hub.model.duration import longest_of
    from hub.model.instant import now_utc
    from hub.rights.retention import retain
    from hub.rules.starting import rules_at_start

    with opened(args.directory) as hub:
        rules, _ = rules_at_start(hub.directory, hub.writer, hub.reader, hub.ring)
        visits = longest_of(rules.policies.purposes["VISIT"].retention)
        done = retain(hub.writer, hub.reader, hub.ring, visits, now_utc())
    print(
        f"retention: {done.looked} files looked at, something removed from {done.removed}, {done.erased} erased as "
        f"nothing was left, {done.held} held up by something that is open"
    )
    return 0
