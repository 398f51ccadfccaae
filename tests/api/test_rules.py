"""Who sets the rules: two different people by the digest, one where it only narrows, in every process at once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.cli.opened import opened
from hub.rules.changes import MAY_WAIT
from hub.rules.texts import read_texts
from tests.api.city import ADMIN, AREA, AUDITOR, CLERK, FIRST_GRID, GRID_WORKER, OFFICER
from tests.factories import serving

SECOND = f"{ADMIN}#admin-2"
CHANGES = "/v1/rules/changes"
VISIT = "policies/purposes/VISIT.toml"
NEW_WORKER = f"grid_worker:{FIRST_GRID}#newcomer"


def edited(installation, path=VISIT, **replaced):
    """The texts on the disk with one of them edited: `tel=""` takes a field away, `tel="…"` puts others beside it."""
    texts = dict(read_texts(installation.directory))
    for name, more in replaced.items():
        key = name.replace("_", ".")
        assert f'"{key}", ' in texts[path]
        texts[path] = texts[path].replace(f'"{key}", ', f'"{key}", {more} ' if more else "", 1)
    return texts


def widened(installation):
    return edited(installation, tag_alone='"tag.kongchao",')


def narrowed(installation):
    return edited(installation, tel="")


def propose(hub, who, files=None, principals=None, reason="年度修订"):
    what = {"files": files} if files is not None else {"principals": principals}
    return hub.ask(who, "POST", CHANGES, json=what | {"reason": reason})


def decide(hub, who, change, decision="approve", digest=None):
    body = {"decision": decision, "digest": digest or change["digest"], "reason": "核对无误"}
    return hub.ask(who, "POST", f"{CHANGES}/{change['id']}/decision", json=body)


def fields_of(hub, who=GRID_WORKER):
    """What VISIT has for a caller now."""
    [visit] = [each for each in hub.ask(who, "GET", "/v1/purposes").json()["items"] if each["id"] == "VISIT"]
    return visit["fields"]


def refusal(answer):
    return answer.status_code, answer.json()["reasons"]


def acts(hub, *kinds):
    """The acts of some kinds, oldest first."""
    with opened(hub.installation.path) as store:
        found = [json.loads(act) for (act,) in store.reader.db.execute("SELECT act FROM log_entry ORDER BY idx")]
    return [act for act in found if act["kind"] in kinds]


@pytest.fixture
def change(hub):
    answer = propose(hub, ADMIN, widened(hub.installation))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_widening_waits_until_two_different_people_have_approved_its_digest(hub, change):
    assert (change["state"], change["matter"]) == ("pending", "rules")
    assert change["difference"] == [{"effect": "widens", "text": "purpose VISIT: adds `tag.kongchao`, approval none"}]
    assert "tag.kongchao" not in fields_of(hub)
    first = decide(hub, ADMIN, change).json()
    assert (first["state"], [each["by"] for each in first["approvals"]]) == ("pending", [f"{ADMIN}#1"])
    assert "tag.kongchao" not in fields_of(hub)
    second = decide(hub, OFFICER, change).json()
    assert (second["state"], second["how"]) == ("in_force", "approval")
    assert "tag.kongchao" in fields_of(hub)


def test_what_is_disclosed_follows_and_names_the_policies_it_was_decided_by(hub, change):
    elder = hub.installation.cast["elder"]
    before = hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=["name", "tag.kongchao"]).json()
    assert before["withheld"] == [{"field": "tag.kongchao", "reason": "not_in_purpose"}]
    decide(hub, ADMIN, change)
    decide(hub, OFFICER, change)
    after = hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=["name", "tag.kongchao"]).json()
    assert {"field": "tag.kongchao", "reason": "not_in_purpose"} not in after["withheld"]
    assert before["receipt"]["act"]["policy"] != after["receipt"]["act"]["policy"] == hub.road.policies.digest


def test_nobody_approves_twice_in_whatever_role(hub, change):
    hub.installation.appoint(f"{OFFICER}#wang", f"security_officer:{AREA[:4]}#wang")
    assert decide(hub, f"{OFFICER}#wang", change).json()["state"] == "pending"
    for again in (f"{OFFICER}#wang", f"security_officer:{AREA[:4]}#wang"):
        assert refusal(decide(hub, again, change)) == (403, ["self_approval"])
    assert "tag.kongchao" not in fields_of(hub)


def test_one_no_ends_it(hub, change):
    assert decide(hub, ADMIN, change).json()["state"] == "pending"
    assert decide(hub, OFFICER, change, "deny").json()["state"] == "denied"
    assert refusal(decide(hub, SECOND, change)) == (409, ["already_decided"])
    assert "tag.kongchao" not in fields_of(hub)


@pytest.mark.parametrize("who", [AUDITOR, CLERK, GRID_WORKER, f"admin:{FIRST_GRID[:12]}"])
def test_others_neither_propose_nor_decide(hub, change, who):
    hub.installation.appoint(f"admin:{FIRST_GRID[:12]}")
    assert refusal(propose(hub, who, narrowed(hub.installation))) == (403, ["not_allowed"])
    assert refusal(decide(hub, who, change)) == (403, ["not_allowed"])


def test_an_approval_of_another_digest_is_none(hub, change):
    answer = decide(hub, ADMIN, change, digest="0" * 64)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "digest")
    assert hub.ask(ADMIN, "GET", f"{CHANGES}/{change['id']}").json()["approvals"] == []


def test_the_yes_of_somebody_who_was_revoked_since_counts_no_more(hub, change):
    decide(hub, SECOND, change)
    hub.installation.revoke(SECOND)
    assert decide(hub, OFFICER, change).json()["state"] == "pending"
    assert "tag.kongchao" not in fields_of(hub)
    assert decide(hub, ADMIN, change).json()["state"] == "in_force"


def test_a_change_waits_for_seven_days(hub, later):
    change = propose(hub, ADMIN, widened(hub.installation)).json()
    decide(hub, ADMIN, change)
    later(days=MAY_WAIT.days)
    assert refusal(decide(hub, OFFICER, change)) == (409, ["already_decided"])
    assert hub.ask(ADMIN, "GET", CHANGES, params={"state": "expired"}).json()["items"][0]["id"] == change["id"]
    assert timedelta(days=7) == MAY_WAIT


def test_what_only_narrows_takes_one_person_and_counts_at_once(hub):
    answer = propose(hub, OFFICER, narrowed(hub.installation)).json()
    assert (answer["state"], answer["how"], answer["approvals"]) == ("in_force", "narrowing", [])
    assert answer["difference"] == [{"effect": "narrows", "text": "purpose VISIT: takes away `tel`"}]
    assert "tel" not in fields_of(hub)
    elder = hub.installation.cast["elder"]
    read = hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=["name", "tel"]).json()
    assert read["withheld"] == [{"field": "tel", "reason": "not_in_purpose"}]


def test_undoing_a_narrowing_takes_two(hub):
    before = dict(read_texts(hub.installation.directory))
    propose(hub, OFFICER, narrowed(hub.installation))
    back = propose(hub, OFFICER, before).json()
    assert back["state"] == "pending"
    assert {line["effect"] for line in back["difference"]} == {"widens"}
    assert any("count again" in line["text"] for line in back["difference"])


def test_narrowing_back_to_an_earlier_purpose_takes_two_since_its_approvals_would_count_again(hub, change):
    before = dict(read_texts(hub.installation.directory))
    decide(hub, ADMIN, change)
    decide(hub, OFFICER, change)
    back = propose(hub, OFFICER, before).json()
    assert {line["effect"] for line in back["difference"]} == {"widens", "narrows"}
    assert back["state"] == "pending"


def test_a_change_is_bound_to_what_was_in_force_when_it_was_proposed(hub, change):
    decide(hub, ADMIN, change)
    propose(hub, OFFICER, narrowed(hub.installation))
    assert refusal(decide(hub, OFFICER, change)) == (409, ["already_decided"])
    shown = hub.ask(AUDITOR, "GET", f"{CHANGES}/{change['id']}").json()
    assert shown["state"] == "superseded"
    assert "tag.kongchao" not in fields_of(hub)
    assert "tel" not in fields_of(hub), "the narrowing stands"


def test_proposed_again_while_it_waits_it_is_the_one_that_waits(hub, change):
    assert propose(hub, OFFICER, widened(hub.installation)).json()["id"] == change["id"]
    assert len(hub.ask(OFFICER, "GET", CHANGES).json()["items"]) == 1


def test_whoever_decides_sees_what_would_be_otherwise_in_each_file(hub, change):
    [text] = hub.ask(OFFICER, "GET", f"{CHANGES}/{change['id']}").json()["texts"]
    assert text["path"] == VISIT
    lines = text["diff"].splitlines()
    assert [line for line in lines if line.startswith("+fields")] == [
        '+fields = ["name", "ageband", "addr", "tel", "tag.alone", "tag.kongchao", "visit.last"]'
    ]


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"policies/policy.csv": "p, clerk, VISIT, basic, read, Deny\n"}, "not a known effect"),
        ({"issuers.toml": "[[issuer]]\n"}, "`issuers.toml`, issuer 1"),
        ({"calendar.toml": "filing_days = 0\n"}, "filing_days"),
        ({"elsewhere.toml": ""}, "no file of rules"),
        ({"policies/elsewhere.toml": ""}, "no file of policies"),
        ({"policies/purposes/VISIT.toml": None}, "`VISIT` is not a known purpose"),
    ],
)
def test_rules_that_would_not_load_are_not_even_proposed(hub, spoilt, rule):
    texts = read_texts(hub.installation.directory) | spoilt
    files = {path: text for path, text in texts.items() if text is not None}
    answer = propose(hub, ADMIN, files)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "files")
    assert rule in answer.json()["errors"][0]["rule"]


def test_an_appointment_waits_for_two_others_and_stands_then(hub):
    wish = [{"principal": NEW_WORKER, "valid_until": "2036-12-31"}]
    change = propose(hub, ADMIN, principals=wish).json()
    assert change["matter"] == "principals"
    assert change["difference"][0]["text"] == f"`{NEW_WORKER}` is appointed from always until 2036-12-31"
    decide(hub, ADMIN, change)
    assert hub.ask(NEW_WORKER, "GET", "/v1/purposes").status_code == 401
    assert decide(hub, OFFICER, change).json()["state"] == "in_force"
    assert hub.ask(NEW_WORKER, "GET", "/v1/purposes").status_code == 200


def test_nobody_decides_about_their_own_appointment(hub):
    change = propose(hub, ADMIN, principals=[{"principal": f"admin:{AREA}01#admin-2"}]).json()
    assert refusal(decide(hub, SECOND, change)) == (403, ["self_approval"])


def test_nobody_appoints_beyond_their_own_area(hub):
    change = propose(hub, ADMIN, principals=[{"principal": "secretary:339998001001"}]).json()
    assert refusal(decide(hub, ADMIN, change)) == (403, ["not_allowed"])


def test_revoking_takes_one_person_and_counts_at_once(hub):
    hub.installation.appoint(NEW_WORKER)
    assert hub.ask(NEW_WORKER, "GET", "/v1/purposes").status_code == 200
    answer = propose(hub, OFFICER, principals=[{"principal": NEW_WORKER, "revoked": True}]).json()
    assert (answer["state"], answer["how"]) == ("in_force", "narrowing")
    assert hub.ask(NEW_WORKER, "GET", "/v1/purposes").status_code == 401


def test_an_approval_does_not_bring_back_who_was_revoked_meanwhile(hub):
    hub.installation.appoint(NEW_WORKER)
    longer = [{"principal": NEW_WORKER, "valid_from": "2020-01-01", "valid_until": "2036-12-31"}]
    propose(hub, OFFICER, principals=[{"principal": NEW_WORKER, "valid_until": "2026-01-01"}])
    change = propose(hub, ADMIN, principals=longer).json()
    decide(hub, ADMIN, change)
    hub.installation.revoke(NEW_WORKER)
    assert refusal(decide(hub, OFFICER, change)) == (409, ["already_decided"])
    assert hub.ask(NEW_WORKER, "GET", "/v1/purposes").status_code == 401


def test_duties_that_must_be_apart_are_kept_apart_when_the_change_takes_effect(hub):
    change = propose(hub, ADMIN, principals=[{"principal": f"auditor:{AREA}#zhao"}]).json()
    decide(hub, ADMIN, change)
    hub.installation.appoint(f"admin:{AREA}#zhao")
    answer = decide(hub, OFFICER, change)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "principal")


def test_every_step_is_an_entry_with_the_digest(hub, change):
    decide(hub, ADMIN, change)
    decide(hub, AUDITOR, change)
    decide(hub, OFFICER, change)
    steps = [act for act in acts(hub, "rules_change") if act["outcome"] != "denied"]
    assert [act["outcome"] for act in steps] == ["proposed", "agreed", "approved"]
    assert {act["rules"] for act in steps} == {change["digest"]}
    assert {act["approval"] for act in steps} == {change["id"]}
    assert [act["actor"] for act in steps] == [f"{ADMIN}#1", f"{ADMIN}#1", f"{OFFICER}#1"]
    assert steps[0]["widens"] == 1
    *_, taken = acts(hub, "rules")
    assert (taken["outcome"], taken["rules"], taken["policy"]) == (
        "in_force",
        change["digest"],
        hub.road.policies.digest,
    )
    [refused] = [act for act in acts(hub, "rules_change") if act["outcome"] == "denied"]
    assert refused["reasons"] == ["not_allowed"]


def test_a_purpose_that_is_dropped_is_unknown_at_once_whatever_was_remembered_of_it(hub):
    elder = hub.installation.cast["elder"]
    assert hub.disclose(GRID_WORKER, elder.idno, "VISIT").status_code == 200
    texts = dict(read_texts(hub.installation.directory))
    del texts[VISIT]
    rows = texts["policies/policy.csv"].splitlines(keepends=True)
    texts["policies/policy.csv"] = "".join(row for row in rows if ", VISIT," not in row)
    assert propose(hub, OFFICER, texts).json()["how"] == "narrowing"
    assert refusal(hub.disclose(GRID_WORKER, elder.idno, "VISIT")) == (403, ["unknown_purpose"])


@pytest.mark.parametrize("name", ["ROSTER", "PROXY"])
def test_purposes_that_routes_stand_on_can_be_dropped_too(hub, name):
    texts = dict(read_texts(hub.installation.directory))
    del texts[f"policies/purposes/{name}.toml"]
    rows = texts["policies/policy.csv"].splitlines(keepends=True)
    texts["policies/policy.csv"] = "".join(row for row in rows if f", {name}," not in row)
    assert propose(hub, OFFICER, texts).json()["how"] == "narrowing"
    answer = hub.ask(GRID_WORKER, "POST", "/v1/residents/search", json={"grid": FIRST_GRID})
    assert answer.status_code == (403 if name == "ROSTER" else 200)
    assert hub.ask(CLERK, "GET", "/v1/purposes").status_code == 200


def test_of_people_who_decide_at_once_two_are_counted_and_it_takes_effect_once(hub, change):
    people = [f"{OFFICER}#person-{number}" for number in range(6)]
    hub.installation.appoint(*people)
    body = {"decision": "approve", "digest": change["digest"], "reason": "核对无误"}

    async def all_at_once():
        import asyncio

        asking = (hub.request(who, "POST", f"{CHANGES}/{change['id']}/decision", json=body) for who in people)
        return await asyncio.gather(*asking)

    answers = [answer.status_code for answer in hub.run(all_at_once())]
    assert sorted(answers) == [200, 200, 409, 409, 409, 409]
    assert len([act for act in acts(hub, "rules") if act["outcome"] == "in_force"]) == 1


def test_a_change_counts_in_every_worker_before_a_tenth_of_a_second_has_passed(untouched, tmp_path):
    town = untouched.copy(tmp_path / "hub")
    with serving(town, workers=2) as server, server.client(ADMIN) as admin, server.client(OFFICER) as officer:
        workers = [server.client(GRID_WORKER) for _ in range(8)]

        def shown(client):
            [visit] = [each for each in client.get("/v1/purposes").json()["items"] if each["id"] == "VISIT"]
            return "tag.kongchao" in visit["fields"], "tel" in visit["fields"]

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(shown, workers)) == {(False, True)}
            change = admin.post(CHANGES, json={"files": widened(town), "reason": "修订"}).json()
            for client in (admin, officer):
                body = {"decision": "approve", "digest": change["digest"], "reason": "核对"}
                assert client.post(f"{CHANGES}/{change['id']}/decision", json=body).status_code == 200
            time.sleep(0.1)
            assert set(pool.map(shown, workers)) == {(True, True)}
            files = edited(town, tag_alone='"tag.kongchao",', tel="")
            assert officer.post(CHANGES, json={"files": files, "reason": "收紧"}).json()["how"] == "narrowing"
            time.sleep(0.1)
            assert set(pool.map(shown, workers)) == {(True, False)}
        for client in workers:
            client.close()


def test_a_request_that_is_under_way_is_decided_by_the_rules_that_count_when_it_is_decided(hub, monkeypatch):
    elder = hub.installation.cast["elder"]
    monkeypatch.setattr(type(hub.road.misses), "delay", lambda *_: 0.2)
    before = hub.road.policies.digest
    files = narrowed(hub.installation)

    async def meanwhile():
        import asyncio

        reading = asyncio.ensure_future(hub.asking(GRID_WORKER, elder.idno, "VISIT", fields=["name", "tel"]))
        await asyncio.sleep(0.05)
        await hub.request(OFFICER, "POST", CHANGES, json={"files": files, "reason": "收紧"})
        return await reading

    answer = hub.run(meanwhile()).json()
    assert answer["withheld"] == [{"field": "tel", "reason": "not_in_purpose"}]
    assert before != answer["receipt"]["act"]["policy"] == hub.road.policies.digest


def test_telemetry_may_name_the_purposes_in_force_and_no_others(hub):
    assert "ROSTER" in hub.front.vocabulary.purposes
    texts = dict(read_texts(hub.installation.directory))
    del texts["policies/purposes/ROSTER.toml"]
    rows = texts["policies/policy.csv"].splitlines(keepends=True)
    texts["policies/policy.csv"] = "".join(row for row in rows if ", ROSTER," not in row)
    propose(hub, OFFICER, texts)
    assert set(hub.front.vocabulary.purposes) == set(hub.road.policies.purposes)
    assert "ROSTER" not in hub.front.vocabulary.purposes
