"""Random towns and questions: the HTTP API and the rules written down a second time agree on every answer."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.in_process import InProcess
from tests.factories import Installation
from tests.oracle.catalogue import FROM_GUARDIANS, GROUP, NO_SERVICE, PURPOSES
from tests.oracle.happenings import Happenings
from tests.oracle.model import Town, caller
from tests.oracle.population import CALLERS, filings, people, put_filings, resident
from tests.oracle.rules import ORDER, answer

START = datetime(2026, 11, 23, 2, 3, tzinfo=UTC)
NOBODY = "33999919410101908X"
PEOPLE, TOWNS, QUESTIONS, LIVED_IN = 40, 2, 5_000, 150
"""Two towns of 5,000 questions; `make soak` asks twenty times as many."""
_TIMES = 20
_EVERY_REASON = {*ORDER, "unknown_purpose", "not_a_requester", "not_offered", "reason_required", "no_filing",
                 "out_of_scope", "volume_exceeded"}  # fmt: skip
_OPEN = [name for name, each in PURPOSES.items() if each.opens != NO_SERVICE]
_ON_CONSENT = ["MEAL", "TIMEBANK", "PSY", "REPAIR", "TIER", "HOMEMED", "CHILD", "MEDIATE"]
_OF_CHILDREN = ["CHILD", "SCHOOL", "NEWBORN"]
_PURPOSES = [*_OPEN * 6, *_ON_CONSENT * 12, *["SOS", "EMERG"] * 8, *PURPOSES, "NOSUCH", "NOSUCH"]
_FEW_A_DAY = caller("department:health@339999001"), "EXAM"
_IN_FILES = [*GROUP, "name", "idno", "dob", "alias", "grid", "shoe_size"]


@pytest.fixture(scope="module")
def filed(tmp_path_factory):
    """An installation with callers and filings, and nobody in it; and what was filed."""
    installation = Installation.create(tmp_path_factory.mktemp("oracle") / "hub")
    put_filings(installation)
    return installation


class Asking:
    """Asks the API and the oracle the same questions.

    Attributes:
        asked: how many were compared.
        told: how often each outcome occurred.
    """

    def __init__(self, hub, town, chance):
        self.hub, self.town, self.chance = hub, town, chance
        self.asked, self.told = 0, Counter()
        self.by_idno = {each.idno: each for each in town.people}

    def question(self):
        """A caller, a purpose, fields and a reason; most could be answered."""
        chance = self.chance
        who, purpose = self._promising() if chance.random() < 0.5 else self._anything()
        if chance.random() < 0.06:
            who, purpose = chance.choice([_FEW_A_DAY, (who, "NOSUCH")])  # what hardly anybody would ask for by chance
        row = PURPOSES.get(purpose)
        fields = None
        if chance.random() < 0.7:
            own = [*row.fields, *row.on_approval] if row else []
            fields = chance.sample(own, chance.randint(0, len(own))) + chance.sample(_IN_FILES, 1)
            fields = list(dict.fromkeys(fields))
        return who, purpose, fields, "案件 2026-07" if chance.random() < 0.8 else None

    def _anything(self):
        chance, purpose = self.chance, self.chance.choice(_PURPOSES)
        everybody = [caller(each) for each in CALLERS] + [resident(each) for each in self.town.people[:4]]
        able = [each for each in everybody if purpose in PURPOSES and each.kind in PURPOSES[purpose].requesters]
        return chance.choice(able if able and chance.random() < 0.96 else everybody), purpose

    def _promising(self):
        """A caller and a purpose for which somebody said yes to something."""
        everybody = [caller(each) for each in CALLERS] + [resident(each) for each in self.town.people[:4]]
        people, now = self.town.people, self.town.now
        approved = {(each.human, each.purpose) for person in people for each in person.approvals}
        raising = {pair for pair in approved if pair[1] in _OF_CHILDREN}
        managed = {(each.human, each.purpose) for each in self.town.minors}
        urgent = {(each.human, "SOS") for each in self.town.rescues() if now < each.until}
        agreed = {each.purpose for person in people for each in person.said if each.yes} & {*_ON_CONSENT}
        filed = [each.human for each in everybody if each.area == "339999" and each.role == "organisation"][:3]
        meant = {(human, purpose) for human in filed for purpose in agreed}
        offices = {met.office for person in people for met in person.cases}
        meeting = {(each.human, "MEDIATE") for each in everybody if each.office in offices}
        sealed = {(human, "CORR") for person in people for humans, _ in person.named.values() for human in humans}
        for pairs in self.chance.sample([approved, raising, managed, urgent, meant, meeting, sealed], 7):
            found = [(each, to) for each in everybody for human, to in sorted(pairs) if each.human == human]
            if found:
                return self.chance.choice(found)
        return self._anything()

    def batch(self, size):
        """One question about many people."""
        who, purpose, fields, reason = self.question()
        near = [each for each in self.town.people if each.grid.startswith(who.area)]
        told = [each.idno for each in near if _has_said(each, purpose)]
        some = self.chance.sample([each.idno for each in near], min(len(near), size))
        some += self.chance.sample([*self.by_idno, NOBODY], 2)
        idnos = list(dict.fromkeys([*told, *some]))
        self.of(idnos, who, purpose, fields, reason)

    def of(self, idnos, who, purpose, fields, reason):
        """Ask about some people at once and compare."""
        body = {"purpose": purpose} | ({"fields": fields} if fields else {}) | ({"reason": reason} if reason else {})
        subjects = [{"idno": idno} for idno in idnos]
        answered = self.hub.ask(who.name, "POST", "/v1/disclosures/batch", json=body | {"subjects": subjects})
        assert answered.status_code == 200, answered.text
        for idno, item in zip(idnos, answered.json()["items"], strict=True):
            self.compare(item, who, idno, purpose, fields, reason)

    def single(self):
        """The same by the route for one person."""
        who, purpose, fields, reason = self.question()
        idno = self.chance.choice([*self.by_idno, NOBODY])
        more = ({"fields": fields} if fields else {}) | ({"reason": reason} if reason else {})
        answered = self.hub.disclose(who.name, idno, purpose, **more)
        self.compare(answered.json(), who, idno, purpose, fields, reason)
        assert answered.status_code == answered.json().get("status", 200)

    def compare(self, item, who, idno, purpose, fields, reason):
        person = self.by_idno.get(idno)
        expected = answer(self.town, who, person, purpose, fields, reason)
        withheld = tuple(sorted((each["field"], each["reason"]) for each in item.get("withheld", ())))
        got = (item.get("status", 200), frozenset(item.get("fields", ())), withheld, item.get("basis", ""))
        said = f"{who.name} asks for {purpose} {fields} about {person} at {self.town.now}: {item} but {expected}"
        assert got == (expected.status, expected.given, expected.withheld, expected.basis), said
        reasons = item.get("reasons", [])
        assert set(reasons) == expected.reasons, said
        if withheld:
            assert reasons == sorted(reasons, key=ORDER.index), said
        self.asked += 1
        self.told.update({*reasons, *(each for _, each in withheld), expected.basis or "refused"})
        self.told.update(expected.given & FROM_GUARDIANS.keys())


def _has_said(person, purpose):
    said = [each.purpose for each in (*person.said, *person.approvals)]
    return (
        purpose in said
        or (purpose == "MEDIATE" and person.cases)
        or (purpose == "CORR" and person.named)
        or (purpose == "SOS" and person.rescues)
    )


def _live(filed, folder, seed, questions):
    chance = random.Random(seed)
    installation = filed.copy(folder)
    town = Town(START, people(installation, chance, PEOPLE), filings())
    hub = InProcess(installation)
    try:
        hub.road.clock = lambda: town.now
        token = installation.token
        installation.token = lambda who, **more: token(who, now=town.now, **more)
        asking, happenings = Asking(hub, town, chance), Happenings(hub, town, chance)
        for _ in range(LIVED_IN):
            happenings.one()
        while asking.asked < questions:
            for _ in range(chance.randint(0, 4)):
                happenings.one()
            asking.batch(10)
            asking.single()
            town.now += chance.choice(
                [timedelta(minutes=chance.randint(5, 30))] * 16
                + [timedelta(hours=chance.randint(1, 8))] * 4
                + [timedelta(days=chance.randint(1, 5))]
            )
        return asking.told
    finally:
        hub.close()


@pytest.mark.parametrize("town", range(TOWNS))
def test_the_api_and_the_rules_agree(filed, tmp_path, times, town):
    told = Counter()
    for number in range(times(1, _TIMES)):
        told += _live(filed, tmp_path / str(number), f"{town}/{number}", QUESTIONS)
    assert told.keys() >= _EVERY_REASON, "a rule that no question met is a rule that nothing checked"
    assert told.keys() & FROM_GUARDIANS.keys(), "somebody was told of a guardian"
