"""`hub principals DIR FILE`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.cli.opened import Opened
    from hub.identity.principals import Appointment


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("principals", help="load who holds which role over which area, or revoke one")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="principal,valid_from,valid_until")
    parser.add_argument("--revoke", metavar="PRINCIPAL", help="end one role at once")
    parser.add_argument("--reinstate", metavar="PRINCIPAL", help="bring a revoked one back")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load, revoke or reinstate. Revoking is immediate everywhere; outside development the rest needs two people."""
    from hub.cli.opened import opened, read_text
    from hub.errors import BadInput
    from hub.identity.appointments import reinstate, reinstated, revoke
    from hub.identity.principals import read_appointments
    from hub.model.principal import parse_principal

    if [args.file, args.revoke, args.reinstate].count(None) != 2:  # noqa: PLR2004 - one of the three
        raise BadInput("arguments", "must have one of FILE, `--revoke PRINCIPAL` and `--reinstate PRINCIPAL`")
    if args.file is not None:
        fresh = read_appointments(read_text(args.file))
        with opened(args.directory) as hub:
            return _load(hub, fresh) if hub.directory.is_development else _propose(hub, fresh)
    principal = parse_principal(args.revoke or args.reinstate).id
    with opened(args.directory) as hub:
        if args.revoke:
            revoke(hub.writer, hub.reader, principal)
            print("revoked")
        elif hub.directory.is_development:
            reinstate(hub.writer, hub.reader, principal)
            print("reinstated")
        else:
            _propose(hub, (reinstated(hub.reader, principal),), again=True)
    return 0


def _load(hub: "Opened", fresh: "tuple[Appointment, ...]") -> int:
    from hub.identity.appointments import appoint

    done = appoint(hub.writer, hub.reader, fresh)
    print(f"principals: {len(fresh)} read, {done.changed} changed")
    _tell_revoked(done.still_revoked)
    return 0


def _propose(hub: "Opened", fresh: "tuple[Appointment, ...]", *, again: bool = False) -> int:
    from hub.cli.proposed import tell
    from hub.rules.operator import Means, propose_appointments

    loaded = propose_appointments(Means(*hub), fresh, "", reinstated=again)
    print(f"principals: {len(fresh)} read, {loaded.narrowed} end sooner from now on")
    _tell_revoked(loaded.still_revoked)
    if loaded.proposed is not None:
        tell(loaded.proposed)
    return 0


def _tell_revoked(count: int) -> None:
    if count:
        print(f"{count} were revoked and stay so; `--reinstate PRINCIPAL` brings one back")
