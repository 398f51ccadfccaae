"""`python -m hub.bench`: every speed the hub promises, each held against a yardstick of the same run.

Needs Linux. Exit status 0 whether or not targets are met: the table says so. What is not a matter of speed, such as an
answer without an entry in the log, ends it with an error.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hub.bench.deciding import measure_decisions
from hub.bench.disclosing import measure_alone, measure_disclosures, measure_size
from hub.bench.effective import measure_wishes
from hub.bench.importing import measure_import
from hub.bench.report import Row, table, write
from hub.bench.scale import FULL, MILLION, QUICK, Scale
from hub.bench.searching import measure_search
from hub.bench.starting import measure_start
from hub.bench.supervising import measure_supervision
from hub.bench.trail import measure_trail
from hub.bench.visiting import measure_pages

MEASUREMENTS: dict[str, Callable[[Scale, Path], list[Row]]] = {
    "disclosures": measure_disclosures,
    "size": measure_size,
    "alone": measure_alone,
    "import": measure_import,
    "decide": measure_decisions,
    "start": measure_start,
    "wishes": measure_wishes,
    "search": measure_search,
    "supervision": measure_supervision,
    "trail": measure_trail,
    "pages": measure_pages,
}
_BUILD = Path("build")
_MILLION_VARIABLE = "BENCH_MILLION"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write `build/bench.json`.

    Args:
        arguments: the command line without the program's name; None for this process's own.
    """
    options = _parser().parse_args(arguments)
    million = options.million or os.environ.get(_MILLION_VARIABLE) == "1"
    scale = QUICK if options.quick else MILLION if million else FULL
    report(run(options.only or list(MEASUREMENTS), scale, _BUILD), _BUILD, quick=options.quick)
    return 0


def run(names: Sequence[str], scale: Scale, build: Path) -> list[Row]:
    """Measure one thing after another.

    Args:
        names: of `MEASUREMENTS`.
        scale: how much of everything.
        build: where filled stores are kept for the next run.
    """
    folder = build.resolve() / "bench-data"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for name in names:
        print(f"measuring: {name}", file=sys.stderr)
        rows += MEASUREMENTS[name](scale, folder)
    return rows


def report(rows: Sequence[Row], build: Path, *, quick: bool) -> None:
    """Print the table and write the JSON."""
    path = build / "bench.json"
    write(path, rows, quick=quick)
    print(table(rows))
    if quick:
        print("Counts were small: these ratios show that everything runs, and nothing else.")
    print(f"Every turn of every figure is in {path}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts: see that everything runs")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME", help="; ".join(MEASUREMENTS))
    large = f"1,000,000 residents, 10,000,000 entries of the trail; also {_MILLION_VARIABLE}=1"
    parser.add_argument("--million", action="store_true", help=large)
    return parser


if __name__ == "__main__":
    sys.exit(main())
