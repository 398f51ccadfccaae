"""`hub notices DIR`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("notices", help="hand the notices that are due to the gateway, once")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Send what is due; says how many of each there were."""
    from hub.cli.opened import opened
    from hub.errors import OperatorError
    from hub.model.instant import now_utc
    from hub.notices.gateway import load_gateway
    from hub.notices.outbox import turn
    from hub.notices.sending import send_now
    from hub.store.directory import Directory

    directory = Directory(args.directory)
    gateway = load_gateway(directory)
    if gateway is None:
        raise OperatorError(f"{directory.gateway} names no gateway; notices wait until it does")
    with opened(args.directory) as hub, turn(directory) as ours:
        if not ours:
            raise OperatorError("another process sends notices now; they need not be sent twice")
        sent = send_now(gateway, hub.writer, hub.reader, hub.ring, now_utc)
    print(f"notices: {sent.taken} handed over, {sent.not_taken} not taken and tried again, {sent.given_up} given up")
    return 0
