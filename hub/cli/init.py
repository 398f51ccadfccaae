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
    from hub.cli.opened import opened
    from hub.identity.development import generate_development_key
    from hub.rules.starting import found
    from hub.rules.texts import read_texts, rules_from
    from hub.store.directory import Directory
    from hub.store.installation import create

    # before anything is made: what is wrong shall leave nothing
    rules_from(read_texts(Directory(args.directory)), development=args.dev_issuer)
    directory = create(args.directory, generate_development_key() if args.dev_issuer else None, args.origin)
    with opened(args.directory) as hub:
        rules = found(hub.directory, hub.writer, hub.reader, hub.ring)
    print(f"store and log are in {directory.path}, their keys in {directory.keys}: back both up, apart")
    print(f"the log's verifier key, for auditors: {directory.log_key}")
    print(f"the first rules are those of the files: {rules.digest}")
    if args.dev_issuer:
        print("development issuer: for identity numbers of unassigned areas or 1899 births, served on loopback only")
    return 0
