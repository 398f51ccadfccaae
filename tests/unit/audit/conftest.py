import sqlite3

import pytest
import sqlcipher3

from tests.unit.audit.trails import ORIGIN, Trail, act, entry, salt


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
