"""`GET /v1/accesses`: staff see their own looks, and nobody else's."""

from tests.api.city import AUDITOR, CLERK, GRID_WORKER, OFFICER, SECRETARY

VISIT = ["name", "tel"]


def read(hub, principal, member, **more):
    body = {"subject": {"idno": member.idno}, "purpose": "VISIT", "fields": VISIT} | more
    return hub.ask(principal, "POST", "/v1/disclosures", json=body)


def own(hub, principal, **query):
    answer = hub.ask(principal, "GET", "/v1/accesses", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_staff_see_what_they_read_and_were_refused_newest_first(hub):
    elder = hub.installation.cast["elder"]
    given = read(hub, GRID_WORKER, elder).json()
    read(hub, GRID_WORKER, elder, fields=["med.chronic"])
    refused, disclosed = own(hub, GRID_WORKER)["items"][:2]
    assert (disclosed["purpose"], disclosed["outcome"], disclosed["fields"]) == ("VISIT", "disclosed", sorted(VISIT))
    assert (refused["outcome"], refused["reasons"]) == ("denied", ["approval_required"])
    assert disclosed["rid"] == refused["rid"] == given["rid"]
    assert disclosed["index"] == given["receipt"]["index"]


def test_nobody_sees_what_somebody_else_did(hub):
    read(hub, GRID_WORKER, hub.installation.cast["elder"])
    for other in (SECRETARY, CLERK, OFFICER, AUDITOR):
        kinds = {each["kind"] for each in own(hub, other)["items"]}
        assert "disclosure" not in kinds, other


def test_the_look_itself_is_recorded_and_does_not_fill_the_list(hub):
    read(hub, GRID_WORKER, hub.installation.cast["elder"])
    first = own(hub, GRID_WORKER)["items"]
    assert own(hub, GRID_WORKER)["items"] == first
    looks = hub.ask(AUDITOR, "GET", "/v1/audit/events", params={"kind": "own_acts", "actor": f"{GRID_WORKER}#1"})
    assert len(looks.json()["items"]) == 2


def test_pages_join_without_gap_while_the_trail_grows(hub):
    elder = hub.installation.cast["elder"]
    indexes = [read(hub, GRID_WORKER, elder).json()["receipt"]["index"] for _ in range(7)]
    found, cursor = [], None
    while len(found) < 7:
        page = own(hub, GRID_WORKER, limit=3, **({"cursor": cursor} if cursor else {}))
        found += [each["index"] for each in page["items"]]
        cursor = page["next"]
        read(hub, GRID_WORKER, elder)
    assert found[:7] == indexes[::-1]


def test_residents_have_a_list_of_their_own(hub):
    resident = f"resident:{hub.installation.cast['elder'].rid}"
    hub.installation.appoint(resident)
    answer = hub.ask(resident, "GET", "/v1/accesses")
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
