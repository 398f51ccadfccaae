"""A purpose may cap how long an approval lasts and how often it is used; reads are counted exactly."""

import asyncio
import shutil

import pytest

from hub.policy.engine import load
from hub.policy.sources import policies_directory
from tests.api.city import GRID_WORKER, SECRETARY
from tests.api.in_process import InProcess


@pytest.fixture
def policy(hub, tmp_path):
    """`policy(line)`: the hub goes on under policies whose purpose VISIT says one thing more."""

    def change(line):
        folder = shutil.copytree(policies_directory(), tmp_path / "policies")
        path = folder / "purposes" / "VISIT.toml"
        path.write_text(path.read_text("utf-8") + line, "utf-8")
        hub.road.policies = load(folder)
        return hub.road.policies

    return change


@pytest.fixture
def elder(hub):
    return hub.installation.cast["elder"]


def approved(hub, elder, **more):
    body = {"subject": {"idno": elder.idno}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "随访"} | more
    asked = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=body)
    if asked.status_code == 201:
        path = f"/v1/approvals/{asked.json()['id']}/decision"
        assert hub.ask(SECRETARY, "POST", path, json={"decision": "approve"}).status_code == 200
    return asked


def read(hub, elder, *fields):
    return hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=list(fields or ["med.chronic"])).json()


def test_reads_end_an_approval_and_what_needs_none_goes_on(hub, elder, policy):
    policy("reads = 2\n")
    name = approved(hub, elder).json()["id"]
    for _ in range(2):
        assert read(hub, elder)["receipt"]["act"]["approval"] == name
    assert read(hub, elder)["reasons"] == ["approval_expired"]
    both = read(hub, elder, "name", "med.chronic")
    assert (list(both["fields"]), both["withheld"]) == (
        ["name"],
        [{"field": "med.chronic", "reason": "approval_expired"}],
    )


def test_what_needs_no_approval_uses_none_up(hub, elder, policy):
    policy("reads = 1\n")
    approved(hub, elder)
    for _ in range(3):
        assert read(hub, elder, "name")["fields"]
    assert read(hub, elder)["fields"]


def test_of_those_who_race_for_the_last_read_one_gets_it(hub, elder, policy, times):
    policies = policy("reads = 3\n")
    other = InProcess(hub.installation)
    other.road.policies = policies
    fields = {"fields": ["med.chronic"]}
    try:
        for _ in range(times(5, 100)):
            approved(hub, elder)

            async def race(count, each):
                asking = [each.asking(GRID_WORKER, elder.idno, "VISIT", **fields) for _ in range(count)]
                return await asyncio.gather(*asking)

            answers = hub.run(race(2, hub)) + other.run(race(4, other)) + hub.run(race(8, hub))
            given = [answer for answer in answers if answer.status_code == 200]
            assert len(given) == 3
            assert {tuple(each.json()["reasons"]) for each in answers if each not in given} == {("approval_expired",)}
    finally:
        other.close()


def test_a_batch_counts_each_of_its_reads(hub, elder, policy):
    policy("reads = 2\n")
    approved(hub, elder)
    body = {"subjects": [{"idno": elder.idno}] * 4, "purpose": "VISIT", "fields": ["med.chronic"]}
    items = hub.ask(GRID_WORKER, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    assert ["fields" in item for item in items] == [True, True, False, False]


def test_every_use_of_a_counted_approval_is_an_entry_about_the_person(hub, elder, policy):
    policy("reads = 1\n")
    approved(hub, elder)
    read(hub, elder)
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    told = hub.ask(resident, "GET", "/v1/me/accesses").json()["items"]
    assert [(item["kind"], item["outcome"]) for item in told[:2]] == [("approval", "used"), ("disclosure", "disclosed")]


def test_no_approval_lasts_longer_than_its_purpose_lets_it(hub, elder, policy):
    policy('longest = "PT12H"\n')
    answer = approved(hub, elder, duration="PT13H")
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "duration")
    assert approved(hub, elder, duration="PT12H").status_code == 201


def test_a_community_may_do_without_the_secretary_and_every_start_says_so(hub, elder, policy):
    policies = policy('relaxed = ["medical"]\n')
    assert read(hub, elder)["reasons"] == ["approval_required"], "on approval means on approval"
    assert policies.relaxed()["VISIT"] == ("medical",)
