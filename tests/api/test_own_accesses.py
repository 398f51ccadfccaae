"""A resident sees who looked at their file, attempts included, and can prove that nothing is left out."""

import base64
import json

import pytest

from audit.__main__ import main
from audit.entry import canonical, commitment
from audit.published import publish
from audit.verify import parse_receipt
from tests.api.city import CIVIL_AFFAIRS, CLERK, HEALTH, OFFICER, SECRETARY

PARTS = ("act", "subject", "ordinal")


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


def look(hub, member, **params):
    answer = hub.ask(f"resident:{member.rid}", "GET", "/v1/me/accesses", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pages(hub, member, limit):
    """All pages, from the newest."""
    found = [look(hub, member, limit=limit)]
    while found[-1]["next"]:
        found.append(look(hub, member, limit=limit, cursor=found[-1]["next"]))
    return found


def behind(hub, statement, *values):
    """Change the store as a hostile administrator with all keys could."""
    with hub.installation.opened() as store:
        assert store.writer.run([lambda tx: tx.db.execute(statement, values).rowcount]) == [1]


@pytest.mark.clause("PIPL 44-50")
def test_an_access_is_told_with_who_what_for_and_on_what_basis_in_words(hub, elder):
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD", fields=["name", "idno", "ec"])
    [item] = look(hub, elder)["items"][:1]
    assert item["who"] == f"{CIVIL_AFFAIRS}#1"
    assert (item["role"], item["department"], item["purpose"]) == ("department", "civil_affairs", "OLDCARD")
    assert item["department_name"] == {"zh": "民政", "en": "Civil affairs"}
    assert item["purpose_name"] == {"zh": "老年人优待证办理", "en": "Senior citizen card"}
    assert (item["kind"], item["outcome"], item["basis"]) == ("disclosure", "disclosed", "statutory")
    assert item["fields"] == ["idno", "name"]
    assert item["field_names"]["name"] == {"zh": "姓名", "en": "Name"}
    assert item["when"].endswith("Z")


def test_a_denied_attempt_is_told_with_its_reasons(hub, elder):
    hub.disclose(CLERK, elder.idno, "VISIT")
    hub.disclose(HEALTH, elder.idno, "NOSUCH")
    items = look(hub, elder)["items"][:2]
    assert [each["outcome"] for each in items] == ["denied", "denied"]
    assert [each["reasons"] for each in items] == [["unknown_purpose"], ["not_a_requester"]]
    assert items[1]["purpose_name"]["en"]


def test_every_receipt_opens_all_three_parts_and_they_are_what_the_leaf_commits_to(hub, elder):
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    answer = look(hub, elder)
    for receipt in (answer["total"]["receipt"], *(item["receipt"] for item in answer["items"])):
        assert set(parse_receipt(json.dumps(receipt).encode()).parts) == set(PARTS)
        for name in PARTS:
            assert commitment(name, base64.b64decode(receipt[f"{name}_salt"]), canonical(receipt[name]))
    assert len({each["receipt"]["subject"]["subject"] for each in answer["items"]}) == 1


def test_the_total_is_the_ordinal_of_the_look_itself_and_pages_reach_down_to_the_first_entry(hub, elder):
    for _ in range(7):
        hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    found = pages(hub, elder, 3)
    total = found[0]["total"]
    ordinals = [item["receipt"]["ordinal"]["ordinal"] for page in found for item in page["items"]]
    assert total["receipt"]["ordinal"]["ordinal"] == total["count"] + 1
    assert ordinals == list(range(total["count"], 0, -1))
    assert total["count"] >= 7


def test_what_comes_in_between_two_pages_shifts_neither_list_nor_total(hub, elder):
    for _ in range(5):
        hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    first = look(hub, elder, limit=3)
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    second = look(hub, elder, limit=200, cursor=first["next"])
    ordinals = [item["receipt"]["ordinal"]["ordinal"] for page in (first, second) for item in page["items"]]
    assert ordinals == list(range(first["total"]["count"], 0, -1))
    assert second["next"] is None


def test_a_look_is_itself_an_entry_about_the_one_who_looks(hub, elder):
    first = look(hub, elder)
    second = look(hub, elder)
    newest = second["items"][0]
    assert newest["receipt"] == first["total"]["receipt"]
    assert (newest["kind"], newest["role"]) == ("trail_read", "resident")
    assert newest["who"] == newest["receipt"]["subject"]["actor"]
    assert elder.rid not in json.dumps(newest), "the act stays for ever, and packs go out of the house"


def test_nothing_about_anybody_else_is_told(hub, elder):
    other = hub.installation.cast["neighbour"]
    hub.disclose(CIVIL_AFFAIRS, other.idno, "OLDCARD")
    before = look(hub, elder)["total"]["count"]
    hub.disclose(CIVIL_AFFAIRS, other.idno, "OLDCARD")
    answer = look(hub, elder)
    assert answer["total"]["count"] == before + 1
    assert other.rid not in json.dumps(answer)


@pytest.mark.parametrize("principal", [CLERK, SECRETARY, OFFICER, CIVIL_AFFAIRS])
def test_others_are_refused_and_the_refusal_is_in_the_trail(hub, principal):
    answer = hub.ask(principal, "GET", "/v1/me/accesses")
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    act = json.loads(hub.installation.entry(hub.installation.size() - 1).act)
    assert (act["kind"], act["outcome"], act["reasons"]) == ("trail_read", "denied", ["not_allowed"])


def test_a_resident_of_whom_there_is_no_file_is_not_found(hub):
    nobody = "resident:00000000-0000-4000-8000-00000000dead"
    hub.installation.appoint(nobody)
    answer = hub.ask(nobody, "GET", "/v1/me/accesses")
    assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])


