"""`python -m audit`: check what a log has handed out, with nothing but this package and the log's verifier key.

Exit status: 0 what was asked for is true, 1 it is false or not shown, 2 the question could not be asked.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from audit import web
from audit.accesses import MOST_BYTES, check_in_log, check_pages, check_proofs
from audit.checkpoint import Checkpoint
from audit.claim import RANGE, SELECTION, SUBJECT
from audit.cosignature import CosignatureSigner
from audit.errors import LogError, VerificationError
from audit.pack import Pack, prove_from_pack, verify_pack
from audit.policy import Policy, parse_trust
from audit.proof import parse_proof
from audit.reader import PublishedLog, check_growth
from audit.rebuild import rebuild
from audit.source import CHECKPOINT_BYTES, find
from audit.strict import decimal
from audit.verify import parse_receipt, verify_receipt

if sys.platform != "win32":
    from audit.witness import Witness, create
    from audit.witness_server import WitnessServer

TRUE, FALSE, USAGE = 0, 1, 2
_CLAIMS: dict[str, Callable[[Pack], str]] = {
    RANGE: lambda pack: f"all {pack.count} entries from {pack.first} to {pack.last}",
    SUBJECT: lambda pack: f"all {pack.count} entries about one person up to {pack.last}",
    SELECTION: lambda pack: f"{pack.count} entries",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and print its verdict, one line.

    Args:
        arguments: the command line without the program's name; None for this process's own.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except VerificationError as error:
        return _say(f"false: {error}", FALSE)
    except LogError as error:
        return _usage(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _usage(f"{where}{_reason(error)}")


def _verify(options: argparse.Namespace) -> int:
    if web.is_url(options.place) or Path(options.place).is_dir():
        return _fsck(options)
    if _is_pack(options.place):
        return _verify_pack(options)
    data = Path(options.place).read_bytes()
    proof = options.proof.read_bytes() if options.proof else None
    policy = _trust(options)
    if policy is None:
        return USAGE
    return _say(f"true: {_check_receipt(data, proof, policy)}", TRUE)


def _verify_pack(options: argparse.Namespace) -> int:
    policy = _trust(options)
    if policy is None:
        return USAGE
    with Path(options.place).open("rb") as file:
        pack = verify_pack(file, policy)
    origin, size, seen = pack.checkpoint.origin, pack.checkpoint.size, _seen(policy, pack.note)
    purged = f"; {pack.purged} of them show nothing" if pack.purged else ""
    purged += f", of which {pack.unaccounted} by no purge in the pack" if pack.unaccounted else ""
    return _say(f"true: {_CLAIMS[pack.claim](pack)} stand in {origin}, in its tree of {size}{purged}{seen}", TRUE)


def _check_receipt(data: bytes, proof: bytes | None, policy: Policy) -> str:
    receipt = parse_receipt(data)
    if proof is None:
        raise VerificationError("the leaf commits to what the receipt shows, but without --proof it is in no log")
    proved = verify_receipt(receipt, proof, policy.keys)
    note = parse_proof(proof).checkpoint
    policy.check(note)
    shown = " and ".join(receipt.parts) or "nothing"
    verdict = f"entry {proved.index} of {receipt.origin} is in its tree of {proved.checkpoint.size}; shown: {shown}"
    return verdict + _seen(policy, note)


def _fsck(options: argparse.Namespace) -> int:
    source = find(options.place)
    policy = _trust(options)
    if policy is None:
        return USAGE
    checkpoint = rebuild(source, policy, os.cpu_count() or 1)
    seen = _seen(policy, source.read("checkpoint", CHECKPOINT_BYTES))
    return _say(f"true: all {checkpoint.size} entries of {checkpoint.origin} lead to its signed root{seen}", TRUE)


def _proof(options: argparse.Namespace) -> int:
    policy = _trust(options)
    if policy is None:
        return USAGE
    index = decimal(options.index, "index")
    if not _is_log(options.place) and _is_pack(options.place):
        with Path(options.place).open("rb") as file:
            verify_pack(file, policy)
            proof = prove_from_pack(file, policy, index)
    else:
        log = PublishedLog(find(options.place), policy)
        log.entry(index)
        proof = log.prove(index)
    sys.stdout.buffer.write(proof.serialized())
    return TRUE


def _consistency(options: argparse.Namespace) -> int:
    old_note, new_note = _note(options.old), _note(options.new)
    policy = _trust(options)
    if policy is None:
        return USAGE
    old, new = policy.check(old_note), policy.check(new_note)
    if old.size > new.size:
        raise VerificationError(f"the log had {old.size} entries and has {new.size}: an older copy was put back")
    _check_consistency(old, new, new_note, options.new, policy)
    return _say(f"true: the tree of {old.size} of {new.origin} is the beginning of its tree of {new.size}", TRUE)


def _accesses(options: argparse.Namespace) -> int:
    answers = [_some(path) for path in options.pages]
    proofs = [path.read_bytes() for path in options.proof]
    policy = _trust(options)
    if policy is None:
        return USAGE
    found = check_pages(answers)
    if options.log:
        log = PublishedLog(find(options.log), policy)
        check_in_log(found, log)
        size = log.checkpoint.size
    elif proofs:
        size = check_proofs(found, proofs, policy)
    else:
        raise VerificationError("the list is whole in itself, but without --log or --proof it is in no log")
    missing = f"; {found.withheld} of them not shown, their notice deferred by law" if found.withheld else ""
    missing += f"; {found.purged} of them purged, their age being over" if found.purged else ""
    whole = f"all {found.entries} entries about this person stand in {found.origin}, in its tree of {size}"
    return _say(f"true: {whole}{missing}", TRUE)


def _some(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _witness(options: argparse.Namespace) -> int:
    if sys.platform == "win32":
        return _usage("a witness needs a system with locks on files, such as Linux; verifying runs anywhere")
    if options.create:
        signer = CosignatureSigner.generate(options.create)
        create(options.folder, signer)
        return _say(str(signer.verifier), TRUE)
    if options.trust is None:
        return _usage("a witness needs --trust, the keys of the logs it is to witness; or --create")
    policy = _trust(options)
    if policy is None:
        return USAGE
    witness = Witness.open(options.folder, [log.key for log in policy.logs])
    with closing(witness), WitnessServer(witness, options.host, options.port) as server:
        _say(f"{witness.signer.verifier} {server.url}", TRUE)
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return TRUE


def _check_consistency(old: Checkpoint, new: Checkpoint, note: bytes, place: str, policy: Policy) -> None:
    if old.size in {0, new.size}:
        check_growth(old, new, [])
    elif _is_log(place):
        PublishedLog(find(place), policy, note).check_beginning(old)
    else:
        raise VerificationError("two checkpoints alone do not show that one grew out of the other; NEW must be a log")


def _note(place: str) -> bytes:
    if _is_log(place):
        return find(place).read("checkpoint", CHECKPOINT_BYTES)
    with Path(place).open("rb") as file:
        return file.read(CHECKPOINT_BYTES)


def _is_log(place: str) -> bool:
    return web.is_url(place) or Path(place).is_dir()


def _is_pack(place: str) -> bool:
    with Path(place).open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _trust(options: argparse.Namespace) -> Policy | None:
    """What the caller trusts; None, once they have been told, where the file says nothing of the kind."""
    try:
        return parse_trust(options.trust.read_bytes())
    except VerificationError as error:
        _usage(f"{options.trust}: {error}")
        return None


def _seen(policy: Policy, note: bytes) -> str:
    names = [witness.key.name for witness in policy.witnesses if witness.name in policy.seen_by(note)]
    return f"; seen by {' and '.join(names)}" if names else ""


def _say(verdict: str, status: int) -> int:
    # A log may have a name that this terminal cannot write; that must not look like a failed check.
    encoding = sys.stdout.encoding or "ascii"
    print(verdict.encode(encoding, "backslashreplace").decode(encoding))
    return status


def _usage(message: str) -> int:
    print(f"audit: {message}".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
    return USAGE


def _reason(error: OSError) -> str:
    return (error.strerror or str(getattr(error, "reason", "")) or str(error) or "unreadable").lower()


class _OneLine(argparse.ArgumentParser):
    """A parser whose refusal is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {' '.join(message.split())}; `{self.prog} --help` says more\n")


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _OneLine(prog="python -m audit", description="Check what a log has handed out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = _command(commands, "verify", _verify, "check a receipt, an evidence pack, or a whole published log")
    verify.add_argument("place", metavar="PLACE", help="a receipt, a pack, a folder, or a URL")
    verify.add_argument("--proof", type=Path, metavar="PROOF_FILE", help="of a receipt: its c2sp.org/tlog-proof@v1")
    fsck = _command(commands, "fsck", _fsck, "rebuild the root of a published log from all of its entries")
    fsck.add_argument("place", metavar="SOURCE", help="a folder or a URL")
    proof = _command(commands, "proof", _proof, "write the c2sp.org/tlog-proof@v1 of an entry, once it is checked")
    proof.add_argument("place", metavar="SOURCE", help="a folder, a URL, or a pack")
    proof.add_argument("index", metavar="INDEX", help="the entry, counted from zero")
    consistency = _command(commands, "consistency", _consistency, "check that a log has only grown")
    consistency.add_argument("old", metavar="OLD", help="a checkpoint that was kept, or a copy of the log")
    consistency.add_argument("new", metavar="NEW", help="the log now, a folder or a URL, or its checkpoint")
    own = _command(commands, "accesses", _accesses, "check that a list of accesses to one's own file is whole")
    own.add_argument("pages", type=Path, nargs="+", metavar="PAGE", help="an answer of /v1/me/accesses; all of them")
    own.add_argument("--log", metavar="SOURCE", help="the published log, a folder or a URL")
    own.add_argument(
        "--proof", type=Path, action="append", default=[], metavar="PROOF_FILE", help="offline: of each entry"
    )
    witness = commands.add_parser("witness", help="cosign logs' checkpoints for as long as they only grow")
    witness.set_defaults(run=_witness)
    witness.add_argument("folder", type=Path, metavar="FOLDER", help="where the witness keeps its key and what it saw")
    witness.add_argument("--create", metavar="NAME", help="make the witness, say its verifier key, and end")
    witness.add_argument("--trust", type=Path, metavar="VKEY_FILE", help="the keys of the logs to witness")
    witness.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    witness.add_argument("--port", type=int, default=8090, help="the port, 0 for any (default: %(default)s)")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    does: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does)
    command.set_defaults(run=run)
    command.add_argument(
        "--trust", type=Path, required=True, metavar="VKEY_FILE", help="verifier keys, one on a line, or a tlog-policy"
    )
    return command


if __name__ == "__main__":
    sys.exit(main())
