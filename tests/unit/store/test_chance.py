import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.store.chance import Chance


@pytest.mark.parametrize("length", [12, 96])
def test_each_is_as_long_as_it_should_be_and_given_out_once(length):
    chance = Chance(length)
    drawn = [chance.next() for _ in range(1000)]
    assert {len(each) for each in drawn} == {length}
    assert len(set(drawn)) == 1000


def test_of_two_threads_each_gets_its_own():
    chance = Chance(12)
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: chance.next(), range(20_000)))
    assert len(set(drawn)) == 20_000


def test_a_child_process_gets_none_that_its_parent_gets():
    chance = Chance(12)
    chance.next()  # some are left over, which both would have
    receiving, sending = os.pipe()
    if not (child := os.fork()):
        os.write(sending, b"".join(chance.next() for _ in range(40)))
        os._exit(0)
    os.waitpid(child, 0)
    told = os.read(receiving, 40 * 12)
    os.close(receiving)
    os.close(sending)
    theirs = {told[start : start + 12] for start in range(0, len(told), 12)}
    assert len(theirs) == 40
    assert theirs.isdisjoint(chance.next() for _ in range(200))
