"""A benchmark that measured wrong answers would flatter: it must stop instead."""

import pytest

from hub.bench.community import kept
from hub.bench.load import WrongAnswerError, drive, generator
from hub.bench.servers import bare_server, wait_for_workers
from hub.bench.turns import Contender, in_turns

BODY = b'{"subject": {"idno": "339999194303120020"}, "purpose": "OLDCARD"}'


def post(body):
    head = b"POST /v1/disclosures HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


@pytest.fixture(scope="module")
def bare():
    with bare_server(500, workers=1) as server:
        wait_for_workers(server, 1, post(BODY))
        yield server


def test_answers_have_the_size_they_are_compared_at(bare):
    assert len(bare.ask(post(BODY))[1]) == 500


def test_a_load_counts_every_answer(bare):
    load = drive(bare.port, [post(BODY)], connections=2, seconds=0.2)
    assert load.answered >= load.rate * 0.2 > 0
    assert 0 < load.p50 <= load.p99


def test_a_load_whose_answers_are_refusals_is_no_measurement(bare):
    with pytest.raises(WrongAnswerError, match="status 422"):
        drive(bare.port, [post(b"{}")], connections=2, seconds=0.2)


def test_answers_without_entries_in_the_log_are_no_measurement(bare, tmp_path):
    pretender = Contender(bare, kept(tmp_path, 20), governed=True)
    with generator() as pool, pytest.raises(WrongAnswerError, match="the log grew by 0 entries"):
        in_turns(pool, pretender, pretender, connections=2, rounds=1, seconds=0.1)
