"""`hub demo`."""

import argparse
from pathlib import Path
from typing import Any

_PORT = 8000


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("demo", help="make a synthetic community, import it and serve it")
    parser.add_argument("--once", action="store_true", help="walk two scenarios over HTTP, verify the log, exit")
    parser.add_argument("--residents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, help="8000 by default; with --once a free one")
    parser.add_argument("--data", type=Path, metavar="DIR", help="demo-data by default; with --once a temporary one")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make, then walk or serve."""
    import tempfile

    from hub.cli.serve import refuse_a_taken_port
    from hub.demo import HOST, prepare, serve, walk

    if args.port or not args.once:
        # Before a community is made, and before another server on that port is taken for the demonstration.
        refuse_a_taken_port(HOST, args.port or _PORT)
    if args.once:
        with tempfile.TemporaryDirectory(prefix="hub-demo-") as scratch:
            directory = prepare(args.data or Path(scratch) / "data", args.residents, args.seed)
            return walk(directory, args.port or 0)
    directory = prepare(args.data or Path("demo-data"), args.residents, args.seed)
    return serve(directory, args.port or _PORT)
