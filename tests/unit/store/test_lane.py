import asyncio

import pytest

from audit.entry import commitment, leaf_data
from hub.errors import TrailUnavailable
from hub.store import lane as lanes
from hub.store.engine import Event
from hub.store.lane import Lane
from hub.store.trail import canonical, prepare

ORIGIN = "hub.example/log"
EVENT = Event({"kind": "test"}, {"subject": ""})


class Writes:
    """Takes batches as a writer does and keeps count; fails while told to."""

    def __init__(self):
        self.batches, self.signed, self.failure, self.unsigned, self.closed, self.size = [], 0, None, False, False, 0

    def run(self, actions, sign=False):  # noqa: FBT002 - the writer's own signature
        if self.failure:
            raise self.failure
        self.batches.append(len(actions))
        self.signed += sign
        self.unsigned = not sign and (self.unsigned or bool(actions))
        return [self.each(action) for action in actions]

    def each(self, action):
        try:
            return action(self)
        except ValueError as error:
            return error

    def record(self, prepared):
        from hub.store.engine import Place

        self.size += 1
        counted = canonical({"ordinal": None})
        committed = commitment("ordinal", prepared.ordinal_salt, counted)
        leaf = leaf_data(prepared.act_commitment, prepared.subject_commitment, committed)
        return Place(self.size - 1, committed, leaf)

    def close(self):
        self.closed = True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(clock):
    """Run a coroutine function with a lane over `Writes`."""

    def start(scenario):
        async def whole():
            writes = Writes()
            lane = Lane(writes, ORIGIN, clock)
            try:
                return await scenario(lane, writes)
            finally:
                lane._tick.cancel()

        return asyncio.run(whole())

    return start


def test_what_is_written_in_one_turn_of_the_loop_is_one_batch(run):
    async def scenario(lane, writes):
        results = await asyncio.gather(*(lane.write(lambda _, n=n: n) for n in range(50)))
        assert results == list(range(50))
        assert writes.batches == [50]
        await lane.write(lambda _: None)
        assert writes.batches == [50, 1]

    run(scenario)


def test_each_caller_gets_its_own_result_or_its_own_exception(run):
    def refuse(_):
        raise ValueError("mine")

    async def scenario(lane, _):
        return await asyncio.gather(
            lane.write(lambda _: 1), lane.write(refuse), lane.write(lambda _: 3), return_exceptions=True
        )

    one, two, three = run(scenario)
    assert (one, three) == (1, 3)
    assert isinstance(two, ValueError)


