import sqlite3
from datetime import UTC, datetime

import pytest
import sqlcipher3

from audit import log
from audit.checkpoint import Signer
from audit.entry import canonical, commitment

ORIGIN = "hub.example/339999"


class Trail:
    """A log in memory with a key of its own, written to as the hub writes."""

    def __init__(self, db, entries=0, origin=ORIGIN):
        self.db = db
        self.signer = Signer(origin, bytes(range(32)))
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)
        with self:
            log.create(db, origin)
        self.log = log.Log.open(db)
        if entries:
            self.append(entries)

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, error, traceback):
        self.db.execute("ROLLBACK" if kind else "COMMIT")

    def append(self, count):
        with self:
            return self.log.append(self.db, [entry(self.size + n) for n in range(count)])

    def sign(self):
        with self:
            return self.log.sign_checkpoint(self.db, self.signer, self.time)

    @property
    def size(self):
        return log.tree(self.db).size

    @property
    def keys(self):
        return [self.signer.verifier]


def act(n):
    return {"kind": "disclosure", "fields": ["name", "idno"], "number": n, "outcome": "permitted"}


def salt(name, n):
    return commitment(name, bytes(32), str(n).encode())


def entry(n):
    return log.Entry(
        canonical(act(n)),
        salt("act", n),
        commitment("subject", salt("subject", n), canonical({"subject": f"p{n}"})),
        commitment("ordinal", salt("ordinal", n), canonical({"ordinal": n})),
        b"sealed",
    )


@pytest.fixture(params=[sqlite3, sqlcipher3], ids=["sqlite3", "sqlcipher3"])
def db(request):
    connection = request.param.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def trail(db):
    return Trail(db)


@pytest.fixture(scope="session")
def make_trail():
    """Trails of any size, and entries to put into them."""
    connections = []

    def make(entries=0, origin=ORIGIN):
        connections.append(sqlite3.connect(":memory:", isolation_level=None))
        return Trail(connections[-1], entries, origin)

    make.entry, make.act, make.salt = entry, act, salt
    yield make
    for connection in connections:
        connection.close()
