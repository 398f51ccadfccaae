"""`hub keys rotate DIR [--tier TIER] [--root]`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from hub.model.tier import Tier


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    keys = subparsers.add_parser("keys", help="rotate keys")
    commands = keys.add_subparsers(dest="keys_command", required=True, metavar="COMMAND")
    rotate = commands.add_parser(
        "rotate",
        help="move all data keys under fresh keys of their tiers, while the hub serves",
        description="Make a fresh key for each tier, move every data key under it, and destroy the old one once "
        "nothing is left under it. The hub may serve and import meanwhile. Broken off, running it again goes on. With "
        "--root the keyring is sealed under another root key instead.",
    )
    rotate.add_argument("directory", type=Path, metavar="DIR")
    which = rotate.add_mutually_exclusive_group()
    which.add_argument(
        "--tier", choices=[tier.value for tier in Tier], action="append", help="only this one; repeatable"
    )
    which.add_argument("--root", action="store_true", help="the root key")
    rotate.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Rotate; says which keys count now."""
    from hub.cli.opened import opened
    from hub.model.instant import now_utc
    from hub.store.rotation import rotate, rotate_root

    with opened(args.directory) as hub:
        if args.root:
            rotate_root(hub.directory, hub.writer, os.environ, now_utc())
            print("the keyring is sealed under another root key; copies of it from before still open with the old one")
            return 0
        tiers = [Tier(name) for name in args.tier or Tier]
        hub.reader.close()  # a view of old pages would keep them in the write-ahead log
        done = rotate(hub.directory, hub.ring, hub.writer, tiers, now_utc())
    went_on = "went on with the rotation that was begun; " if done.resumed else ""
    told = ", ".join(f"{tier} {number}" for tier, number in done.keys.items())
    print(f"{went_on}data keys of {done.people} people moved; keys that count now: {told}; the old ones are destroyed")
    if not done.settled:
        print("hub: a reader still holds old pages of the data keys; they are written over soon", file=sys.stderr)
    return 0
