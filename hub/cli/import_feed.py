"""`hub import DIR FEED FILE [FEED FILE ...]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import BadInput

if TYPE_CHECKING:
    from hub.feeds.job import Counts


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "import",
        help="import departments' feeds, CSV or NDJSON",
        description="Several files are imported together: what they say of one person is sealed once.",
    )
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("feed", metavar="FEED", help="a feed of schemas/feeds")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("more", nargs="*", metavar="FEED FILE", help="further ones")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import; exit 0 if any row could be read."""
    from tqdm import tqdm

    from hub.feeds.job import PARTS
    from hub.feeds.parallel import ingest_together

    if len(args.more) % 2:
        raise BadInput(args.more[-1], "needs a file behind it: FEED FILE, for each")
    files = [(args.feed, args.file), *zip(args.more[::2], map(Path, args.more[1::2]), strict=True)]
    size = sum(file.stat().st_size for _, file in files if file.is_file())
    with tqdm(total=PARTS * size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False) as bar:
        counts = ingest_together(args.directory, files, bar.update)
    for (feed, file), each in zip(files, counts, strict=True):
        _tell(file, each, f"{feed}: " if len(files) > 1 else "")
    return _status(counts)


def _tell(file: Path, counts: "Counts", whose: str) -> None:
    from hub.feeds.conflicts import conflicts_path
    from hub.feeds.rejected import rejected_path

    if counts.resumed_at:
        print(f"{whose}resumed behind row {counts.resumed_at}")
    print(
        f"{whose}created {counts.created}, updated {counts.updated}, "
        f"unchanged {counts.unchanged}, rejected {counts.rejected}"
    )
    if counts.conflicts:
        print(f"{whose}conflicts {counts.conflicts}: sources disagree, listed in {conflicts_path(file)}")
    if counts.rejected:
        print(f"{whose}rejected rows are in {rejected_path(file)}: correct them there and import that file")


def _status(counts: Sequence["Counts"]) -> int:
    if any(each.rejected for each in counts) and not any(
        each.created + each.updated + each.unchanged for each in counts
    ):
        print("hub: no row could be read", file=sys.stderr)
        return 2
    return 0
