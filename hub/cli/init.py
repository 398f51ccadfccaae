"""`hub init DIR`."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("init", help="create keys, store and log in a new data directory")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--dev-issuer", action="store_true", help="for development: synthetic people, loopback only")
    parser.add_argument("--origin", default="", help="the log's unique name, a URL without scheme")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Create."""
    from hub.identity.development import generate_development_key
    from hub.store.installation import create

    directory = create(args.directory, generate_development_key() if args.dev_issuer else None, args.origin)
    print(f"store and log are in {directory.path}, their keys in {directory.keys}: back both up, apart")
    print(f"the log's verifier key, for auditors: {directory.log_key}")
    if args.dev_issuer:
        print("development issuer: for identity numbers of unassigned areas or 1899 births, served on loopback only")
    return 0
