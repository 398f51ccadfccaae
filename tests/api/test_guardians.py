"""Guardians as a child's file tells of them: exactly that field of each, decided about for each, told to each."""

import shutil
import tomllib
from pathlib import Path

import pytest

from hub.policy.engine import load
from hub.policy.sources import policies_directory
from tests.api.city import CLERK, FIRST_GRID, OFFICER, SECRETARY
from tests.api.test_named_others import CARE, choose, protect, told
from tests.factories import idno, sections

CASES = tomllib.loads((Path(__file__).parents[1] / "vectors/decisions/named/guardians.toml").read_text("utf-8"))["case"]
CHILDCARE, SCHOOL, POLICE = CARE, "department:education@339999", "department:police@339999"
WHO = {"CHILD": CHILDCARE, "SCHOOL": SCHOOL, "NEWBORN": POLICE, "WINDOW": CLERK}
HOME = {"grid": FIRST_GRID, "community": FIRST_GRID[:12], "region": "339999", "life": "alive", "hh": "3399990721"}
MOTHER = HOME | {"name": "林敏", "tel": "15400000721", "relation": "12"}
FATHER = HOME | {"name": "沈志强", "tel": "15400000722", "relation": "02"}
CHILD = HOME | {"name": "沈小满", "dob": "2019-06-01", "relation": "21", "pickup": ["沈志强", "周阿姨"]}
AS_FILED = {
    "has died": {"life": "dead"},
    "has no telephone": {"tel": None},
    "is a minor": {"dob": "2009-06-01"},
    "is the grandfather by the register": {"relation": "51"},
    "lives elsewhere": {"hh": "3399990722"},
    "stands in no household": {"hh": None, "relation": None},
    "is of age": {"dob": "2001-06-01"},
}
_BORN = {"mother": "19880101", "father": "19860101", "child": "20190601"}


class Family:
    """A child and two guardians in a hub."""

    def __init__(self, hub, **so):
        self.hub, self.so = hub, so
        self.idnos, self.principals = {}, {}
        for number, (who, values) in enumerate([("mother", MOTHER), ("father", FATHER)], 721):
            self._add(who, number, values)
        gone = "10000000-0000-4000-8000-0000000fffff"
        rids = [self.principals.get(who, f"resident:{gone}").partition(":")[2] for who in ("mother", "father")]
        self._add("child", 723, CHILD | {"minor.guardian": rids})
        hub.installation.appoint(CARE, SCHOOL, POLICE, *self.principals.values())
        hub.road.turn.fresh()

    def _add(self, who, number, values):
        so = self.so.get(who, "")
        if so == "has no file":
            return
        values = values | AS_FILED.get(so, {})
        born = values.get("dob", "").replace("-", "") or _BORN[who]
        self.idnos[who] = idno(number, born)
        held = {key.replace(".", "_"): value for key, value in values.items() if value is not None}
        [made] = self.hub.installation.add(sections(idno=self.idnos[who], **held))
        self.principals[who] = f"resident:10000000-0000-4000-8000-{made:012x}"

    def settle(self):
        """What is so about the guardians by what they, or officers, have said."""
        for who, so in self.so.items():
            if so == "hides contact":
                choose(self.hub, self.principals[who], group="contact", audience="organisation", visible=False)
            elif so == "is protected":
                protect(self.hub, self.idnos[who])
            elif so == "is frozen":
                assert self.hub.ask(self.principals[who], "POST", "/v1/me/freezes", json={}).status_code == 201
            elif so == "is to be erased":
                name = self.hub.ask(self.principals[who], "POST", "/v1/me/erasure", json={}).json()["id"]
                said = {"decision": "approve", "reason": "同意"}
                path = f"/v1/requests/{name}/decision"
                assert self.hub.ask(OFFICER, "POST", path, json=said).status_code == 200
            else:
                assert not so or so in AS_FILED or so == "has no file", so

    def agree(self, purpose):
        """What the purpose needs: a guardian's consent, and a secretary's yes."""
        if purpose == "CHILD":
            self._consent()
        asked = {"subject": {"idno": self.idnos["child"]}, "purpose": purpose, "reason": "办理", "duration": "P30D"}
        made = self.hub.ask(WHO[purpose], "POST", "/v1/approvals", json=asked).json()
        said = {"decision": "approve", "reason": "同意"}
        path = f"/v1/approvals/{made['id']}/decision"
        assert self.hub.ask(SECRETARY, "POST", path, json=said).status_code == 200, made

    def _consent(self):
        opened = {"subject": {"idno": self.idnos["child"]}, "matter": "consents"}
        by = self.principals["mother"]
        behalf = {"On-Behalf-Of": self.hub.ask(by, "POST", "/v1/mandates", json=opened).json()["id"]}
        said = {"purpose": "CHILD", "basis": "guardian_consent"}
        assert self.hub.ask(by, "POST", "/v1/me/consents", json=said, headers=behalf).status_code == 201

    def ask(self, purpose, fields):
        return self.hub.disclose(WHO[purpose], self.idnos["child"], purpose, fields=list(fields))

    def identified(self, given):
        """The vector's words with the numbers of those they mean."""
        told = dict(given)
        if "guardian.idno" in told:
            told["guardian.idno"] = [self.idnos[who] for who in told["guardian.idno"]]
        if "parents" in told:
            names = {"mother": "林敏", "father": "沈志强"}
            told["parents"] = [{"name": names[who], "idno": self.idnos[who]} for who in told["parents"]]
        return told


