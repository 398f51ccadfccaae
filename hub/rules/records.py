"""Which rules are in force, as the store keeps it: sealed texts under their digest, and one row that names a digest.

The texts are found by what they are, so that they cannot be exchanged. Which of them count is said by a control row,
bound to its version and its entry. An older row put back whole is authentic in itself: the keys directory remembers
the last one, and whoever finds an older one in the store serves nothing.
"""

import fcntl
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hub.errors import OperatorError
from hub.policy.sources import digest_of
from hub.rules.texts import Rules, Texts
from hub.store.controls import current
from hub.store.directory import Directory
from hub.store.engine import ControlRow, Event, Reader
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

KIND, TEXTS, IN_FORCE = "rules", "rules_texts", "in_force"
_MEND = "restore the store from a backup, and `hub doctor` says whether it is whole"


class Held(NamedTuple):
    """Which rules are in force.

    Attributes:
        version: counts from 1 and never goes back.
        digest: of the set in force.
        files: of the files on the disk when they were last taken over.
        change: id of the change that brought it; empty where there was none.
        since: from when on, a timestamp.
        marks: of every version of a purpose that was ever in force: what was approved for one counts again with it.
    """

    version: int
    digest: str
    files: str
    change: str
    since: str
    marks: frozenset[str]


def held(rows: list[ControlRow]) -> Held | None:
    """What the row says, of those found under its name; None where there is none."""
    for row in rows:
        digest, files, change, since = (str(row.body[name]) for name in ("digest", "files", "change", "since"))
        marks = row.body["marks"]
        return Held(row.version, digest, files, change, since, frozenset(marks if isinstance(marks, list) else ()))
    return None


def held_now(tx: SqlcipherTransaction, ring: Keyring) -> Held | None:
    """The same as a write transaction sees it."""
    return held(current(tx.db, ring, KIND, IN_FORCE))


def must_be_held(reader: Reader) -> Held:
    """Which rules are in force. Raises OperatorError where the row is missing or was changed."""
    found = held(reader.control(KIND, IN_FORCE))
    if found is None:
        raise OperatorError(f"no rules are on record, or they were changed behind the hub's back: {_MEND}")
    return found


def texts_of(reader: Reader, digest: str) -> Texts:
    """The texts of a set of rules. Raises OperatorError where they are missing or were changed."""
    for row in reader.control(TEXTS, digest):
        texts = {path: str(text) for path, text in _mapping(row.body["texts"]).items()}
        if digest_of(texts) == digest:
            return texts
    raise OperatorError(f"the rules {digest[:12]} are not in the store, or were changed there: {_MEND}")


def put_texts(tx: SqlcipherTransaction, ring: Keyring, rules: Rules, event: Event) -> None:
    """Keep the texts of a set, with the entry that accounts for them, unless they are there already."""
    if not current(tx.db, ring, TEXTS, rules.digest):
        tx.put_control(TEXTS, rules.digest, {"texts": dict(rules.texts)}, event)


def put_in_force(
    tx: SqlcipherTransaction, standing: Held | None, digest: str, marks: Iterable[str], event: Event, **more: str
) -> None:
    """Put a set in force, with the entry that accounts for it; from the next turn of every process on.

    Args:
        tx: the write transaction; the texts are in the store.
        standing: what was in force.
        digest: of the set.
        marks: of its purposes.
        event: what happened.
        more: `files` and `change` where they are others than before; `since`.
    """
    body: dict[str, object] = {
        "digest": digest,
        "files": standing.files if standing else digest,
        "change": "",
        "since": "",
        "marks": sorted({*marks, *(standing.marks if standing else ())}),
    }
    tx.put_control(KIND, IN_FORCE, body | more, event)


def refuse_older(directory: Directory, standing: Held) -> None:
    """Hold the row against the last one that was kept outside the store.

    Raises:
        OperatorError: rules that were replaced were put back.
    """
    version, digest = _kept(directory)
    if (standing.version, standing.digest) == (version, digest) or standing.version > version:
        return
    raise OperatorError(
        f"the store has version {standing.version} of the rules, but version {version} was in force: older ones were "
        f"put back; after restoring a backup on purpose, restore its {directory.rules_kept} too"
    )


def keep_outside(directory: Directory, standing: Held) -> None:
    """Remember beside the keys what is in force, durably. Raises OSError."""
    # Processes take turns on the folder, so that a slow one never puts an older version back.
    folder = os.open(directory.keys, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if _kept(directory)[0] >= standing.version:
            return
        fresh = directory.rules_kept.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{standing.version} {standing.digest}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(directory.rules_kept)
    finally:
        os.close(folder)


def _kept(directory: Directory) -> tuple[int, str]:
    try:
        version, digest = directory.rules_kept.read_text("ascii").split()
        return int(version), digest
    except FileNotFoundError:
        return 0, ""
    except (ValueError, UnicodeDecodeError):
        raise OperatorError(f"{directory.rules_kept} is damaged; restore it from a backup") from None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
