"""Creating an installation, and opening one: never the one in place of the other."""

from datetime import UTC, datetime
from pathlib import Path

from audit.log import create as create_log
from audit.note import Signer
from hub.model.instant import timestamp
from hub.store.directory import Directory, create_directory, open_keyring
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.sqlcipher import create_store
from hub.store.trail import prepare
from hub.store.writer import Writer


def create(path: Path, development_key: bytes | None = None, origin: str = "") -> Directory:
    """Make keys, store and log, with one entry that says so.

    Args:
        path: the data directory; must hold none of the three.
        development_key: PEM of the development issuer, or None.
        origin: the log's unique name; a random one where empty.

    Raises:
        OperatorError: something is there already, and nothing was changed.
        LogError: the origin cannot name a log.
    """
    directory = create_directory(path, development_key, origin)
    ring = open_keyring(directory)
    db = create_store(directory, ring)
    db.execute("BEGIN IMMEDIATE")
    create_log(db, directory.origin())
    db.execute("COMMIT")
    db.close()
    directory.log_key.write_text(f"{signer(directory, ring).verifier}\n", "utf-8")
    writer = open_writer(directory, ring)
    writer.run([lambda tx: tx.record(prepare(system_event("init", datetime.now(UTC))))], sign=True)
    writer.close()
    return directory


def signer(directory: Directory, ring: Keyring) -> Signer:
    """The log's signing key."""
    return Signer(directory.origin(), ring.log_seed)


def open_writer(directory: Directory, ring: Keyring, *, bulk: bool = False) -> Writer:
    """Open for writing, perhaps for a long load. Raises OperatorError or LogError with a sentence on what is wrong."""
    return Writer(directory, ring, signer(directory, ring), bulk=bulk)


def system_event(kind: str, at: datetime, **more: object) -> Event:
    """An event that is about no data subject: the hub's own doing.

    Args:
        kind: `init`, `import`, `principals` and so on.
        at: when, UTC.
        more: further members of the act.
    """
    act: dict[str, object] = {"v": 1, "kind": kind, "time": timestamp(at), "actor": "hub", "outcome": "done"}
    return Event(act | more, {"subject": ""})
