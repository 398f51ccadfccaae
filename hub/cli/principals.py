"""`hub principals DIR FILE`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("principals", help="load who holds which role over which area, or revoke one")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="principal,valid_from,valid_until")
    parser.add_argument("--revoke", metavar="PRINCIPAL", help="end one role at once")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load or revoke."""
    from hub.cli.opened import opened, read_text
    from hub.errors import BadInput
    from hub.identity.appointments import appoint, revoke
    from hub.identity.principals import read_appointments
    from hub.model.principal import parse_principal

    if (args.file is None) == (args.revoke is None):
        raise BadInput("arguments", "must have either FILE or `--revoke PRINCIPAL`")
    if args.revoke:
        principal = parse_principal(args.revoke).id
        with opened(args.directory) as hub:
            revoke(hub.writer, hub.reader, principal)
        print("revoked")
        return 0
    fresh = read_appointments(read_text(args.file))
    with opened(args.directory) as hub:
        changed = appoint(hub.writer, hub.reader, fresh)
    print(f"principals: {len(fresh)} read, {changed} changed")
    return 0
