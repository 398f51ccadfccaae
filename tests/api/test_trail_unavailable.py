"""No record, no answer: while the trail cannot be written, nothing is disclosed and nothing is said of anybody."""

import pytest

from hub.errors import TrailUnavailable
from hub.store.sqlcipher import Failure
from tests.api.city import CLERK, FIRST_GRID


@pytest.fixture(params=[TrailUnavailable, Failure, OSError])
def unwritable(hub, monkeypatch, request):
    """A hub that reads as ever and cannot write."""

    def fail(*_args, **_options):
        raise request.param("disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(hub.road.lane._writer, "run", fail)
        yield hub


def asked(hub):
    people = [{"idno": member.idno} for member in hub.installation.cast.values()]
    for person in people:
        yield "/v1/disclosures", {"subject": person, "purpose": "OLDCARD"}
    yield "/v1/disclosures", {"subject": people[0], "purpose": "VISIT"}
    yield "/v1/disclosures", {"subject": people[0], "purpose": "NOSUCH"}
    yield "/v1/disclosures/batch", {"subjects": people, "purpose": "OLDCARD"}
    yield "/v1/residents/search", {"grid": FIRST_GRID}
    yield "/v1/residents/search", {"grid": "339999009009009"}


def test_everything_that_must_be_recorded_is_refused_alike(unwritable):
    for path, body in asked(unwritable):
        answer = unwritable.ask(CLERK, "POST", path, json=body)
        said = answer.json()
        assert (answer.status_code, said["reasons"]) == (503, ["audit_unavailable"]), path
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
        assert said.keys() == {"type", "title", "status", "reasons", "trace_id"}, "a permit and a denial are one answer"


def test_what_records_nothing_goes_on(unwritable):
    assert unwritable.ask(CLERK, "GET", "/v1/purposes").status_code == 200
    assert unwritable.ask(None, "GET", "/healthz").status_code == 200
    assert unwritable.ask(None, "GET", "/log/checkpoint").status_code == 200


def test_hub_recovers_by_itself(hub, monkeypatch):
    elder = hub.installation.cast["elder"].idno
    before = hub.installation.size()
    with monkeypatch.context() as patch:
        patch.setattr(hub.road.lane._writer, "run", lambda *_args, **_options: 1 / 0)
        assert hub.disclose(CLERK, elder, "OLDCARD").status_code == 503
    assert hub.installation.size() == before
    answer = hub.disclose(CLERK, elder, "OLDCARD")
    assert answer.status_code == 200
    assert answer.json()["receipt"]["index"] == before
