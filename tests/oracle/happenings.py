"""What happens in a town, through the product's own routes, noted in the model as the rules say."""

from datetime import timedelta

from tests.oracle.catalogue import AGREEMENTS, CASE, EMERGENCY, FREE, PURPOSES
from tests.oracle.model import Alarm, Met, Rescue, Said, Yes, caller
from tests.oracle.population import (
    CALLERS,
    CENTRE,
    COMMUNITY,
    DECIDERS,
    DEVICES,
    FAR,
    GRIDS,
    LEAD,
    NAMED,
    OFFICERS,
    resident,
)
from tests.oracle.population import EMERGENCY as RESPONSE

AUDIENCES = ["grid_worker", "secretary", "clerk", *["organisation"] * 4, "family", "department:justice",
             "department:urban_management", "department:health"]  # fmt: skip
GROUPS = ["contact", "family", "care", "medical", "financial", "activity"]
_ALARMS_COUNT_FOR = timedelta(hours=2)
_HOUR = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=30)
_ASKABLE = [name for name, each in PURPOSES.items() if each.opens in (FREE, "ask", CASE)]
_RAISING = ["CHILD", "CHILD", "SCHOOL", "NEWBORN", "NEWBORN", "NEWBORN"]
_AGREEABLE = [
    name
    for name, each in PURPOSES.items()
    if set(each.bases) & set(AGREEMENTS) and each.opens in (FREE, "ask", CASE, EMERGENCY)
    for _ in range(1 if "statutory" in each.bases else 4)
]


