"""The embedded engine: two SQLCipher databases, one for what is stored and one for the keys that open it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlcipher3.dbapi2 as sqlcipher

from audit import log as audit_log
from audit.published import Resource, proof, resource
from hub.errors import OperatorError, TrailUnavailable
from hub.model.tier import Tier
from hub.store.controls import current
from hub.store.directory import Directory
from hub.store.engine import ControlRow
from hub.store.keys import Keyring
from hub.store.publication import published_note
from hub.store.replay import contradicted_files, contradicted_rows
from hub.store.sections import SealedFile

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound="SqlcipherReader")
SCHEMA = 2
Failure = sqlcipher.Error
"""What the engine raises when the disk, a lock or the database fails."""
Conflict = sqlcipher.IntegrityError
"""The one of them that is no failure of the store: a row contradicts another."""

_COLUMNS = ", ".join(f"{tier} BLOB NOT NULL" for tier in Tier)
_TABLES = f"""
CREATE TABLE file (resident INTEGER PRIMARY KEY, {_COLUMNS}) STRICT;
CREATE TABLE lookup (token BLOB PRIMARY KEY, resident INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE list (token BLOB, resident INTEGER, PRIMARY KEY (token, resident)) STRICT, WITHOUT ROWID;
CREATE TABLE about (entry INTEGER PRIMARY KEY, resident INTEGER NOT NULL, counted INTEGER) STRICT;
CREATE TABLE ordinal (slice INTEGER PRIMARY KEY, counts BLOB NOT NULL) STRICT;
CREATE TABLE control (kind TEXT, id TEXT, version INTEGER NOT NULL, entry INTEGER NOT NULL, body BLOB NOT NULL,
                      PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE progress (feed TEXT, digest BLOB, part INTEGER, rows INTEGER NOT NULL,
                       PRIMARY KEY (feed, digest, part)) STRICT, WITHOUT ROWID;
CREATE TABLE replay (name BLOB PRIMARY KEY, at INTEGER NOT NULL, asked BLOB NOT NULL, reply BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE session (name BLOB PRIMARY KEY, person BLOB, until INTEGER, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE erasure (resident INTEGER PRIMARY KEY) STRICT;
INSERT INTO counter VALUES ('control', 0), ('resident', 0), ('probe', 0), ('folded', 0), ('counted', 0);
"""  # noqa: S608 - the column names are the members of `Tier`
_KEY_TABLES = "CREATE TABLE data_key (resident INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;"
# HMAC-SHA-256 takes less time for a page than SQLCipher's default, HMAC-SHA-512, and pages are most of a read's cost.
# Its log would write to standard error; what it says is raised anyway.
_CIPHER = ("cipher_default_hmac_algorithm = HMAC_SHA256", "cipher_log_level = NONE")
_CACHE_KIB = 16 * 1024
CHECKPOINT_PAGES, MOST_PAGES = 1000, 16 * 1000
"""Pages of the write-ahead log from which it is written back: while nobody keeps a view, and in any case."""


def create_store(directory: Directory, ring: Keyring) -> Any:
    """Make both databases; returns the open writing connection, so that the log can be created in it.

    Raises:
        OperatorError: one of them exists already.
    """
    for path, script in ((directory.data_keys, _KEY_TABLES), (directory.store, _TABLES)):
        if path.exists():
            raise OperatorError(f"{path} exists already; a store is never overwritten")
        path.touch(mode=0o600)
        db = _connect(path, ring.database_key(path.name))
        db.executescript(f"BEGIN; {script} PRAGMA user_version = {SCHEMA}; COMMIT;")
    return db


def connect(path: Path, ring: Keyring) -> Any:
    """Open one database for one thread.

    Raises:
        OperatorError: it is missing, its key is another one, or a hub of another schema made it.
    """
    _refuse_nothing(path)
    db = _connect(path, ring.database_key(path.name))
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA:
        db.close()
        raise OperatorError(f"{path} has schema {version}, this hub knows {SCHEMA}; run the hub that made it")
    return db


def connect_derived(path: Path, ring: Keyring) -> Any:
    """Open or begin a database that can be made anew from others. Raises OperatorError where its key does not fit."""
    path.touch(mode=0o600)
    db = _connect(path, ring.database_key(path.name))
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _refuse_nothing(path: Path) -> None:
    # The engine would make a new database of a missing file, and take an empty one for new.
    if not path.is_file() or not path.stat().st_size:
        raise OperatorError(f"{path} is missing or empty; restore it from a backup")


def _connect(path: Path, key: str) -> Any:
    db = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=256)
    for setting in _CIPHER:
        db.execute(f"PRAGMA {setting}")
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlcipher.OperationalError:
        db.close()
        raise
    except sqlcipher.DatabaseError:
        db.close()
        raise OperatorError(f"the keys do not open {path}: they belong to another store, or it is damaged") from None
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    db.execute("PRAGMA busy_timeout = 10000")
    return db


def reading(method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """Mark a read: where it fails, the connection is given up, and the caller is told as of a trail that is away."""

    @wraps(method)
    def guarded(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except Failure as failure:
            self.reopen()
            raise TrailUnavailable(f"the store cannot be read now: {failure}; run `hub doctor`") from failure

    return guarded


class SqlcipherReader:
    """Consistent reads on a connection of their own, for one thread.

    Args:
        directory: the data directory.
        ring: its keys.

    Raises:
        OperatorError: the store cannot be opened.
    """

    def __init__(self, directory: Directory, ring: Keyring) -> None:
        self.directory = directory
        self.ring = ring
        self._viewing = False
        self._queries: dict[tuple[str, tuple[Tier, ...]], str] = {}
        try:
            self._db = self._connect()
        except Failure as failure:
            raise OperatorError(f"{directory.store} cannot be opened: {failure}; run `hub doctor`") from None

    @property
    def db(self) -> Any:
        """The connection, for the log's reading functions."""
        return self._db

    @contextmanager
    def view(self) -> Iterator[None]:
        """A block in which all reads see one state of the store; within an outer one, the outer one's state."""
        if self._viewing:
            yield
            return
        self.begin()
        try:
            yield
        finally:
            self.end()

    @reading
    def begin(self) -> None:
        """Keep the state of the store as it is now in view."""
        self._db.execute("BEGIN")
        self._viewing = True

    def end(self) -> None:
        """See the store as it changes again."""
        if self._viewing:
            self._viewing = False
            try:
                self._db.execute("COMMIT")
            except Failure:
                self.reopen()  # whoever read was told already

    def reopen(self) -> None:
        """Start afresh after a failure: the engine goes on refusing a connection that has met a damaged page."""
        self._viewing = False
        self._db.close()
        # Where this fails, too, the next read finds a closed connection and tries again.
        with suppress(Failure, OperatorError):
            self._db = self._connect()

    @reading
    def find(self, token: bytes, tiers: Sequence[Tier]) -> SealedFile | None:
        """The sealed file a blind index token leads to, with the envelopes of `tiers`."""
        return self._file("FROM lookup l JOIN file f USING (resident)", "WHERE l.token = ?", token, tuple(tiers))

    @reading
    def get(self, resident: int, tiers: Sequence[Tier]) -> SealedFile | None:
        """The sealed file of an internal id, with the envelopes of `tiers`."""
        return self._file("FROM file f", "WHERE f.resident = ?", resident, tuple(tiers))

    @reading
    def decoy(self, token: bytes, tiers: Sequence[Tier]) -> SealedFile | None:
        """Some sealed file, chosen by the token: read where nothing was found, so that both take as long."""
        top = self._db.execute("SELECT max(resident) FROM file").fetchone()[0]
        if top is None:
            return None
        start = int.from_bytes(token[:8], "big") % top + 1
        return self._file("FROM file f", "WHERE f.resident >= ? ORDER BY f.resident LIMIT 1", start, tuple(tiers))

    @reading
    def roster(self, token: bytes, after: int, limit: int) -> list[int]:
        """Internal ids on a list, ascending, behind `after`."""
        query = "SELECT resident FROM list WHERE token = ? AND resident > ? ORDER BY resident LIMIT ?"
        return [row[0] for row in self._db.execute(query, (token, after, limit))]

    @reading
    def control_version(self) -> int:
        """Changes whenever a control row does."""
        return int(self._db.execute("SELECT n FROM counter WHERE name = 'control'").fetchone()[0])

    @reading
    def receipt(self, index: int) -> bytes | None:
        """The proof that an entry is in the log (C2SP tlog-proof), or None where no checkpoint covers it."""
        with self.view():
            # Under the published checkpoint, which witnesses have seen, as far as it reaches.
            note = published_note(self._db)
            seen = proof(self._db, index, note) if note else None
            return seen or audit_log.receipt(self._db, index)

    @reading
    def published(self, path: str) -> Resource | None:
        """What the log publishes at a path such as `checkpoint` or `tile/0/000`, or None where there is nothing."""
        with self.view():
            return resource(self._db, path, published_note(self._db))

    def alarm(self) -> bool:
        """Whether a witness contradicts the log."""
        return self.directory.alarm.exists()

    @reading
    def about(self, resident: int, since: int, before: int, limit: int) -> list[int]:
        """Indexes of the entries about a person from `since` on and below `before`, newest first; reads all between."""
        query = "SELECT entry FROM about WHERE resident = ? AND entry >= ? AND entry < ? ORDER BY entry DESC LIMIT ?"
        return [row[0] for row in self._db.execute(query, (resident, since, before, limit))]

    @reading
    def whom(self, index: int) -> int | None:
        """The internal id of the person an entry is about, or None."""
        row = self._db.execute("SELECT resident FROM about WHERE entry = ?", (index,)).fetchone()
        return row and int(row[0])

    @reading
    def entries(self, indexes: Sequence[int]) -> list[audit_log.StoredEntry]:
        """Entries of the log as stored, in the order asked; what there is none of, or was purged, is left out."""
        found = (audit_log.entry(self._db, index) for index in indexes)
        return [entry for entry in found if entry and not entry.purged]

    @reading
    def control(self, kind: str, name: str | None = None) -> list[ControlRow]:
        """The authentic rows of a kind, or of one name; a row changed behind the hub's back stands for nothing."""
        return current(self._db, self.ring, kind, name)

    @reading
    def session(self, name: bytes) -> bytes | None:
        """The sealed session of a name, ended by time or not, or None."""
        row = self._db.execute("SELECT body FROM session WHERE name = ?", (name,)).fetchone()
        return row and bytes(row[0])

    @reading
    def damaged(self) -> list[str]:
        """Kinds and ids of control rows that were changed, put back or removed behind the hub's back."""
        with self.view():
            return contradicted_rows(self._db, self.ring)

    @reading
    def damaged_files(self, most: int) -> list[str]:
        """Whose tiers were changed, put back or removed behind the hub's back, by pseudonym; up to `most`."""
        with self.view():
            return list(islice(contradicted_files(self._db, self.ring), most))

    @reading
    def progress(self, feed: str, digest: bytes, part: int) -> int:
        """How far a part of an import has come; 0 where it has not begun."""
        query = "SELECT rows FROM progress WHERE feed = ? AND digest = ? AND part = ?"
        found = self._db.execute(query, (feed, digest, part)).fetchone()
        return int(found[0]) if found else 0

    @reading
    def tokens_of(self, resident: int) -> tuple[list[bytes], list[bytes]]:
        """Every blind index token and list token of a person; looks through both tables, for there is no way back."""
        lookups = self._db.execute("SELECT token FROM lookup WHERE resident = ?", (resident,)).fetchall()
        lists = self._db.execute("SELECT token FROM list WHERE resident = ?", (resident,)).fetchall()
        return [row[0] for row in lookups], [row[0] for row in lists]

    @reading
    def intended_erasures(self) -> list[int]:
        """Internal ids of people whose erasure was intended and not yet completed."""
        return [row[0] for row in self._db.execute("SELECT resident FROM erasure ORDER BY resident")]

    @reading
    def residents(self, after: int, limit: int) -> list[int]:
        """Internal ids of people, ascending, behind `after`."""
        query = "SELECT resident FROM file WHERE resident > ? ORDER BY resident LIMIT ?"
        return [row[0] for row in self._db.execute(query, (after, limit))]

    @reading
    def some_residents(self, count: int) -> list[int]:
        """Internal ids of up to `count` people, chosen at random."""
        query = "SELECT resident FROM file ORDER BY random() LIMIT ?"
        return [row[0] for row in self._db.execute(query, (count,))]

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()

    def _connect(self) -> Any:
        db = connect(self.directory.store, self.ring)
        path = self.directory.data_keys
        _refuse_nothing(path)
        db.execute(f"ATTACH DATABASE ? AS keys KEY \"x'{self.ring.database_key(path.name)}'\"", (str(path),))
        return db

    def _file(self, source: str, where: str, key: bytes | int, tiers: tuple[Tier, ...]) -> SealedFile | None:
        if (query := self._queries.get((where, tiers))) is None:
            columns = "".join(f", f.{tier}" for tier in tiers)
            # Only names of this module's own making are put together here; values are always bound.
            query = f"SELECT f.resident, k.wrapped{columns} {source} JOIN keys.data_key k USING (resident) {where}"
            self._queries[where, tiers] = query
        # For `bytes` the engine's module first looks for a way to adapt them; a `bytearray` it takes as it is.
        row = self._db.execute(query, (key if isinstance(key, int) else bytearray(key),)).fetchone()
        return row and SealedFile(row[0], row[1], dict(zip(tiers, row[2:], strict=True)))
