"""`hub audit export DIR OUT.zip`: a self-contained evidence pack. `hub audit purge DIR --before DAY`."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    audit = subparsers.add_parser("audit", help="hand the trail to somebody who checks it")
    commands = audit.add_subparsers(dest="audit_command", required=True, metavar="COMMAND")
    export = commands.add_parser(
        "export",
        help="write an evidence pack: events, proofs and the signed head of the log, in one file",
        description="Write an evidence pack. It verifies with `python -m audit verify` and the log's key, and needs "
        "nothing of the hub. People are pseudonyms in it. That it was made is itself an entry of the log.",
    )
    export.add_argument("directory", type=Path, metavar="DIR")
    export.add_argument("out", type=Path, metavar="OUT.zip", help="must not exist yet")
    export.add_argument("--since", default="", metavar="WHEN", help="a day in China, or an instant of ISO 8601")
    export.add_argument("--until", default="", metavar="WHEN", help="the day is included, the instant is not")
    export.add_argument("--subject", default="", metavar="PSEUDONYM", help="all entries about one person, no others")
    export.set_defaults(run=run)
    purge = commands.add_parser(
        "purge",
        help="destroy what old entries of the trail say",
        description="Destroy what entries of before a day say. Leaves and commitments stay, so every proof still "
        "verifies. What is younger than the minimum of `retention.toml`, three years where there is none and never "
        "under 180 days, is purged by nobody, whatever the clock says; nor is what something open still needs.",
    )
    purge.add_argument("directory", type=Path, metavar="DIR")
    purge.add_argument("--before", required=True, metavar="DAY", help="a day in China, or an instant of ISO 8601")
    purge.set_defaults(run=run_purge)


def run(args: argparse.Namespace) -> int:
    """Write the pack."""
    from hub.cli.evidence import Wanted, export, period_of

    wanted = Wanted(period_of(args.since, args.until), args.subject)
    made = export(args.directory, args.out, wanted)
    for remark in made.remarks:
        print(f"hub: {remark}", file=sys.stderr)
    print(f"{args.out}: {made.entries} entries, {made.claim}; the log's key is {made.key}")
    return 0


def run_purge(args: argparse.Namespace) -> int:
    """Purge what is old enough; says how much that was."""
    from hub.cli.opened import opened
    from hub.model.instant import now_utc, read_instant
    from hub.rights.purging import Means, purge
    from hub.rules.starting import rules_at_start

    before = read_instant("before", args.before)
    with opened(args.directory) as hub:
        rules, _ = rules_at_start(hub.directory, hub.writer, hub.reader, hub.ring)
        minimum = rules.retention.trail
        done = purge(Means(hub.directory, hub.ring, hub.writer, hub.reader), before, minimum, now_utc())
    print(f"purged: {done.entries} entries, of {done.people} people; of {done.held} people none: something is open")
    return 0
