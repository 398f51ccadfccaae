"""`hub rules`: which rules are in force, and proposing the files for them."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    rules = subparsers.add_parser("rules", help="which rules are in force, and asking for others")
    commands = rules.add_subparsers(dest="rules_command", required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="print what is in force, which files differ, and what waits for approval")
    show.add_argument("directory", type=Path, metavar="DIR")
    show.set_defaults(run=run_show)
    propose = commands.add_parser(
        "propose",
        help="propose policies, issuers and calendar as they lie on the disk",
        description="Read the files, check them strictly, print what they would change, and put that on record for two "
        "people to approve over the API. What only narrows takes effect at once, and everything does while there are "
        "not two people yet who could approve it.",
    )
    propose.add_argument("directory", type=Path, metavar="DIR")
    propose.add_argument("--reason", default="", help="why, in words that are kept")
    propose.set_defaults(run=run_propose)


def run_show(args: argparse.Namespace) -> int:
    """Print what is in force, and what differs or waits."""
    from hub.cli.opened import opened
    from hub.rules.operator import Means, waiting
    from hub.rules.records import must_be_held, texts_of
    from hub.rules.starting import differing_files
    from hub.rules.texts import read_texts, rules_from

    with opened(args.directory) as hub:
        held = must_be_held(hub.reader)
        rules = rules_from(texts_of(hub.reader, held.digest))
        print(f"in force: version {held.version}, {held.digest}, since {held.since}")
        for path in differing_files(rules, read_texts(hub.directory)):
            print(f"  differs on the disk: {path}")
        for change in waiting(Means(*hub)):
            yes = f"{len(change['approvals'])} of 2 have approved"
            print(f"waits until {change['expires_at']}: {change['id']}, {change['matter']} {change['digest']}, {yes}")
    return 0


def run_propose(args: argparse.Namespace) -> int:
    """Propose the files."""
    from hub.cli.opened import opened
    from hub.cli.proposed import tell
    from hub.rights.wording import worded
    from hub.rules.operator import Means, propose_files

    reason = worded("reason", args.reason, required=False)
    with opened(args.directory) as hub:
        made = propose_files(Means(*hub), reason)
    tell(made)
    return 0
