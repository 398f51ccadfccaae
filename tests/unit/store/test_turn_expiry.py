"""An idle process gives its view up in time: as long as it keeps one, old pages and destroyed keys live on."""

import asyncio

import pytest

from hub.store import turn as turns
from hub.store.changes import Changes
from hub.store.turn import Turn


@pytest.fixture
def views(installation, monkeypatch):
    """`views(check)`: run a check of a turn whose view lasts a whole period, and of its reader, inside a loop."""
    monkeypatch.setattr(turns, "PAUSE", 0)
    with installation.opened() as hub:

        async def run(check):
            turn = Turn(hub.reader, Changes(installation.directory.changes), lambda: None)
            turn.begin()
            until = turn._until
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert hub.reader._viewing, "the view lasts longer than a turn"
            check(turn, until, hub.reader)
            turn.end()

        yield lambda check: asyncio.run(run(check))


def test_a_timer_that_fires_a_moment_early_ends_the_view_all_the_same(views):
    def check(turn, until, reader):
        turn._expire(until)
        assert not reader._viewing

    views(check)


def test_a_view_in_use_when_its_timer_fires_ends_with_its_turn(views):
    def check(turn, until, reader):
        turn.begin()
        turn._expire(until)
        assert reader._viewing
        turn._pass()
        assert not reader._viewing

    views(check)


def test_the_timer_of_a_former_view_leaves_a_later_one_alone(views):
    def check(turn, until, reader):
        turn._expire(until - turns.PERIOD)
        assert reader._viewing

    views(check)
