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
    parser.add_argument("--reinstate", metavar="PRINCIPAL", help="bring a revoked one back")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load or revoke."""
    from hub.cli.opened import opened, read_text
    from hub.errors import BadInput
    from hub.identity.appointments import appoint, reinstate, revoke
    from hub.identity.principals import read_appointments
    from hub.model.principal import parse_principal

    if [args.file, args.revoke, args.reinstate].count(None) != 2:  # noqa: PLR2004 - one of the three
        raise BadInput("arguments", "must have one of FILE, `--revoke PRINCIPAL` and `--reinstate PRINCIPAL`")
    if args.file is None:
        change, word = (revoke, "revoked") if args.revoke else (reinstate, "reinstated")
        principal = parse_principal(args.revoke or args.reinstate).id
        with opened(args.directory) as hub:
            change(hub.writer, hub.reader, principal)
        print(word)
        return 0
    fresh = read_appointments(read_text(args.file))
    with opened(args.directory) as hub:
        done = appoint(hub.writer, hub.reader, fresh)
    print(f"principals: {len(fresh)} read, {done.changed} changed")
    if done.still_revoked:
        print(f"{done.still_revoked} were revoked and stay so; `--reinstate PRINCIPAL` brings one back")
    return 0