class Happenings:
    """Makes things happen.

    Args:
        hub: the application in process.
        town: the model.
        chance: a seeded generator.
    """

    def __init__(self, hub, town, chance):
        self.hub, self.town, self.chance = hub, town, chance

    def one(self):
        """Let one thing happen."""
        acts = [self.approval] * 9 + [self.word] * 14 + [self.wish] * 5 + [self.rescue] * 4 + [self.revocation] * 2
        acts += [self.minors] * 3 + [self.review] * 3 + [self.case] * 6 + [self.naming] * 2
        acts += [self.childhood] * 8 + [self.mandate] * 4
        acts += [self.protection] * 3 + [self.freeze, self.order, self.erasure]
        self.chance.choice(acts)()

    def tell(self, who, method, path, body=None, headers=None):
        """One request that must succeed or be refused for a reason of its own; the body, or None."""
        more = {} if body is None else {"json": body}
        answer = self.hub.ask(who, method, path, headers=headers, **more)
        assert answer.status_code < 500, answer.text
        return answer.json() if answer.is_success else None

    def person(self):
        return self.chance.choice([each for each in self.town.people if each.grid[:6] == "339999"])

    def requester(self, purpose, person):
        """A caller of a purpose, most likely one whose area holds the person."""
        able = [caller(each) for each in CALLERS]
        able = [each for each in able if each.kind in PURPOSES[purpose].requesters]
        near = [each for each in able if person.grid.startswith(each.area)]
        return self.chance.choice(near or able)

    def approval(self):
        chance, person = self.chance, self.person()
        agreed = [each.purpose for each in person.said if each.purpose in _ASKABLE]
        self._approve(person, chance.choice(agreed if agreed and chance.random() < 0.6 else _ASKABLE))

    def childhood(self):
        """Somebody who works with children asks about one, perhaps once a guardian has agreed."""
        children = [each for each in self.town.people if each.guardians and each.grid[:6] == "339999"]
        if not children:
            return
        person, purpose = self.chance.choice(children), self.chance.choice([*_RAISING])
        age = self.town.age(person)
        if purpose == "CHILD" and (age is None or age < 14):
            headers = self._as_guardian(person)
            body = {"purpose": purpose, "basis": "guardian_consent"}
            made = self.tell(f"resident:{person.guardians[0]}", "POST", "/v1/me/consents", body, headers)
            person.said.append(Said(made["id"], True, purpose, "", True, "guardian_consent", True, None))
        self._approve(person, purpose)

    def mandate(self):
        """A resident wants to act for another: a guardian for a child, guardian or ward for the dead, with a reason."""
        chance, person = self.chance, self.person()
        near = [each for each in self.town.people if each.rid in person.guardians or person.rid in each.guardians]
        who = chance.choice([*near, chance.choice(self.town.people)])
        matter = chance.choice(["accesses", "consents", "corrections", "erasure", "MEAL", "RIGHTS"])
        body = {"subject": {"idno": person.idno}, "matter": matter}
        said = {"reason": "办理丧葬补助"} if chance.random() < 0.7 else {}
        age, guards = self.town.age(person), who.rid in person.guardians
        if person.dead:
            related = guards or person.rid in who.guardians
            may = related and matter in ("accesses", "corrections", "erasure") and bool(said)
        else:
            may = guards and (age is None or age < 18) and matter in ("accesses", "consents", "corrections", "MEAL")
        made = self.tell(resident(who).name, "POST", "/v1/mandates", body | said)
        assert (made is not None) == (may and who is not person), (person, who, matter)
        assert made is None or made["proof"] == ("relative" if person.dead else "guardian")

    def _as_guardian(self, person):
        opened = {"subject": {"idno": person.idno}, "matter": "consents"}
        return {"On-Behalf-Of": self.tell(f"resident:{person.guardians[0]}", "POST", "/v1/mandates", opened)["id"]}

    def _approve(self, person, purpose):
        chance, now = self.chance, self.town.now
        row, who = PURPOSES[purpose], self.requester(purpose, person)
        every = [*row.fields, *row.on_approval]
        fields, hours = chance.sample(every, chance.randint(1, len(every))), chance.choice([1, 6, 24, 24 * 20])
        body = {"subject": {"idno": person.idno}, "purpose": purpose, "fields": fields, "reason": "随访前了解"}
        made = self.tell(who.name, "POST", "/v1/approvals", body | {"duration": f"PT{hours}H"})
        if made is None:
            return
        oldest = now - _FORGOTTEN_AFTER
        person.approvals = [each for each in person.approvals if each.until >= oldest]
        decision = {"decision": chance.choice(["approve"] * 5 + ["deny"]), "reason": "已核实"}
        if chance.random() < 0.3:
            hours = 1
            fields = fields[: max(1, len(fields) // 2)]
            decision |= {"fields": fields, "duration": "PT1H"}
        if chance.random() < 0.9:
            path = f"/v1/approvals/{made['id']}/decision"
            assert self.tell(DECIDERS[person.grid[:12]], "POST", path, decision)
            if decision["decision"] == "approve":
                until = now + timedelta(hours=hours)
                person.approvals.append(Yes(made["id"], who.human, purpose, frozenset(fields), until))

    def case(self):
        """An office opens a case for one or two people, or one that is open is closed by it or by a party."""
        chance, now = self.chance, self.town.now
        standing = [(each, person) for person in self.town.people for each in person.cases if each.closed is None]
        if standing and chance.random() < 0.3:
            met, person = chance.choice(standing)
            staff = [each for each in map(caller, CALLERS) if each.office == met.office]
            staff = [each for each in staff if each.kind in PURPOSES["MEDIATE"].requesters]
            who = chance.choice([*staff, resident(person)])
            assert self.tell(who.name, "POST", f"/v1/cases/{met.name}/closure", {})
            for each in (each for each, _ in standing if each.name == met.name):
                each.closed = now
            return
        safe = [each for each in self.town.people if each.protection]
        parties = [chance.choice(safe) if safe and chance.random() < 0.4 else self.person()]
        parties += [each for each in [self.person()] if chance.random() < 0.3 and each is not parties[0]]
        who, days = self.requester("MEDIATE", parties[0]), chance.choice([1, 7, 30])
        if parties[0].protection and chance.random() < 0.7:
            who = caller(f"clerk:{parties[0].grid[:12]}")  # from whom a protection hides
        body = {"purpose": "MEDIATE", "number": "调解 2026-07", "duration": f"P{days}D"}
        made = self.tell(who.name, "POST", "/v1/cases", body | {"parties": [{"idno": each.idno} for each in parties]})
        near = all(each.grid.startswith(who.area) for each in parties)
        assert made or not near or who.files, "who could read for it may open a case"
        if made:
            until = now + timedelta(days=days)
            for each in parties:
                ended = now - _FORGOTTEN_AFTER
                each.cases = [old for old in each.cases if min(old.closed or old.until, old.until) >= ended]
                each.cases.append(Met(made["id"], who.office, until))

    def naming(self):
        """Officers are named for somebody's sealed record, or that ends."""
        chance, now = self.chance, self.town.now
        every = [(name, until) for person in self.town.people for name, (_, until) in person.named.items()]
        standing = [name for name, until in every if now < until]
        if standing and chance.random() < 0.4:
            name = chance.choice(standing)
            assert self.tell(chance.choice([LEAD, OFFICERS[0]]), "POST", f"/v1/namings/{name}/revocation", {})
            for person in self.town.people:
                person.named.pop(name, None)
            return
        person, officers, days = self.person(), chance.sample(NAMED, chance.randint(1, 2)), chance.choice([3, 60])
        body = {"subject": {"idno": person.idno}, "purpose": "CORR", "officers": officers, "duration": f"P{days}D"}
        made = self.tell(LEAD, "POST", "/v1/namings", body | {"reference": "矫 2026-07", "reason": "入矫"})
        said = {"decision": chance.choice(["approve"] * 4 + ["deny"]), "reason": "已核"}
        assert self.tell(OFFICERS[0], "POST", f"/v1/namings/{made['id']}/decision", said)
        if said["decision"] == "approve":
            humans = {caller(each).human for each in officers}
            person.named[made["id"]] = humans, now + timedelta(days=days)

    def minors(self):
        grid, purpose = self.chance.choice(GRIDS), self.chance.choice(_ASKABLE)
        able = [each for each in map(caller, CALLERS) if each.kind in PURPOSES[purpose].requesters]
        who, days = self.chance.choice([each for each in able if grid.startswith(each.area)] or able), 30
        body = {"grid": grid, "purpose": purpose, "reason": "走访", "duration": f"P{days}D"}
        if made := self.tell(who.name, "POST", "/v1/approvals", body):
            decided = {"decision": "approve", "reason": "同意"}
            assert self.tell(DECIDERS[grid[:12]], "POST", f"/v1/approvals/{made['id']}/decision", decided)
            until = self.town.now + timedelta(days=days)
            self.town.minors.append(Yes(made["id"], who.human, purpose, frozenset(), until, grid))

    def revocation(self):
        given = [(each, person.grid) for person in self.town.people for each in person.approvals]
        given += [(each, each.grid) for each in self.town.minors]
        given = [(each, grid) for each, grid in given if not each.revoked and self.town.now < each.until]
        if given:
            yes, grid = self.chance.choice(given)
            assert self.tell(DECIDERS[grid[:12]], "POST", f"/v1/approvals/{yes.name}/revocation", {})
            yes.revoked = True

    def word(self):
        """A resident, or the guardian of a child, agrees, refuses or takes something back."""
        chance, person = self.chance, self.person()
        age = self.town.age(person)
        by_guardian = age is None or age < 14
        path, headers, who = "/v1/me/consents", None, resident(person).name
        if by_guardian:
            if not person.guardians:
                assert self.tell(who, "POST", path, {"purpose": "MEAL"}) is None, "a child agrees to nothing"
                return
            who = f"resident:{person.guardians[0]}"
            headers = self._as_guardian(person)
        given = [each for each in person.said if each.yes and not each.taken_back and each.by_guardian == by_guardian]
        if given and chance.random() < 0.3:
            said = chance.choice(given)
            if self.tell(who, "POST", f"{path}/{said.name}/withdrawal", {}, headers):
                said.taken_back = True
            return
        purpose = "CHILD" if by_guardian and chance.random() < 0.4 else chance.choice(_AGREEABLE)
        row = PURPOSES[purpose]
        asker = self.requester(purpose, person)
        recipients = [""] * 3 + ([asker.name, asker.role] if asker.role == "organisation" else [])
        body = {"purpose": purpose, "decision": chance.choice(["give"] * 4 + ["refuse"])}
        body |= {"recipient": chance.choice(recipients), "separate": chance.random() < 0.8}
        body |= {"basis": chance.choice([each for each in row.bases if each in AGREEMENTS])}
        until = None
        if chance.random() < 0.3:
            body["duration"], until = "P3D", self.town.now + timedelta(days=3)
        made = self.tell(who, "POST", path, {key: value for key, value in body.items() if value != ""}, headers)
        assert made, body
        stated = (purpose, body["recipient"], by_guardian, body["basis"], body["separate"])
        person.said.append(Said(made["id"], body["decision"] == "give", *stated, until))

    def wish(self):
        person, chance = self.person(), self.chance
        rules = [(chance.choice(GROUPS), chance.choice(AUDIENCES), chance.random() < 0.3) for _ in range(3)]
        rules = list({rule[:2]: rule for rule in rules}.values())
        body = {"rules": [dict(zip(("group", "audience", "visible"), rule, strict=True)) for rule in rules]}
        assert self.tell(resident(person).name, "PUT", "/v1/me/visibility", body)
        person.wishes |= {(group, audience): visible for group, audience, visible in rules}

    def freeze(self):
        frozen = [each for each in self.town.people if each.frozen]
        person = self.chance.choice(frozen) if len(frozen) > 1 else self.person()  # two at a time leave enough to ask
        me = resident(person).name
        if person.frozen:
            assert self.tell(me, "POST", f"/v1/me/freezes/{person.frozen}/withdrawal", {})
            person.frozen = ""
        else:
            person.frozen = self.tell(me, "POST", "/v1/me/freezes", {})["id"]

    def erasure(self):
        person = self.person()
        if self.chance.random() < 0.15 and not person.held:
            name = self.tell(resident(person).name, "POST", "/v1/me/erasure", {})["id"]
            body = {"decision": "approve", "reason": "同意"}
            assert self.tell(OFFICERS[0], "POST", f"/v1/requests/{name}/decision", body)
            person.held = True

    def protection(self):
        said, safe = {"decision": "approve", "reason": "已核实"}, [each for each in self.town.people if each.protection]
        person = self.chance.choice(safe) if len(safe) > 5 else self.person()
        if person.protection:
            path = f"/v1/protections/{person.protection}"
            assert self.tell(OFFICERS[1], "POST", f"{path}/lifting", {"reason": "案件已结"})
            assert self.tell(OFFICERS[0], "POST", f"{path}/lifting/decision", said)
            person.protection = ""
        else:
            body = {"subject": {"idno": person.idno}, "reason": "证人"}
            person.protection = self.tell(OFFICERS[0], "POST", "/v1/protections", body)["id"]
            assert self.tell(OFFICERS[1], "POST", f"/v1/protections/{person.protection}/decision", said)

    def order(self):
        if self.town.orders and self.chance.random() < 0.5:
            name = self.chance.choice(list(self.town.orders))
            closed = self.tell(RESPONSE, "POST", f"/v1/orders/{name}/closure", {})
            assert (closed is not None) == (self.town.now < self.town.orders.pop(name)[1]) or closed
            return
        area, until = self.chance.choice([COMMUNITY, FAR, *GRIDS]), self.town.now + timedelta(hours=12)
        body = {"area": area, "citation": "突发事件应对法 第七十三条", "until": until.isoformat()}
        self.town.orders[self.tell(RESPONSE, "POST", "/v1/orders", body)["id"]] = (area, until)

    def rescue(self):
        """An alarm, perhaps, and somebody who breaks the glass, perhaps because of it."""
        chance, now, person = self.chance, self.town.now, self.person()
        if chance.random() < 0.7:
            by = chance.choice([DEVICES, CENTRE])
            body = {"subject": {"idno": person.idno}, "kind": "fall"}
            made = self.tell(by, "POST", "/v1/alarms", body)
            assert (made is None) == person.dead, "a death ends alarms"
            if made:
                person.alarms.append(Alarm(made["id"], caller(by).human, now))
        who = self.requester("SOS", person)
        if chance.random() < 0.3:
            who = resident(chance.choice(self.town.people[:4]))
        body = {"subject": {"idno": person.idno}, "reason": "跌倒"}
        alarm = chance.choice(person.alarms) if person.alarms and chance.random() < 0.8 else None
        if alarm:
            body["trigger"] = {"alarm": alarm.name}
        verified = bool(alarm) and not person.dead and alarm.human != who.human and alarm.at >= now - _ALARMS_COUNT_FOR
        made = self.tell(who.name, "POST", "/v1/emergencies", body)
        kin = who.area == person.rid or who.area in person.guardians
        if who.role == "resident":
            assert (made is not None) == (kin and verified), "family needs an alarm, and to be family"
        elif not person.grid.startswith(who.area):
            assert made is None
        if made is not None:
            assert made["verified"] or not verified
            self._opened(person, who, verified, made)

    def _opened(self, person, who, verified, made):
        now = self.town.now
        mine = [each for each in person.rescues if each.human == who.human and now < each.until]
        if any(each.verified or not verified for each in mine):
            assert made["id"] in {each.name for each in mine}, "what is open already is open"
        else:
            person.rescues.append(Rescue(made["id"], who.human, verified, now, now + _HOUR))

    def review(self):
        waiting = [(each, person) for person in self.town.people for each in person.rescues if not each.reviewed]
        if waiting:
            rescue, person = self.chance.choice(waiting)
            verdict = self.chance.choice(["justified", "unjustified"])
            body = {"verdict": verdict, "note": "已核实"}
            by = DECIDERS[person.grid[:12]]
            assert self.tell(by, "POST", f"/v1/emergencies/{rescue.name}/review", body)
            rescue.reviewed = True
            if verdict == "unjustified":
                rescue.until = min(rescue.until, self.town.now)