@pytest.mark.parametrize("failure", [TrailUnavailable("full"), OSError(28, "no space"), RuntimeError("defect")])
def test_where_a_batch_cannot_be_written_everybody_is_told_and_the_lane_lives_on(run, failure):
    async def scenario(lane, writes):
        writes.failure = failure
        results = await asyncio.gather(*(lane.write(lambda _: 1) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [TrailUnavailable] * 3
        writes.failure = None
        assert await lane.write(lambda _: 1) == 1

    run(scenario)


def test_a_full_lane_refuses_at_once(run, monkeypatch):
    monkeypatch.setattr(lanes, "MOST_WAITING", 5)

    async def scenario(lane, _):
        waiting = [lane.write(lambda _: 1) for _ in range(5)]
        with pytest.raises(TrailUnavailable):
            lane.write(lambda _: 1)
        return await asyncio.gather(*waiting)

    assert run(scenario) == [1] * 5


def test_a_caller_who_has_left_holds_nobody_up(run):
    async def scenario(lane, _):
        left = asyncio.ensure_future(lane.write(lambda _: 1))
        stayed = asyncio.ensure_future(lane.write(lambda _: 2))
        await asyncio.sleep(0)
        left.cancel()
        assert await stayed == 2
        assert left.cancelled()

    run(scenario)


def test_receipts_come_in_the_order_of_their_events(run):
    events = [Event({"kind": "test", "n": n}, {"subject": ""}) for n in range(4)]

    async def scenario(lane, _):
        return await lane.record_all(events)

    receipts = run(scenario)
    assert [receipt.position for receipt in receipts] == [0, 1, 2, 3]
    for receipt, event in zip(receipts, events, strict=True):
        assert (receipt.origin, receipt.act) == (ORIGIN, canonical(event.act))
        act = commitment("act", receipt.act_salt, canonical(event.act))
        assert receipt.leaf == leaf_data(act, receipt.subject_commitment, receipt.ordinal_commitment)


def test_a_checkpoint_is_signed_with_the_first_batch_that_is_due(run, clock):
    async def scenario(lane, writes):
        await lane.write(lambda _: 1)
        assert writes.signed == 0
        clock.now += lanes.SIGN_EVERY
        await lane.write(lambda _: 1)
        assert writes.signed == 1
        await lane.write(lambda _: 1)
        assert writes.signed == 1

    run(scenario)


def test_without_further_writes_the_last_ones_are_signed_within_a_second(run, clock):
    async def scenario(lane, writes):
        await lane.write(lambda _: 1)
        for _ in range(10):
            waited = lane._tick.when() - lane._loop.time()
            clock.now += waited
            lane._tick.cancel()
            lane._sign()
            if writes.signed:
                return clock.now
        return None

    assert run(scenario) < 1


def test_a_checkpoint_that_could_not_be_signed_is_signed_later(run, clock):
    async def scenario(lane, writes):
        await lane.write(lambda _: 1)
        clock.now += 1
        writes.failure = OSError()
        lane._sign()
        assert writes.signed == 0
        writes.failure = None
        lane._sign()
        assert writes.signed == 1

    run(scenario)


def test_a_probe_writes_unless_something_was_written_a_moment_ago(run, clock, monkeypatch):
    monkeypatch.setattr(lanes.SqlcipherTransaction, "probe", lambda _: None)

    async def scenario(lane, writes):
        await lane.probe()
        assert writes.batches == [1]
        await lane.probe()
        assert writes.batches == [1]
        clock.now += lanes.PROOF_LASTS + 0.1
        await lane.probe()
        assert writes.batches == [1, 1]

    run(scenario)


def test_a_probe_after_a_failure_believes_nothing_older(run, monkeypatch):
    monkeypatch.setattr(lanes.SqlcipherTransaction, "probe", lambda _: None)

    async def scenario(lane, writes):
        await lane.write(lambda _: 1)
        writes.failure = OSError()
        with pytest.raises(TrailUnavailable):
            await lane.write(lambda _: 1)
        with pytest.raises(TrailUnavailable):
            await lane.probe()
        writes.failure = None
        await lane.probe()

    run(scenario)


def test_a_batch_of_nothing_proves_nothing(run, monkeypatch):
    monkeypatch.setattr(lanes.SqlcipherTransaction, "probe", lambda _: None)

    async def scenario(lane, writes):
        lane._flush()
        await lane.probe()
        assert writes.batches[-1] == 1

    run(scenario)


def test_closing_finishes_what_waits(run):
    async def scenario(lane, writes):
        waiting = asyncio.ensure_future(lane.write(lambda _: 1))
        await asyncio.sleep(0)
        lane.close()
        assert writes.closed
        assert await waiting == 1

    run(scenario)


@pytest.mark.parametrize("failure", [TrailUnavailable("full"), OSError(28, "no space")])
def test_closing_ends_even_where_nothing_can_be_signed_any_more(run, failure):
    def fail():
        raise failure

    async def scenario(lane, writes):
        writes.close = fail
        lane.close()
        assert lane._tick.cancelled()

    run(scenario)


def test_an_event_is_prepared_once_however_often_its_action_runs(run):
    async def scenario(lane, writes):
        once = []
        writes.each = lambda action: (once.append(action(writes)), action(writes))[1]
        [receipt] = await lane.record_all([EVENT])
        assert once[0].ordinal_commitment == receipt.ordinal_commitment
        assert prepare(EVENT).act_salt != receipt.act_salt

    run(scenario)
