"""A town whose people, and whose residents' files, say markup wherever the hub takes text."""

from typing import NamedTuple

from hub.rules.texts import read_texts
from tests.factories import CIVIL_AFFAIRS, GRID, GRID_WORKER, idno, person, sections
from tests.web.hostile import MARK, hostile, of_field

AREA, COMMUNITY = GRID[:6], GRID[:12]
SECRETARY, CLERK, SECOND = f"secretary:{COMMUNITY}", f"clerk:{COMMUNITY}", f"clerk:{COMMUNITY}#wang"
COLLEAGUES = (f"{GRID_WORKER}#li", f"{GRID_WORKER}#zhao")
OFFICER, AUDITOR, ADMIN = f"security_officer:{AREA}", f"auditor:{AREA}", f"admin:{AREA}"
SUBDISTRICT, CANTEEN = f"department:subdistrict@{AREA}", f"organisation:canteen01@{AREA}"
TARGET = person(900)
IDNO, RESIDENT = TARGET["idno"], f"resident:{TARGET['rid']}"
CHILD, DEAD = idno(902, "20160312"), idno(903, "19410312")
"""A child whose guardian the resident is, and their spouse, who has died."""
REACHED = idno(901)
"""Somebody else's, whose telephone number has stood for long."""
SUBJECT = {"subject": {"idno": IDNO}}
BY_FEED = {
    "police": {"addr": "addr"},
    "civil_affairs": {"ec": "ec", "addr": "addr:civil_affairs"},
    "health": {"med.allergy": "med.allergy", "med.critical": "med.critical", "med.mental": "med.mental"},
    "utilities": {"addr": "addr:utilities"},
}
"""The fields that each feed brings with markup, and their marks: where sources disagree, a page shows both."""
CORRECTED = ("alias", "place", "photo", "skill", "need.class")
"""What no feed brings: the resident asks for it, and the office confirms it."""
TEXT = "§"
"""Stands for markup in a request that `Typist` sends."""
_AMONG_ALL = {"police": TARGET, "civil_affairs": {"idno": IDNO, "tag.alone": "1"}}
_DAY = "2036-12-31"


class Places(NamedTuple):
    """What a walk needs to know of the town.

    Attributes:
        index: of a disclosure about the resident, in the log.
        filing: id of one that waits.
        pseudonym: of the resident, in the trail.
    """

    index: int
    filing: str
    pseudonym: str


def import_files(town, folder):
    """Import a resident whose file says markup in every field of every feed that takes it; returns the marks."""
    assert town.import_rows("police", _family(), folder, "family.csv").rejected == 0
    for feed, marks in BY_FEED.items():
        cells = {key: _cell(key, mark) for key, mark in marks.items()}
        counts = town.import_rows(feed, [_AMONG_ALL.get(feed, {"idno": IDNO}) | cells], folder, f"{feed}.csv")
        assert counts.rejected == 0, (feed, counts)
    reached = {"idno": REACHED, "name": "测试何", "tel": "15400000901", "life": "alive"}
    town.add(sections(at="2026-01-01", community=COMMUNITY, grid=GRID, **reached))
    town.appoint(RESIDENT, SECOND, *COLLEAGUES, OFFICER, AUDITOR, ADMIN)
    return {"child.addr"} | {mark for marks in BY_FEED.values() for mark in marks.values()}


def _family():
    """A household of three, as the register has it."""
    house = {"hh": "H900", "minor.guardian": "", "life": "alive", "life.date": ""}
    child = {"idno": CHILD, "minor.guardian": TARGET["rid"], "relation": "20", "addr": hostile("child.addr")}
    dead = {"idno": DEAD, "relation": "12", "life": "dead", "life.date": "2026-11-20"}
    return [
        TARGET | house | {"relation": "02"},
        person(902) | house | child,
        person(903) | house | dead,
    ]


def _cell(key, mark):
    text = of_field(key, mark)
    if isinstance(text, dict):
        return ";".join(text.values())
    return text[0] if isinstance(text, list) else text


class Typist:
    """Says markup in requests, each member with a mark of its own.

    Args:
        server: of the town.

    Attributes:
        marks: of all that was taken.
        members: that took it, as `POST /v1/approvals reason`.
    """

    def __init__(self, server):
        self._server = server
        self.marks, self.members = set(), set()

    def ask(self, who, route, body, **ids):
        """One request that must be taken, with markup in place of each `TEXT`."""
        method, path = route.split()
        sent = {member: self._marked(route, member) if value == TEXT else value for member, value in body.items()}
        with self._server.client(who) as client:
            answer = client.request(method, path.format(**ids), json=sent)
        assert answer.is_success, (route, answer.text)
        self.marks |= {found[1] for found in MARK.finditer(str(sent.get("value", "")))}
        return answer.json()

    def read(self, who, path, **query):
        """What a list says."""
        with self._server.client(who) as client:
            answer = client.get(path, params=query)
        assert answer.is_success, (path, answer.text)
        return answer.json()["items"]

    def _marked(self, route, member):
        mark = ".".join([*(part.strip("{}") for part in route.split("/")[2:]), member])
        self.members.add(f"{route} {member}")
        self.marks.add(mark)
        return hostile(mark)


