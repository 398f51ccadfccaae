"""A witness, c2sp.org/tlog-witness: it cosigns a log's checkpoints as long as each grows out of the one before.

What it has cosigned last of each log is on disk before a cosignature leaves, so that whatever happens to the witness,
it never stands behind two histories. Who runs one needs to trust nobody: not the log, not the other witnesses.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

from audit.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from audit.cosignature import CosignatureSigner
from audit.errors import LogError, VerificationError
from audit.merkle import HASH_BYTES, verify_consistency
from audit.note import Verifier, parse
from audit.proof import MAX_HASHES
from audit.strict import base64_bytes, decimal

REQUEST_BYTES = 1 << 16
"""Requests that are larger are refused unread."""

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"

_OLD = "old "
_KEY, _STATE, _LOCK = "witness.key", "state.json", "lock"


class Reply(NamedTuple):
    """An answer to `add-checkpoint`.

    Attributes:
        status: the HTTP status.
        body: cosignature lines where it is 200, the known size where it is 409, else what is wrong.
        media_type: the value of Content-Type.
    """

    status: int
    body: str
    media_type: str = TEXT_TYPE


class Submission(NamedTuple):
    """A request to cosign a checkpoint.

    Attributes:
        old: the size of the tree that the proof begins with.
        proof: that it is the beginning of the checkpoint's tree.
        note: the signed checkpoint.
    """

    old: int
    proof: tuple[bytes, ...]
    note: bytes


def create(folder: Path, signer: CosignatureSigner) -> None:
    """Make a witness that has seen nothing yet.

    Args:
        folder: made; it must not exist, or be empty.
        signer: the witness's key, which stays in the folder.

    Raises:
        LogError: something is there already: a witness that forgets what it has seen is worse than none.
        OSError: the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise LogError("the witness's folder is not empty; a witness is created once and never over another")
    _write(folder, _KEY, (signer.secret() + "\n").encode())
    _write(folder, _STATE, b"{}\n")


class Witness:
    """A witness that exists. Made by `open` only.

    Attributes:
        signer: its key.
    """

    def __init__(
        self, folder: Path, signer: CosignatureSigner, logs: Sequence[Verifier], clock: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self.signer = signer
        self._logs = list(logs)
        self._clock = clock
        self._turn = threading.Lock()
        self._claim = (folder / _LOCK).open("ab")

    @classmethod
    def open(
        cls, folder: Path, logs: Sequence[Verifier], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> Self:
        """Open the witness in a folder, for this process alone.

        Args:
            folder: as made by `create`.
            logs: the keys of the logs it witnesses; a key's name is its log's origin.
            clock: gives the time of cosignatures.

        Raises:
            LogError: no witness is there, what it has seen is missing or damaged, another process has it open, or a
                log signs with the witness's own key.
        """
        try:
            signer = CosignatureSigner.parse((folder / _KEY).read_text("utf-8").strip())
        except (FileNotFoundError, UnicodeDecodeError):
            raise LogError("no witness is there; opening never creates one") from None
        if any(log.public == signer.verifier.public for log in logs):
            raise LogError("a log signs with the witness's own key")
        witness = cls(folder, signer, logs, clock)
        try:
            fcntl.flock(witness._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            witness.seen()
        except BlockingIOError:
            witness.close()
            raise LogError("the witness is open in another process") from None
        except LogError:
            witness.close()
            raise
        return witness

    def close(self) -> None:
        """Let other processes have it."""
        self._claim.close()

    def seen(self) -> dict[str, Checkpoint]:
        """What was cosigned last, by origin.

        Raises:
            LogError: it is missing or damaged: restoring an older copy would let a log take entries back.
        """
        return {origin: _state_of(origin, note) for origin, note in self._notes().items()}

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a request to cosign a checkpoint.

        What is checked, what is written and what is signed is one turn; the cosignature does not exist before what
        it stands for is on disk.

        Raises:
            LogError: what was cosigned before is missing or damaged.
            OSError: it could not be written; whether it was is for the next turn to read. Nothing was signed.
        """
        try:
            submission = parse_submission(body)
            stated = parse_checkpoint(parse(submission.note).text)
        except VerificationError as error:
            return Reply(400, f"{error}\n")
        keys = [log for log in self._logs if log.name == stated.origin]
        if not keys:
            return Reply(404, "the log is not known here\n")
        try:
            checkpoint = verify_checkpoint(submission.note, keys, stated.origin)
        except VerificationError as error:
            return Reply(403, f"{error}\n")
        if submission.old > checkpoint.size:
            return Reply(400, "the old size is above the checkpoint's\n")
        with self._turn:
            return self._turn_of(submission, checkpoint)

    def _turn_of(self, submission: Submission, checkpoint: Checkpoint) -> Reply:
        notes = self._notes()
        known = notes.get(checkpoint.origin)
        last = _state_of(checkpoint.origin, known) if known is not None else None
        size = last.size if last else 0
        if submission.old != size or (last and last.size == checkpoint.size and last.root != checkpoint.root):
            return Reply(409, f"{size}\n", SIZE_TYPE)
        try:
            _check_growth(last, checkpoint, submission.proof)
        except VerificationError as error:
            return Reply(422, f"{error}\n")
        notes[checkpoint.origin] = submission.note.decode()
        # Written also where nothing has changed: what was read may be what a failed write has left in memory only.
        _write(self._folder, _STATE, (json.dumps(notes, indent=1, ensure_ascii=False) + "\n").encode())
        return Reply(200, self.signer.cosign(checkpoint.text(), self._clock()).line())

    def _notes(self) -> dict[str, str]:
        try:
            notes = json.loads((self._folder / _STATE).read_bytes())
        except (FileNotFoundError, ValueError):
            raise LogError("what the witness has seen is missing or damaged; opening never starts afresh") from None
        if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
            raise LogError("what the witness has seen is damaged")
        return notes


def parse_submission(body: bytes) -> Submission:
    """Read a request to cosign a checkpoint.

    Raises:
        VerificationError: another form, or more than 63 lines of proof.
    """
    if len(body) > REQUEST_BYTES:
        raise VerificationError("the request is too large")
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise VerificationError("the request is not ASCII before its checkpoint") from None
    if not blank or not first.startswith(_OLD):
        raise VerificationError("the request has no old size, or no checkpoint")
    if len(lines) > MAX_HASHES:
        raise VerificationError(f"the request has more than {MAX_HASHES} lines of proof")
    proof = tuple(base64_bytes(line, "hash", HASH_BYTES) for line in lines)
    return Submission(decimal(first.removeprefix(_OLD), "old size"), proof, note)


def _check_growth(last: Checkpoint | None, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if last is None or not last.size:
        if proof:
            raise VerificationError("the proof is not empty where there is nothing to begin with")
        return
    verify_consistency(last.size, new.size, proof, last.root, new.root)


def _state_of(origin: str, note: str) -> Checkpoint:
    try:
        checkpoint = parse_checkpoint(parse(note.encode()).text)
    except (VerificationError, UnicodeEncodeError):
        raise LogError("what the witness has seen is damaged") from None
    if checkpoint.origin != origin:
        raise LogError("what the witness has seen is damaged: a checkpoint is another log's")
    return checkpoint


def _write(folder: Path, name: str, data: bytes) -> None:
    temporary = folder / f"{name}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path to open
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / name)  # noqa: PTH105 - beside the calls it stands in order with
    parent = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
