"""Consents as a state machine with a moving clock, held against the rules written down a second time."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.model.consent import (
    COOL_DOWN,
    Giver,
    State,
    agreed,
    answered,
    consent,
    may_ask,
    requested,
    state_at,
    withdrawn,
)
from hub.model.principal import parse_principal
from hub.model.purpose import Basis
from hub.model.terms import CONSENTS, record_of, with_record

START = datetime(2026, 11, 22, 2, tzinfo=UTC)
CALLERS = [parse_principal(f"organisation:canteen0{number}@339999001") for number in (1, 2)]
RECIPIENTS = ["", "organisation", "organisation:canteen01@339999", "organisation:canteen02@339999001"]
REACHED = {"": (0, 1), "organisation": (0, 1), RECIPIENTS[2]: (0,), RECIPIENTS[3]: (1,)}
PURPOSES = ["MEAL", "PSY"]


class Said(NamedTuple):
    """One thing that happened, as the oracle remembers it."""

    name: str
    what: str
    purpose: str
    recipient: str
    giver: Giver
    basis: Basis
    separate: bool
    mark: int
    at: datetime
    until: datetime | None


class Consents(RuleBasedStateMachine):
    """Residents, guardians and organisations do what they like; the oracle reads the whole history every time."""

    def __init__(self):
        super().__init__()
        self.terms, self.history, self.taken_back = {}, [], set()
        self.now, self.marks, self.count = START, dict.fromkeys(PURPOSES, 0), 0

    def said(self, what, purpose, recipient, giver, *, basis=Basis.CONSENT, separate=True, until=None):
        self.count += 1
        told = (str(self.count), what, purpose, recipient, giver, basis, separate)
        one = Said(*told, self.marks[purpose], self.now, until)
        self.history.append(one)
        return consent(
            one.name,
            State(what),
            purpose=purpose,
            mark=str(one.mark),
            recipient=recipient,
            basis=basis,
            separate=separate,
            giver=giver,
            by="resident",
            version="1",
            at=self.now,
            until=until,
        )

    @rule(
        purpose=st.sampled_from(PURPOSES),
        recipient=st.sampled_from(RECIPIENTS),
        giver=st.sampled_from(Giver),
        basis=st.sampled_from([Basis.CONSENT, Basis.SEPARATE_CONSENT, Basis.CONTRACT]),
        separate=st.booleans(),
        days=st.none() | st.integers(1, 60),
    )
    def give(self, purpose, recipient, giver, basis, separate, days):
        until = self.now + timedelta(days=days) if days else None
        more = {"basis": basis, "separate": separate, "until": until}
        self.terms = answered(self.terms, self.said("given", purpose, recipient, giver, **more))

    @rule(purpose=st.sampled_from(PURPOSES), recipient=st.sampled_from(RECIPIENTS), giver=st.sampled_from(Giver))
    def refuse(self, purpose, recipient, giver):
        self.terms = answered(self.terms, self.said("refused", purpose, recipient, giver))

    @rule(number=st.integers(0, 30))
    def withdraw(self, number):
        given = [each for each in self.terms.get(CONSENTS, ()) if each["state"] == State.GIVEN]
        if given:
            record = record_of(self.terms, CONSENTS, given[number % len(given)]["id"])
            self.terms = with_record(self.terms, CONSENTS, withdrawn(record, self.now))
            self.taken_back.add(record["id"])

    @rule(purpose=st.sampled_from(PURPOSES), caller=st.sampled_from([0, 1]))
    def ask(self, purpose, caller):
        allowed = may_ask(self.terms, purpose, CALLERS[caller], self.now)
        assert allowed == self.oracle_may_ask(purpose, caller)
        if allowed:
            recipient = RECIPIENTS[2 + caller]
            self.terms = requested(self.terms, self.said("requested", purpose, recipient, Giver.SELF))

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @rule(purpose=st.sampled_from(PURPOSES))
    def change_purpose(self, purpose):
        self.marks[purpose] += 1

    def oracle_may_ask(self, purpose, caller):
        own = [each for each in self.history if each.purpose == purpose and caller in REACHED[each.recipient]]
        for place, each in enumerate(self.history):
            if each not in own or each.what == "given":
                continue
            if each.what == "refused" and each.at > self.now - COOL_DOWN:
                return False
            after = self.history[place + 1 :]
            if each.what == "requested" and not any(
                late.what != "requested" and late.purpose == purpose and late.recipient in ("", each.recipient)
                for late in after
            ):
                return False
        return True

    def oracle_bases(self, purpose, caller, giver):
        standing = set()
        same = [each for each in self.history if (each.purpose, each.giver) == (purpose, giver)]
        for place, each in enumerate(same):
            if each.what != "given" or caller not in REACHED[each.recipient] or each.name in self.taken_back:
                continue
            over = each.mark != self.marks[purpose] or (each.until is not None and self.now >= each.until)
            for late in same[place + 1 :]:
                replaced = late.what == "given" and late.recipient == each.recipient
                refused = late.what == "refused" and caller in REACHED[late.recipient]
                over |= replaced or refused
            if not over:
                standing |= self.opened_by(each)
        return standing

    @staticmethod
    def opened_by(each):
        if each.basis is Basis.CONTRACT:
            return {Basis.CONTRACT}
        guardian = {Basis.GUARDIAN_CONSENT} if each.giver is Giver.GUARDIAN else set()
        return {Basis.CONSENT} | ({Basis.SEPARATE_CONSENT, *guardian} if each.separate else set())

    @invariant()
    def reads_stand_on_what_was_said_and_nothing_else(self):
        for purpose in PURPOSES:
            for caller, principal in enumerate(CALLERS):
                for giver in Giver:
                    by_guardian = giver is Giver.GUARDIAN
                    mark = str(self.marks[purpose])
                    found = agreed(self.terms, principal, purpose, mark, self.now, by_guardian=by_guardian)
                    assert found == self.oracle_bases(purpose, caller, giver)

    @invariant()
    def a_state_that_follows_from_time_is_never_written(self):
        for record in self.terms.get(CONSENTS, ()):
            assert record["state"] not in (State.EXPIRED, State.LAPSED)
            assert state_at(record, record["mark"], self.now) in State


TestConsents = Consents.TestCase
TestConsents.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
