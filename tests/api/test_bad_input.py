"""Bad input: the member and the rule are named, the value never comes back, and nothing is looked up."""

import json

import pytest

from tests.api.city import CIVIL_AFFAIRS, CLERK

ELDER = "339999194303129017"
GOOD = {"subject": {"idno": ELDER}, "purpose": "OLDCARD"}
WITHOUT = object()


def body(**more):
    whole = GOOD | more
    return {name: value for name, value in whole.items() if value is not WITHOUT}


MEMBERS = [
    (body(subject=WITHOUT), "subject"),
    (body(subject=None), "subject"),
    (body(subject="沈桂兰"), "subject"),
    (body(subject=[ELDER]), "subject"),
    (body(subject={}), "subject"),
    (body(subject={"idno": ELDER, "rid": "canary"}), "subject"),
    (body(subject={"idno": 339999194303129017}), "subject.idno"),
    (body(subject={"idno": True}), "subject.idno"),
    (body(subject={"idno": ""}), "subject.idno"),
    (body(subject={"idno": "33999919430312901"}), "subject.idno"),
    (body(subject={"idno": "339999194303129018"}), "subject.idno"),
    (body(subject={"idno": "339999194302309015"}), "subject.idno"),
    (body(subject={"idno": "canary" * 1000}), "subject.idno"),
    (body(subject={"idno": "3.39999E+17"}), "subject.idno"),
    (body(subject={"idno": "沈桂兰"}), "subject.idno"),
    (body(subject={"idno": "\u0000"}), "subject.idno"),
    (body(subject={"rid": 7}), "subject.rid"),
    (body(subject={"rid": ""}), "subject.rid"),
    (body(subject={"rid": "canary" * 30}), "subject.rid"),
    (body(subject={"idno": ELDER, "name": "沈桂兰"}), "subject.name"),
    (body(subject={"name": "沈桂兰"}), "subject.name"),
    (body(purpose=WITHOUT), "purpose"),
    (body(purpose=None), "purpose"),
    (body(purpose=5), "purpose"),
    (body(purpose=["OLDCARD"]), "purpose"),
    (body(purpose=""), "purpose"),
    (body(purpose="canary" * 20), "purpose"),
    (body(fields=[]), "fields"),
    (body(fields="canary"), "fields"),
    (body(fields={"canary": 1}), "fields"),
    (body(fields=[5]), "fields[0]"),
    (body(fields=["name", None]), "fields[1]"),
    (body(fields=["name", ["canary"]]), "fields[1]"),
    (body(fields=[""]), "fields"),
    (body(fields=["canary" * 20]), "fields"),
    (body(fields=["name"] * 101), "fields"),
    (body(reason=5), "reason"),
    (body(reason=["canary"]), "reason"),
    (body(reason="canary" * 100), "reason"),
    (body(reason=f"核对{ELDER}"), "reason"),
    (body(reason="核对３３９９９９１９４３０３１２９０１７"), "reason"),
    (body(reason="核对 339999 19430312 9017"), "reason"),
    (body(reason="电话13800138000"), "reason"),
    (body(reason="电话 138-0013-8000"), "reason"),
    (body(reason="call +86 138 0013 8000"), "reason"),
    (body(reason="核\u0000对"), "reason"),
    (body(reason="\u001b[31m核对"), "reason"),
    (body(reason="座机 0571-88888888"), "reason"),
    (body(duration="PT24H"), "duration"),
    (body(Subject={"idno": ELDER}), "Subject"),
    (body(__proto__={"admin": True}), "__proto__"),
]


