import asyncio

import pytest

from audit.log import tree
from hub.errors import OperatorError, TrailUnavailable
from hub.model.instant import now_utc
from hub.model.tier import Tier
from hub.store.changes import Changes
from hub.store.engine import Tokens
from hub.store.installation import system_event
from hub.store.pages import integrity
from hub.store.sqlcipher import SqlcipherReader
from hub.store.tokens import idno_token
from hub.store.trail import prepare
from hub.store.turn import PAUSE, PERIOD, Turn
from tests.factories import person


@pytest.fixture
def reader(installation):
    reader = SqlcipherReader(installation.directory, installation.ring)
    yield reader
    reader.close()


def record(installation):
    with installation.opened() as hub:
        hub.writer.run([lambda tx: tx.record(prepare(system_event("noted", now_utc())))])


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
    @pytest.fixture
    def changes(self, installation):
        return Changes(installation.directory.changes)

    @pytest.fixture
    def clock(self, monkeypatch):
        """The time within a period at which views are opened, in seconds; it stands still."""
        now = [10 * PERIOD + PERIOD / 2]
        monkeypatch.setattr("asyncio.BaseEventLoop.time", lambda _: now[0])
        return now

    def test_a_turn_sees_one_state_and_the_next_turn_what_was_changed(self, reader, changes, installation):
        begun = []

        async def scenario():
            turn = Turn(reader, changes, lambda: begun.append(reader.control_version()))
            turn.begin()
            installation.appoint("auditor:339999")
            turn.begin()
            assert reader.control_version() == begun[0]
            await asyncio.sleep(0)
            turn.begin()
            turn.end()

        asyncio.run(scenario())
        assert len(begun) == 2
        assert begun[1] > begun[0]

    def test_a_view_lasts_while_only_the_log_grows(self, reader, changes, clock, installation):
        begun = []

        async def scenario():
            turn = Turn(reader, changes, lambda: begun.append(reader.control_version()))
            for _ in range(3):
                turn.begin()
                record(installation)
                await asyncio.sleep(0)
            assert len(begun) == 1
            clock[0] += PERIOD
            await asyncio.sleep(0)
            turn.begin()
            turn.end()

        asyncio.run(scenario())
        assert len(begun) == 2

    def test_at_the_beginning_of_a_period_a_view_lasts_one_turn(self, reader, changes, clock):
        async def scenario():
            turn = Turn(reader, changes, reader.control_version)
            clock[0] = 10 * PERIOD + PAUSE / 2
            turn.begin()
            await asyncio.sleep(0)
            assert not reader.db.in_transaction

        asyncio.run(scenario())

    @pytest.mark.usefixtures("clock")
    def test_a_fresh_view_holds_what_was_recorded_since(self, reader, changes, installation):
        async def scenario():
            turn = Turn(reader, changes, reader.control_version)
            turn.begin()
            before = tree(reader.db).size
            record(installation)
            assert tree(reader.db).size == before
            turn.fresh()
            assert tree(reader.db).size == before + 1
            turn.end()

        asyncio.run(scenario())

    @pytest.mark.usefixtures("clock")
    def test_views_last_one_turn_while_a_change_is_underway_or_was_broken_off(self, reader, changes):
        async def scenario():
            turn = Turn(reader, changes, reader.control_version)
            changes.begin()
            turn.begin()
            await asyncio.sleep(0)
            assert not reader.db.in_transaction
            changes.end()
            turn.begin()
            await asyncio.sleep(0)
            assert reader.db.in_transaction
            turn.end()

        asyncio.run(scenario())

    def test_a_turn_that_fails_to_begin_leaves_nothing_open(self, reader, changes):
        def fail():
            raise OperatorError("a control row was changed")

        async def scenario():
            turn = Turn(reader, changes, fail)
            for _ in range(2):
                with pytest.raises(OperatorError):
                    turn.begin()
                await asyncio.sleep(0)

        asyncio.run(scenario())
        assert not reader.db.in_transaction


class TestChanges:
    def test_processes_share_one_count(self, tmp_path):
        one, other = Changes(tmp_path / "changes"), Changes(tmp_path / "changes")
        before = other.count
        one.begin()
        assert other.count % 2
        one.end()
        assert other.count > before
        assert not other.count % 2

    def test_ending_what_did_not_begin_changes_nothing(self, tmp_path):
        changes = Changes(tmp_path / "changes")
        before = changes.count
        changes.end()
        assert changes.count == before

    @pytest.mark.parametrize(
        "change",
        [
            lambda tx: tx.put_control("filing", "x", {}, system_event("filing", now_utc())),
            lambda tx: tx.update_sections(1, {}, Tokens()),
            lambda tx: tx.remove_file(1, [], []),
        ],
    )
    def test_every_change_of_people_or_control_rows_is_told(self, installation, change):
        changes = Changes(installation.directory.changes)
        before = changes.count
        with installation.opened() as hub:
            assert changes.count == before, "recording alone tells nothing"
            hub.writer.run([change])
        assert changes.count > before