@pytest.mark.parametrize("cursor", ["x", "A" * 32, "5"])
def test_a_cursor_that_this_list_did_not_give_is_bad_input(hub, elder, cursor):
    answer = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "cursor")


def test_anothers_cursor_is_not_ones_own(hub, elder):
    other = hub.installation.cast["neighbour"]
    hub.installation.appoint(f"resident:{other.rid}")
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    look(hub, elder)
    cursor = look(hub, elder, limit=1)["next"]
    answer = hub.ask(f"resident:{other.rid}", "GET", "/v1/me/accesses", params={"cursor": cursor})
    assert answer.status_code == 422


def test_where_the_look_cannot_be_recorded_nothing_is_shown(hub, elder, monkeypatch):
    def fails(*_args, **_kwargs):
        raise OSError("the disk is full")

    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    monkeypatch.setattr(hub.road.lane._writer, "run", fails)
    answer = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["audit_unavailable"])
    assert "receipt" not in answer.text
    monkeypatch.undo()


def test_an_entry_that_was_changed_in_the_store_is_listed_with_what_still_opens(hub, elder):
    receipt = hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").json()["receipt"]
    with hub.installation.opened() as store:
        store.writer.run(
            [
                lambda tx: (
                    tx.db.execute("UPDATE log_entry SET sealed = x'00' WHERE idx = ?", (receipt["index"],)) and None
                )
            ]
        )
    [item] = look(hub, elder)["items"][:1]
    assert item["receipt"]["subject_commitment"] == receipt["subject_commitment"]
    assert "ordinal" not in item["receipt"]


@pytest.mark.parametrize("taken", [0, 1, None])
def test_the_list_is_whole_however_far_the_trails_index_has_come(hub, elder, monkeypatch, taken):
    for _ in range(4):
        hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    far = hub.installation.size() - 3 if taken is None else taken
    monkeypatch.setattr(hub.road.trail, "taken", lambda: far)
    found = pages(hub, elder, 2)
    ordinals = [item["receipt"]["ordinal"]["ordinal"] for page in found for item in page["items"]]
    assert ordinals == list(range(found[0]["total"]["count"], 0, -1))


class Kept:
    """What a resident saves: the pages as they came, and the log's key; and the log, asked for as by anybody."""

    def __init__(self, hub, folder, pages):
        self.folder = folder
        self._arguments = ["accesses"]
        for number, page in enumerate(pages):
            (folder / f"{number}.json").write_text(json.dumps(page), "utf-8")
            self._arguments.append(str(folder / f"{number}.json"))
        self._hub = hub

    def verdict(self, capsys):
        """What `python -m audit accesses` says."""
        with self._hub.installation.opened() as store:
            store.writer.run([], sign=True)
            publish(store.reader.db, self.folder / "log")
        status = main([*self._arguments, "--trust", str(self._hub.installation.directory.log_key), "--log", self._log])
        said = capsys.readouterr().out
        assert said.startswith("true: " if status == 0 else "false: ")
        return said

    @property
    def _log(self):
        return str(self.folder / "log")


def test_the_command_confirms_a_whole_list_over_several_pages(hub, elder, tmp_path, capsys):
    for purpose in ("OLDCARD", "VISIT", "NOSUCH", "OLDCARD"):
        hub.disclose(CIVIL_AFFAIRS, elder.idno, purpose)
    found = pages(hub, elder, 2)
    said = Kept(hub, tmp_path, found).verdict(capsys)
    assert f"true: all {found[0]['total']['count']} entries about this person" in said


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_an_entry_that_the_hub_hides_is_missed_by_its_ordinal(hub, elder, tmp_path, capsys, which, monkeypatch):
    """Whoever has all keys takes an entry off the list of those about a person: the list no longer adds up."""
    proper = hub.road.trail.of_resident
    for _ in range(5):
        hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    items = look(hub, elder)["items"]
    count = len(items) + 1
    place = {"first": len(items) - 1, "middle": 2, "last": 0}[which]
    ordinal = items[place]["receipt"]["ordinal"]["ordinal"]
    behind(hub, "DELETE FROM about WHERE entry = ?", items[place]["index"])
    monkeypatch.setattr(
        hub.road.trail, "of_resident", lambda *asked: [each for each in proper(*asked) if each != items[place]["index"]]
    )
    said = Kept(hub, tmp_path, pages(hub, elder, 3)).verdict(capsys)
    assert said == f"false: entry {ordinal} of the {count} about this person is left out\n"


def test_the_newest_entry_before_the_look_cannot_be_hidden(hub, elder, tmp_path, capsys):
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    answer = look(hub, elder)
    count = answer["total"]["count"]
    del answer["items"][0]
    assert (
        Kept(hub, tmp_path, [answer]).verdict(capsys)
        == f"false: entry {count} of the {count} about this person is left out\n"
    )


@pytest.mark.clause("GB/T 22239 8.1.4")
def test_one_changed_byte_of_an_answer_is_caught(hub, elder, tmp_path, capsys):
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    answer = look(hub, elder)
    salt = answer["items"][0]["receipt"]["subject_salt"]
    answer["items"][0]["receipt"]["subject_salt"] = ("B" if salt[0] == "A" else "A") + salt[1:]
    assert "does not commit to what it shows" in Kept(hub, tmp_path, [answer]).verdict(capsys)


def test_an_entry_whose_parts_were_destroyed_behind_the_hubs_back_is_missed(hub, elder, tmp_path, capsys):
    index = hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").json()["receipt"]["index"]
    behind(hub, "UPDATE log_entry SET sealed = x'00' WHERE idx = ?", index)
    said = Kept(hub, tmp_path, [look(hub, elder)]).verdict(capsys)
    assert said.startswith(f"false: entry {index} ")