@pytest.mark.parametrize(
    ("sent", "member"), MEMBERS, ids=[f"{number}-{each[1]}" for number, each in enumerate(MEMBERS)]
)
def test_wrong_member_is_named_with_its_rule_and_without_its_value(client, city, sent, member):
    before = city.size()
    answer = client(CIVIL_AFFAIRS).post("/v1/disclosures", json=sent)
    said = answer.json()
    assert (answer.status_code, said["status"], said["reasons"]) == (422, 422, ["bad_input"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["member"] for error in said["errors"]] == [member]
    assert said["errors"][0]["rule"]
    assert said["detail"] == f"`{member}`: {said['errors'][0]['rule']}"
    for value in ("canary", "桂兰", ELDER, "13800138000", "9017"):
        assert value not in answer.text.replace(said["trace_id"], "")
    assert city.size() == before, "nothing was decided, so nothing is recorded"


@pytest.mark.parametrize(
    "name",
    ["13800138000", ELDER, "沈桂兰", "a`b", "x - at `$.y`", "\n", "", "x" * 65, "a b", "e\u0301", "'; DROP TABLE file"],
)
def test_name_of_an_unknown_member_comes_back_only_if_it_looks_like_a_name(client, name):
    answer = client(CIVIL_AFFAIRS).post("/v1/disclosures", json=GOOD | {name: 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "is not a member of this request"
    if len(name) > 1:
        assert name not in answer.json()["errors"][0]["member"]


NO_JSON = {
    "nothing": b"",
    "blanks": b"  \n",
    "half": b'{"subject":{"idno":"339999',
    "trailing": json.dumps(GOOD).encode() + b"canary",
    "two": json.dumps(GOOD).encode() * 2,
    "form": b"subject=canary&purpose=OLDCARD",
    "utf-16": json.dumps(GOOD).encode("utf-16"),
    "gb18030": json.dumps(GOOD | {"reason": "沈桂兰"}, ensure_ascii=False).encode("gb18030"),
    "bom": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "byte": b'{"purpose":"\xff"}',
    "overlong": b'{"purpose":"\xc0\xaf"}',
    "name": b'{"\xff":"canary"}',
    "surrogate": b'{"purpose":"\\ud800"}',
    "nan": b'{"subject":{"idno":NaN},"purpose":"OLDCARD"}',
    "comment": b'{"purpose":"OLDCARD" /* canary */}',
    "binary": bytes(range(256)),
    "null": b"null",
    "list": b'["canary"]',
    "text": b'"canary"',
    "number": b"339999194303129017",
    "deep list": b"[" * 30_000,
    "deep closed list": b"[" * 30_000 + b"]" * 30_000,
    "deep object": b'{"subject":' * 5_000,
    "deep unknown": b'{"canary":' * 5_000 + b"1" + b"}" * 5_000,
}


@pytest.mark.parametrize("path", ["/v1/disclosures", "/v1/disclosures/batch", "/v1/residents/search"])
@pytest.mark.parametrize("sent", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_request_is_bad_input_everywhere(client, path, sent):
    answer = client(CLERK).post(path, content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"]
    assert "339999" not in answer.text.replace(answer.json()["trace_id"], "")


REPEATED = {
    "purpose": '{"subject":{"idno":"%s"},"purpose":"VISIT","purpose":"OLDCARD"}',
    "idno": '{"subject":{"idno":"810000189912310013","idno":"%s"},"purpose":"OLDCARD"}',
    "subject": '{"subject":{"idno":"810000189912310013"},"purpose":"OLDCARD","subject":{"idno":"%s"}}',
    "fields": '{"subject":{"idno":"%s"},"purpose":"OLDCARD","fields":["name"],"fie\\u006cds":["idno"]}',
}


@pytest.mark.parametrize("member", REPEATED)
def test_a_member_that_is_there_twice_is_bad_input(client, city, member):
    before = city.size()
    answer = client(CLERK).post("/v1/disclosures", content=REPEATED[member] % ELDER)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"member": member, "rule": "is there twice"}])
    assert city.size() == before


@pytest.mark.parametrize("reason", ["purpose", "a \\ b", 'subject "idno"', "line\nline\tend"])
def test_a_text_that_reads_like_a_member_is_none(client, reason):
    answer = client(CLERK).post("/v1/disclosures", json=GOOD | {"reason": reason, "fields": ["name", "idno"]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("path", "most"),
    [("/v1/disclosures", 64 * 1024), ("/v1/disclosures/batch", 512 * 1024), ("/v1/residents/search", 64 * 1024)],
)
def test_huge_body_is_refused(client, path, most):
    for size in (most + 1, 4 * most, 5_000_000):
        answer = client(CLERK).post(path, content=b'{"reason":"' + b"x" * size)
        assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "body")


def test_huge_body_in_pieces_is_refused(client):
    answer = client(CLERK).post("/v1/disclosures", content=iter([b'{"reason":"', *[b"x" * 10_000] * 50]))
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "body")


def test_body_in_pieces_is_read_whole(client):
    whole = json.dumps(GOOD).encode()
    answer = client(CLERK).post("/v1/disclosures", content=(whole[each : each + 1] for each in range(len(whole))))
    assert answer.status_code == 200


def test_server_goes_on_after_all_of_it(client):
    assert client(CLERK).post("/v1/disclosures", json=GOOD).status_code == 200
    assert client().get("/readyz").json() == {"status": "ready"}


def test_none_of_it_is_an_error_of_the_hub(server):
    assert "request failed" not in server.log


@pytest.mark.parametrize(
    "reason", ["window case 2026-0113", "案件 (2026) 浙 01 民初 113 号", "2026-11-22 09:30", "第 53 条", "", "   "]
)
def test_dates_and_case_numbers_are_no_identifiers(client, reason):
    answer = client(CLERK).post("/v1/disclosures", json=GOOD | {"reason": reason})
    assert answer.status_code == 200


def test_identity_is_checked_before_the_body(client):
    assert client().post("/v1/disclosures", content=b"\xff").status_code == 401
