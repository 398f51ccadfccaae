"""`hub synth`: write a synthetic world."""

import argparse
from pathlib import Path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options.

    Args:
        subparsers: those of the `hub` command.
    """
    parser = subparsers.add_parser("synth", help="write a synthetic community", description=__doc__)
    parser.add_argument("out", metavar="OUT", type=Path, help="directory to write to; new, or an earlier world")
    parser.add_argument("--residents", type=int, default=1000, metavar="N", help="10 to 1000000 (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="equal seeds, equal files (default: 1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the world and say where it lies.

    Args:
        args: `out`, `residents` and `seed`.

    Raises:
        BadInput: the number of residents is out of range, or OUT holds something else.
        OperatorError: the world cannot be written.
    """
    from tqdm import tqdm

    from hub.errors import BadInput, OperatorError
    from hub.synth.world import FEWEST, MOST, write_world

    if not FEWEST <= args.residents <= MOST:
        raise BadInput("--residents", f"must be from {FEWEST} to {MOST}")
    try:
        # Without a terminal the bar stays silent.
        with tqdm(total=args.residents, unit=" residents", disable=None) as bar:
            manifest = write_world(args.out, args.residents, args.seed, bar.update)
    except OSError as error:
        reason = error.strerror or "input or output failed"
        raise OperatorError(
            f"cannot write to `{args.out}`: {reason}; check the path, its rights and the disk"
        ) from None
    counts = manifest["counts"]
    feeds = ", ".join(f"{feed} {counts[feed]}" for feed in ("police", "civil_affairs", "health", "utilities"))
    print(f"{args.out}: {manifest['residents']} residents in {len(manifest['grids'])} grids; rows: {feeds}")
    return 0
