"""`hub import DIR FEED FILE`."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("import", help="import a department's feed, CSV or NDJSON")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("feed", metavar="FEED", help="a feed of schemas/feeds")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import; exit 0 if any row could be read."""
    from tqdm import tqdm

    from hub.feeds.conflicts import conflicts_path
    from hub.feeds.ingest import PARTS
    from hub.feeds.parallel import ingest
    from hub.feeds.rejected import rejected_path

    size = args.file.stat().st_size if args.file.is_file() else 0
    with tqdm(total=PARTS * size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False) as bar:
        counts = ingest(args.directory, args.feed, args.file, bar.update)
    read = counts.created + counts.updated + counts.unchanged
    if counts.resumed_at:
        print(f"resumed behind row {counts.resumed_at}")
    print(
        f"created {counts.created}, updated {counts.updated}, unchanged {counts.unchanged}, rejected {counts.rejected}"
    )
    if counts.conflicts:
        print(f"conflicts {counts.conflicts}: sources disagree, listed in {conflicts_path(args.file)}")
    if counts.rejected:
        print(f"rejected rows are in {rejected_path(args.file)}: correct them there and import that file")
    if not read and counts.rejected:
        print("hub: no row could be read", file=sys.stderr)
        return 2
    return 0
