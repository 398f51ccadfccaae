"""`python -m audit`: check what a log has handed out, with nothing but this package and the log's verifier key.

Exit status: 0 what was asked for is true, 1 it is false or not shown, 2 the question could not be asked.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audit.errors import VerificationError
from audit.note import Verifier
from audit.verify import parse_receipt, parse_trust, verify_receipt

TRUE, FALSE, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and print its verdict, one line.

    Args:
        arguments: the command line without the program's name; None for this process's own.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        return _verify(options)
    except OSError as error:
        return _usage(f"{error.filename}: {(error.strerror or 'unreadable').lower()}")


def _verify(options: argparse.Namespace) -> int:
    receipt = options.receipt.read_bytes()
    proof = options.proof.read_bytes() if options.proof else None
    try:
        verifiers = parse_trust(options.trust.read_bytes())
    except VerificationError as error:
        return _usage(f"{options.trust}: {error}")
    try:
        verdict = _check_receipt(receipt, proof, verifiers)
    except VerificationError as error:
        return _say(f"false: {error}", FALSE)
    return _say(f"true: {verdict}", TRUE)


def _check_receipt(data: bytes, proof: bytes | None, verifiers: Sequence[Verifier]) -> str:
    receipt = parse_receipt(data)
    if proof is None:
        raise VerificationError("the leaf commits to what the receipt shows, but without --proof it is in no log")
    proved = verify_receipt(receipt, proof, verifiers)
    shown = " and ".join(receipt.parts) or "nothing"
    return f"entry {proved.index} of {receipt.origin} is in its tree of {proved.checkpoint.size}; shown: {shown}"


def _say(verdict: str, status: int) -> int:
    # A log may have a name that this terminal cannot write; that must not look like a failed check.
    encoding = sys.stdout.encoding or "ascii"
    print(verdict.encode(encoding, "backslashreplace").decode(encoding))
    return status


def _usage(message: str) -> int:
    print(f"audit: {message}", file=sys.stderr)
    return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit", description="Check what a log has handed out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="check a receipt against its proof and the log's key")
    verify.add_argument("receipt", type=Path, metavar="RECEIPT.json", help="a receipt, or the answer it came with")
    verify.add_argument("--trust", type=Path, required=True, metavar="VKEY_FILE", help="verifier keys, one on a line")
    verify.add_argument("--proof", type=Path, metavar="PROOF_FILE", help="the entry's c2sp.org/tlog-proof@v1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