FIELDS = {
    "CHILD": ("guardian.name", "guardian.tel", "pickup"),
    "SCHOOL": ("guardian.idno",),
    "NEWBORN": ("parents", "hh"),
}


@pytest.mark.clause("PIPL 5-6, 19")
@pytest.mark.parametrize("case", CASES, ids=[each["rule"] for each in CASES])
def test_each_guardian_is_decided_about(hub, case):
    purpose = case["purpose"]
    family = Family(hub, **{who: case[who] for who in ("mother", "father", "child") if who in case})
    family.agree(purpose)
    family.settle()
    answer = family.ask(purpose, FIELDS[purpose]).json()
    assert answer.get("fields", {}) == family.identified(case["given"]), case["rule"]
    missing = [key for key in FIELDS[purpose] if key not in case["given"]]
    assert answer["withheld"] == [{"field": key, "reason": "not_available"} for key in missing]
    if not case["given"]:
        assert answer["reasons"] == ["not_available"]
    for who in ("mother", "father"):
        if who not in family.principals or case.get(who) == "has died":
            continue
        denied = case.get("denied", {}).get(who, [])
        [*items] = told(hub, family.principals[who])
        shown = sorted(key for each in items for key in each["fields"])
        named = sorted(key for each in items for key in each["receipt"]["subject"]["named_in"])
        assert sorted({*named} - {*shown}) == sorted(denied), (who, case["rule"])


PURPOSE = """
id = "WINDOW"
name = { zh = "窗口核对", en = "Window" }
basis = ["statutory"]
citation = "义务教育法 第十二条"
requesters = ["clerk"]
fields = ["guardian.name", "guardian.tel"]
on_approval = []
approval = "secretary"
reason_required = false
assessment = ""
retention = "P0D"

[masks]
"guardian.name" = "surname"
"""


@pytest.mark.clause("PIPL 51")
def test_a_protected_guardians_telephone_is_kept_from_the_counter_and_a_mask_is_of_each(hub, tmp_path):
    folder = shutil.copytree(policies_directory(), tmp_path / "policies")
    (folder / "purposes/WINDOW.toml").write_text(PURPOSE, "utf-8")
    with (folder / "policy.csv").open("a", encoding="utf-8") as rules:
        rules.write("p, clerk, WINDOW, family, read, allow\n")
    hub.road.policies = load(folder)
    family = Family(hub)
    family.agree("WINDOW")
    fields = ["guardian.name", "guardian.tel"]
    names = ["林*", "沈**"]
    assert family.ask("WINDOW", fields).json()["fields"] == {
        "guardian.name": names,
        "guardian.tel": [MOTHER["tel"], FATHER["tel"]],
    }
    protect(hub, family.idnos["mother"])
    answer = family.ask("WINDOW", fields).json()
    assert answer["fields"] == {"guardian.name": names, "guardian.tel": [FATHER["tel"]]}
    [last, *_] = told(hub, family.principals["mother"])
    assert (last["outcome"], last["fields"], last["receipt"]["subject"]["named_in"]) == (
        "disclosed",
        ["guardian.name"],
        fields,
    )


@pytest.mark.clause("PIPL 17-18")
def test_a_guardian_is_told_who_asked_and_for_what_and_not_whose_file_it_was(hub):
    family = Family(hub)
    family.agree("SCHOOL")
    family.ask("SCHOOL", ["guardian.idno"])
    [item] = told(hub, family.principals["father"])
    assert (item["who"], item["purpose"], item["fields"]) == (f"{SCHOOL}#1", "SCHOOL", ["guardian.idno"])
    assert "reason" not in item["receipt"]["subject"]
    assert item["basis"] == "statutory"


def test_a_guardian_whose_file_was_merged_is_one_person(hub):
    family = Family(hub)
    again = idno(729, "19880101")
    [made] = hub.installation.add(sections(idno=again, **MOTHER))
    merged = {"subject": {"idno": family.idnos["mother"]}, "duplicate": {"idno": again}, "reason": "同一人"}
    row = {"idno": family.idnos["child"], "name": CHILD["name"], "grid": FIRST_GRID}
    rids = [*(family.principals[who].partition(":")[2] for who in ("mother", "father"))]
    row |= {"minor.guardian": ";".join([*rids, f"10000000-0000-4000-8000-{made:012x}"])}
    hub.installation.import_rows("police", [row], hub.installation.path.parent)
    hub.road.turn.fresh()
    family.agree("SCHOOL")
    both = [family.idnos["mother"], family.idnos["father"]]
    assert family.ask("SCHOOL", ["guardian.idno"]).json()["fields"]["guardian.idno"] == [*both, again]
    name = hub.ask(SECRETARY, "POST", "/v1/merges", json=merged).json()["id"]
    said = {"decision": "approve", "reason": "核实"}
    assert hub.ask(POLICE, "POST", f"/v1/merges/{name}/decision", json=said).status_code == 200
    assert family.ask("SCHOOL", ["guardian.idno"]).json()["fields"]["guardian.idno"] == both
