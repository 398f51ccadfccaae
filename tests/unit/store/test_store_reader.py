import asyncio

import pytest

from hub.errors import OperatorError, TrailUnavailable
from hub.model.tier import Tier
from hub.store.sqlcipher import SqlcipherReader, integrity
from hub.store.tokens import idno_token
from hub.store.turn import Turn
from tests.factories import person


@pytest.fixture
def reader(installation):
    reader = SqlcipherReader(installation.directory, installation.ring)
    yield reader
    reader.close()


@pytest.fixture
def token(installation):
    return idno_token(installation.ring, person(0)["idno"])


READS = {
    "begin": (),
    "find": (b"token", ()),
    "get": (1, ()),
    "decoy": (bytes(16), (Tier.CONTROL,)),
    "roster": (b"token", 0, 9),
    "control_version": (),
    "control": ("principal",),
    "damaged": (),
    "receipt": (0,),
    "published": ("checkpoint",),
    "progress": ("police", b"", 0),
    "tokens_of": (1,),
    "intended_erasures": (),
    "some_residents": (3,),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_says_so_and_the_next_one_starts_afresh(reader, token, name):
    reader._db.close()
    with pytest.raises(TrailUnavailable, match="cannot be read now"):
        getattr(reader, name)(*READS[name])
    assert reader.find(token, (Tier.CONTROL,)) is not None
    with reader.view():
        assert reader.control("principal")


def test_a_store_that_cannot_be_reopened_is_tried_again_with_each_read(reader, token, installation):
    aside = installation.directory.store.rename(installation.path / "aside")
    reader._db.close()
    for _ in range(3):
        with pytest.raises(TrailUnavailable):
            reader.find(token, ())
    aside.rename(installation.directory.store)
    with pytest.raises(TrailUnavailable):
        reader.find(token, ())
    assert reader.find(token, ()) is not None


def test_a_view_that_was_lost_ends_without_a_word(reader, token):
    with reader.view(), reader.view():
        reader._db.close()
        with pytest.raises(TrailUnavailable):
            reader.find(token, ())
    reader.begin()
    reader._db.close()
    reader.end()
    assert reader.find(token, ()) is not None


def test_a_view_within_a_view_is_the_outer_one(reader, installation):
    with reader.view():
        with reader.view():
            before = reader.control_version()
        installation.appoint("auditor:339999")
        assert reader.control_version() == before
    assert reader.control_version() > before


@pytest.mark.parametrize("name", ["hub.db", "keys.db"])
def test_a_damaged_page_is_found(installation, name):
    path = installation.path / name
    assert integrity(path, installation.ring) == []
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    assert integrity(path, installation.ring)


def test_a_store_that_is_missing_is_not_opened(installation):
    installation.directory.data_keys.unlink()
    with pytest.raises(OperatorError):
        SqlcipherReader(installation.directory, installation.ring)


class TestTurn:
    def test_a_turn_sees_one_state_and_the_next_turn_the_next(self, reader, installation):
        begun = []

        async def scenario():
            turn = Turn(reader, lambda: begun.append(reader.control_version()))
            turn.begin()
            installation.appoint("auditor:339999")
            turn.begin()
            assert reader.control_version() == begun[0]
            await asyncio.sleep(0)
            turn.begin()
            await asyncio.sleep(0)

        asyncio.run(scenario())
        assert len(begun) == 2
        assert begun[1] > begun[0]

    def test_a_turn_that_fails_to_begin_leaves_nothing_open(self, reader):
        def fail():
            raise OperatorError("a control row was changed")

        async def scenario():
            turn = Turn(reader, fail)
            for _ in range(2):
                with pytest.raises(OperatorError):
                    turn.begin()
                await asyncio.sleep(0)

        asyncio.run(scenario())
        assert not reader.db.in_transaction
