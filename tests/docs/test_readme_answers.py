"""README says truly what each purpose answers today."""

import csv
import re

from hub.policy.engine import load
from hub.synth.cast import ELDER_IDNO, FIRST_GRID
from tests.docs.documents import quoted, rows, section

AREA = FIRST_GRID[:6]


def told():
    """Pairs of answers and purposes, one for each row."""
    table = rows(section("README.md", "## What works today"))
    return [(set(quoted(cells[0])) or {cells[0]}, set(re.findall(r"`([A-Z]{2,})`", cells[1]))) for cells in table]


def principal(requester, purpose, world):
    if requester.startswith("department:"):
        return f"{requester}@{AREA}"
    if requester == "organisation":
        with (world.path / "filings.csv").open(encoding="utf-8", newline="") as stream:
            filed = [row["requester"] for row in csv.DictReader(stream) if row["purpose"] == purpose]
        return next(each for each in filed if each.startswith("organisation:"))
    if requester == "resident":
        [elder] = [each for each in world.manifest["samples"] if each["idno"] == ELDER_IDNO]
        return f"resident:{elder['rid']}"
    scopes = {"grid_worker": FIRST_GRID, "secretary": FIRST_GRID[:12], "clerk": FIRST_GRID[:12]}
    return f"{requester}:{scopes.get(requester, AREA)}"


def answers(client, purpose):
    body = {"subject": {"idno": ELDER_IDNO}, "purpose": purpose.id, "reason": "case 1"}
    if fields := [*purpose.fields, *purpose.on_approval]:
        body["fields"] = fields
    content = client.post("/v1/disclosures", json=body).json()
    if "fields" in content:
        # A field without a value says nothing about the purpose.
        return {"disclosed", *(each["reason"] for each in content["withheld"])} - {"not_available"}
    return set(content["reasons"])


def test_each_purpose_answers_as_the_readme_says(town, world, serve):
    purposes = load().purposes.values()
    asking = {(each.id, who): principal(who, each.id, world) for each in purposes for who in each.requesters}
    town.appoint(*set(asking.values()))
    server = serve(town)
    table = told()
    for purpose in purposes:
        given = set()
        for who in purpose.requesters:
            with server.client(asking[purpose.id, who]) as client:
                given |= answers(client, purpose)
        listed = [words for words, ids in table if purpose.id in ids]
        assert given <= set().union(*listed), f"`{purpose.id}` answers {sorted(given)}"
        assert all(words & given for words in listed), f"`{purpose.id}` answers {sorted(given)}, README says more"
