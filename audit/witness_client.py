"""The log's side of witnessing: show a checkpoint to witnesses, gather their cosignatures, know when to stop.

Most failures pass, and a witness is asked again with the next checkpoint. A witness that has seen a tree this log
does not lead to is another matter: the log was rolled back or there are two of it, and no retry helps.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from audit import web
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import LogError, VerificationError
from audit.log import Connection, latest_checkpoint
from audit.note import Signature, parse, parse_signature, verify
from audit.policy import Witness
from audit.strict import base64_text, decimal

ANSWER_BYTES = 1 << 16
_ATTEMPTS = 3
_OK, _BAD, _FORBIDDEN, _UNKNOWN, _CONFLICT, _UNPROVEN = 200, 400, 403, 404, 409, 422

Prove = Callable[[int], Sequence[bytes]]
"""Gives the proof that the tree of a smaller size is the beginning of the checkpoint's."""


class Outcome(StrEnum):
    """What came of showing a checkpoint to a witness."""

    COSIGNED = "cosigned"
    RETRY = "retry"
    """The witness could not be reached or is not well; ask again, with the same checkpoint or a later one."""
    REFUSED = "refused"
    """The witness does not know the log or its key, or does not keep to the protocol; asking again does not help,
    but nothing is wrong with the log. A person must look."""
    CONTRADICTED = "contradicted"
    """The witness has seen a tree of this log that this log does not lead to. Stop: an older copy was put back, or
    there are two histories."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of showing a checkpoint to one witness.

    Attributes:
        witness: the witness.
        outcome: what came of it.
        reason: in words.
        size: the size the witness has seen last, as far as it has said; the next submission may begin there.
        signature: the cosignature, if there is one.
    """

    witness: Witness
    outcome: Outcome
    reason: str = ""
    size: int = 0
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of showing a checkpoint to all witnesses.

    Attributes:
        note: the checkpoint with all cosignatures, in the order of the witnesses.
        shown: what came of it, witness by witness.
    """

    note: bytes
    shown: tuple[Shown, ...]


def gather(
    note: bytes, witnesses: Sequence[Witness], prove: Prove, known: dict[str, int], timeout: float = web.TIMEOUT
) -> Gathered:
    """Show a checkpoint to several witnesses at the same time.

    Args:
        note: the checkpoint, signed by the log and durable.
        witnesses: with the URLs of their submission prefixes.
        prove: gives consistency proofs up to the checkpoint. It is called from this thread only.
        known: the size each witness has seen last, by its name, as far as it is known; brought up to date.
        timeout: seconds to wait for each part of an answer.

    Raises:
        VerificationError: the note is not a checkpoint.
        LogError: from `prove`: the log has lost a hash.
    """
    checkpoint = parse_checkpoint(parse(note).text)
    answers: dict[str, Shown] = {}
    sizes = {witness.name: known.get(witness.name, 0) for witness in witnesses}
    waiting = list(witnesses)
    for _ in range(_ATTEMPTS):
        bodies = [_request(note, sizes[witness.name], checkpoint.size, prove) for witness in waiting]
        with ThreadPoolExecutor(max(1, len(waiting))) as pool:
            found = list(pool.map(lambda witness, body: _ask(witness, body, note, timeout), waiting, bodies))
        judged = [_judged(shown, sizes[shown.witness.name], checkpoint) for shown in found]
        answers |= {shown.witness.name: shown for shown in judged}
        waiting = [shown.witness for shown in judged if shown.outcome is Outcome.RETRY and shown.size >= 0]
        sizes |= {shown.witness.name: shown.size for shown in judged if shown.size >= 0}
        if not waiting:
            break
    shown = tuple(answers[witness.name] for witness in witnesses)
    known |= {each.witness.name: each.size for each in shown if each.size >= 0}
    lines = [each.signature.line() for each in shown if each.signature]
    present = parse(note).signatures
    added = "".join(line for line in lines if all(line != signature.line() for signature in present))
    return Gathered(note + added.encode(), shown)


def keep(tx_db: Connection, note: bytes) -> bool:
    """Keep cosignatures with the log's own checkpoint of that size, so that receipts and packs carry them.

    Args:
        tx_db: the log's database, in a transaction that has begun as IMMEDIATE.
        note: as gathered.

    Returns:
        Whether it is still the last checkpoint.

    Raises:
        LogError: the note is not what the log has signed at this size.
    """
    stated = parse_checkpoint(parse(note).text)
    cursor = tx_db.cursor()
    cursor.execute("SELECT note FROM log_checkpoint WHERE size = ?", (stated.size,))
    found = cursor.fetchone()
    known, new = parse(found[0]) if found else None, parse(note)
    if known is None or known.text != new.text or not set(known.signatures) <= set(new.signatures):
        raise LogError(f"the cosigned checkpoint of size {stated.size} is not the one that was signed")
    cursor.execute("UPDATE log_checkpoint SET note = ? WHERE size = ?", (note, stated.size))
    last = latest_checkpoint(tx_db)
    return last is not None and last.size == stated.size


def _request(note: bytes, old: int, size: int, prove: Prove) -> bytes:
    # A witness that claims to have seen more than there is gets no proof: its answer says all there is to say.
    hashes = prove(old) if 0 < old < size else ()
    lines = [f"old {min(old, size)}", *(base64_text(value) for value in hashes)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + note


def _ask(witness: Witness, body: bytes, note: bytes, timeout: float) -> Shown:
    """One request, told as far as it can be without knowing what was asked."""
    try:
        status, _, answer = web.request(f"{witness.url.rstrip('/')}/add-checkpoint", ANSWER_BYTES, body, timeout)
    except OSError as error:
        return Shown(witness, Outcome.RETRY, f"the witness cannot be reached: {error}", -1)
    except VerificationError as error:
        return Shown(witness, Outcome.REFUSED, str(error), -1)
    try:
        return _answered(witness, status, answer, note)
    except VerificationError as error:
        return Shown(witness, Outcome.REFUSED, f"the witness does not keep to the protocol: {error}", -1)


def _answered(witness: Witness, status: int, answer: bytes, note: bytes) -> Shown:
    if status == _OK:
        return Shown(witness, Outcome.COSIGNED, signature=_cosignature(witness, answer, note))
    if status == _CONFLICT:
        return Shown(witness, Outcome.RETRY, "the witness has seen another size", _size(answer))
    reasons = {
        _BAD: "the witness finds the request malformed",
        _FORBIDDEN: "the witness does not know the log's key",
        _UNKNOWN: "the witness does not know the log",
    }
    if status in reasons:
        return Shown(witness, Outcome.REFUSED, reasons[status], -1)
    if status == _UNPROVEN:
        return Shown(witness, Outcome.CONTRADICTED, "the witness has seen entries that this log has not", -1)
    return Shown(witness, Outcome.RETRY, f"the witness answers with status {status}", -1)


def _judged(shown: Shown, asked: int, checkpoint: Checkpoint) -> Shown:
    """What an answer means for a request that began at the size `asked`."""
    if shown.outcome is Outcome.COSIGNED:
        return Shown(shown.witness, shown.outcome, "", checkpoint.size, shown.signature)
    if shown.outcome is not Outcome.RETRY or shown.size < 0:
        return shown
    if shown.size > checkpoint.size:
        reason = f"the witness has seen {shown.size} entries, this log shows {checkpoint.size}"
        return Shown(shown.witness, Outcome.CONTRADICTED, reason, shown.size)
    if shown.size == asked == checkpoint.size:
        reason = f"the witness has seen another tree of {asked} entries: a fork"
        return Shown(shown.witness, Outcome.CONTRADICTED, reason, shown.size)
    return shown


def _cosignature(witness: Witness, answer: bytes, note: bytes) -> Signature:
    """The witness's own cosignature among those it has given; others' are ignored."""
    try:
        lines = answer.decode().split("\n")
    except UnicodeDecodeError:
        raise VerificationError("the cosignatures are not UTF-8") from None
    if lines.pop():
        raise VerificationError("the cosignatures do not end in a newline")
    signatures = tuple(parse_signature(line) for line in lines)
    whole = parse(note).text + "\n" + "".join(signature.line() for signature in signatures)
    return verify(whole.encode(), [witness.key]).signatures[0]


def _size(answer: bytes) -> int:
    try:
        text = answer.decode("ascii")
    except UnicodeDecodeError:
        raise VerificationError("the size is not ASCII") from None
    if not text.endswith("\n"):
        raise VerificationError("the size does not end in a newline")
    return decimal(text[:-1], "size")