def speak(town, typist):
    """Everybody says everything that they can say; returns what a walk needs."""
    ask = typist.ask
    _change_the_rules(town, typist)
    _ask_for_approvals(typist)
    opened, *_ = [ask(who, "POST /v1/emergencies", SUBJECT | {"reason": TEXT})["id"] for who in COLLEAGUES]
    ask(SECRETARY, "POST /v1/emergencies/{id}/review", {"verdict": "justified", "note": TEXT}, id=opened)
    visit = {"purpose": "VISIT", "values": {"visit.log": {"outcome": "met"}}, "note": TEXT}
    ask(GRID_WORKER, "POST /v1/observations", SUBJECT | visit)
    seen = {"purpose": "WALK", "values": {"addr": hostile("addr:seen"), "tel": "15400000099"}}
    ask(GRID_WORKER, "POST /v1/observations", SUBJECT | seen)
    filing = {"purpose": "OLDCARD", "basis": "statutory", "citation": TEXT, "scenario": TEXT, "volume": 10}
    filed = [
        ask(CIVIL_AFFAIRS, "POST /v1/filings", filing | {"scope": scope, "valid_until": _DAY})["id"]
        for scope in (AREA, COMMUNITY)
    ]
    card = SUBJECT | {"purpose": "OLDCARD", "fields": ["name", "ec"]}
    index = ask(CIVIL_AFFAIRS, "POST /v1/disclosures", card)["receipt"]["index"]
    _speak_for_oneself(typist, index)
    pseudonym = typist.read(AUDITOR, "/v1/audit/events", kind="disclosure", department="civil_affairs")[0]["subject"]
    ask(OFFICER, "POST /v1/protections", SUBJECT | {"reason": TEXT})
    ask(OFFICER, "POST /v1/audit/reidentifications", {"subject": pseudonym, "reason": TEXT})
    return Places(index, filed[0], pseudonym)


def _change_the_rules(town, typist):
    """Put a matter with markup for a name in force, by two people; and propose an appointment that waits."""
    change = typist.ask(ADMIN, "POST /v1/rules/changes", {"files": _other_rules(town), "reason": TEXT})
    yes = {"decision": "approve", "digest": change["digest"], "reason": TEXT}
    for who in (ADMIN, OFFICER):
        typist.ask(who, "POST /v1/rules/changes/{id}/decision", yes, id=change["id"])
    typist.marks |= {"purpose.name", "purpose.citation"}
    wish = {"principals": [{"principal": f"{CLERK}#fresh"}], "reason": TEXT}
    typist.ask(ADMIN, "POST /v1/rules/changes", wish)


def _other_rules(town):
    """The rules with a matter whose names and article are markup."""
    texts = dict(read_texts(town.directory))
    path = "policies/purposes/VISIT.toml"
    said = {
        "name": "name = {{ zh = '''{0}''', en = '''{0}''' }}".format(hostile("purpose.name")),
        "citation": f"citation = '''{hostile('purpose.citation')}'''",
    }
    lines = [said.get(line.partition(" ")[0], line) for line in texts[path].splitlines()]
    return texts | {path: "\n".join(lines)}


def _ask_for_approvals(typist):
    """One is refused, one is ended, one waits; the same about the minors of the grid, and about many."""
    ask, wish = typist.ask, {"purpose": "VISIT", "fields": ["med.chronic"], "reason": TEXT, "duration": "P7D"}
    asked = [ask(GRID_WORKER, "POST /v1/approvals", SUBJECT | wish)["id"] for _ in range(3)]
    no = {"decision": "deny", "reason": TEXT}
    ask(SECRETARY, "POST /v1/approvals/{id}/decision", no, id=asked[0])
    ask(GRID_WORKER, "POST /v1/approvals/{id}/revocation", {"reason": TEXT}, id=asked[1])
    minors = {"grid": GRID, "purpose": "VISIT", "reason": TEXT, "duration": "P30D"}
    ask(GRID_WORKER, "POST /v1/approvals", minors)
    many = wish | {"subjects": [{"idno": IDNO}]}
    rosters = [ask(GRID_WORKER, "POST /v1/approvals/rosters", many)["id"] for _ in range(2)]
    ask(SECRETARY, "POST /v1/approvals/rosters/{id}/decision", no, id=rosters[0])


def _speak_for_oneself(typist, index):
    """What the resident says, and what an office answers."""
    ask = typist.ask
    for key in CORRECTED:
        ask(RESIDENT, "POST /v1/me/corrections", {"field": key, "value": of_field(key, key), "reason": TEXT})
    for each in typist.read(SUBDISTRICT, "/v1/corrections"):
        yes = {"decision": "approve", "reason": TEXT}
        ask(SUBDISTRICT, "POST /v1/corrections/{id}/decision", yes, id=each["id"])
    waits = {"field": "med.allergy", "value": of_field("med.allergy", "wished"), "reason": TEXT}
    ask(RESIDENT, "POST /v1/me/corrections", waits)
    ask(CANTEEN, "POST /v1/consents/requests", SUBJECT | {"purpose": "MEAL", "reason": TEXT})
    ask(RESIDENT, "POST /v1/me/disputes", {"index": index, "reason": TEXT})
    frozen = ask(RESIDENT, "POST /v1/me/freezes", {"reason": TEXT})["id"]
    ask(RESIDENT, "POST /v1/me/freezes/{id}/withdrawal", {}, id=frozen)
