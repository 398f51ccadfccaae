"""The road's decision vectors, asked over HTTP of a running server."""

import pytest

from hub.schema.fields import fields
from tests.api.road_vectors import CASES, ids


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_answer_is_what_the_vector_says(case, city, client):
    person = city.cast[case.subject]
    body = {"subject": {"idno": person.idno}, "purpose": case.purpose}
    body |= {"fields": case.fields} if case.fields is not None else {}
    body |= {"reason": case.reason} if case.reason is not None else {}
    answer = client(city.principal(case.caller)).post("/v1/disclosures", json=body)
    said = answer.json()
    assert {each["field"]: each["reason"] for each in said["withheld"]} == case.all_withheld, case.rule
    if case.reasons:
        assert (answer.status_code, said["reasons"]) == (403, case.reasons), case.rule
        assert "fields" not in said
        assert "rid" not in said
        return
    assert answer.status_code == 200, case.rule
    assert said["basis"] == case.basis, case.rule
    assert list(said["fields"]) == case.given, case.rule
    stored = [key for key in case.given if not fields()[key].derived]
    assert {key: said["fields"][key] for key in stored} == {key: person.values[key] for key in stored}
