"""`hub token DIR PRINCIPAL`."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("token", help="print a token of the development issuer")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("principal", metavar="PRINCIPAL", help="role:scope[#person]")
    parser.add_argument("--ttl", type=int, default=8 * 3600, metavar="SECONDS")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Mint."""
    from datetime import UTC, datetime

    from hub.cli.opened import opened
    from hub.errors import BadInput, OperatorError
    from hub.identity.appointments import appoint, appointments
    from hub.identity.development import mint
    from hub.identity.principals import Appointment
    from hub.model.principal import Role, parse_principal
    from hub.store.directory import Directory
    from hub.store.tokens import rid_token

    directory = Directory(args.directory)
    directory.origin()
    if not directory.is_development:
        raise OperatorError("tokens come from the configured issuers; `hub token` works after `hub init --dev-issuer`")
    principal = parse_principal(args.principal)
    now = datetime.now(UTC)
    token = mint(directory.development_key.read_bytes(), principal, args.ttl, now=now)
    with opened(args.directory) as hub:
        if principal.role is Role.RESIDENT and hub.reader.find(rid_token(hub.ring, principal.rid), ()) is None:
            raise BadInput("principal", "there is no resident with this id")
        # In development nobody waits for an appointment; one that was revoked stays revoked.
        known = appointments(hub.reader).get(principal.id)
        if known is None:
            appoint(hub.writer, hub.reader, [Appointment(principal)])
        elif not known.in_force(now):
            why = "was revoked; `hub principals DIR --reinstate` brings it back" if known.revoked else "is not in force"
            print(f"hub: {principal.id} {why}: this token opens nothing", file=sys.stderr)
    print(token)
    return 0
