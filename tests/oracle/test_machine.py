"""Approvals, consents, wishes and emergencies as a state machine with a moving clock, over the application itself."""

import copy
import random
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.api.in_process import InProcess
from tests.factories import Installation
from tests.oracle.catalogue import PURPOSES
from tests.oracle.happenings import Happenings
from tests.oracle.model import Town, caller
from tests.oracle.population import CALLERS, GRIDS, NAMED, filings, people, put_filings, resident
from tests.oracle.test_oracle import START, Asking

PEOPLE, STEPS = 8, 20
CHANCE = st.randoms(use_true_random=False)
WATCHED = [f"grid_worker:{GRIDS[0]}#an", f"clerk:{GRIDS[0][:12]}", "organisation:care01@339999",
           "department:civil_affairs@339999", "department:emergency_call@339999", NAMED[0]]  # fmt: skip
WATCHED_FOR = ["VISIT", "MEDIATE", "MEAL", "TIER", "CHILD", "DIBAO", "SOS", "CORR"]


class Rules(RuleBasedStateMachine):
    """Whatever happens in whatever order, every read is what the rules make of it."""

    installation, residents, folder, numbers = None, None, None, count()

    def __init__(self):
        super().__init__()
        installation = self.installation.copy(self.folder / str(next(self.numbers)))
        self.town = Town(START, copy.deepcopy(self.residents), filings())
        self.hub, token = InProcess(installation), installation.token
        self.hub.road.clock = lambda: self.town.now
        installation.token = lambda who, **more: token(who, now=self.town.now, **more)
        self.happenings = Happenings(self.hub, self.town, None)
        self.asking, self.steps = Asking(self.hub, self.town, None), 0

    def teardown(self):
        self.hub.close()

    def happen(self, name, chance):
        self.happenings.chance = chance
        getattr(self.happenings, name)()

    @rule(chance=CHANCE)
    def somebody_asks_and_a_secretary_decides(self, chance):
        self.happen("approval", chance)

    @rule(chance=CHANCE)
    def a_manager_lets_somebody_read_minors(self, chance):
        self.happen("minors", chance)

    @precondition(lambda self: self.town.minors or any(each.approvals for each in self.town.people))
    @rule(chance=CHANCE)
    def a_secretary_revokes(self, chance):
        self.happen("revocation", chance)

    @rule(chance=CHANCE)
    def a_resident_agrees_refuses_or_withdraws(self, chance):
        self.happen("word", chance)

    @rule(chance=CHANCE)
    def somebody_asks_about_a_child(self, chance):
        self.happen("childhood", chance)

    @rule(chance=CHANCE)
    def a_resident_wishes(self, chance):
        self.happen("wish", chance)

    @rule(chance=CHANCE)
    def a_resident_freezes_or_thaws(self, chance):
        self.happen("freeze", chance)

    @rule(chance=CHANCE)
    def two_officers_protect_or_lift(self, chance):
        self.happen("protection", chance)

    @rule(chance=CHANCE)
    def an_office_opens_or_closes_a_case(self, chance):
        self.happen("case", chance)

    @rule(chance=CHANCE)
    def officers_are_named_or_named_no_longer(self, chance):
        self.happen("naming", chance)

    @rule(chance=CHANCE)
    def an_alarm_and_a_rescue(self, chance):
        self.happen("rescue", chance)

    @precondition(lambda self: self.town.rescues())
    @rule(chance=CHANCE)
    def a_secretary_reviews(self, chance):
        self.happen("review", chance)

    @rule(minutes=st.sampled_from([1, 59, 60, 61, 119, 121, 24 * 60, 5 * 24 * 60, 20 * 24 * 60]))
    def time_passes(self, minutes):
        self.town.now += timedelta(minutes=minutes)

    @rule(chance=CHANCE)
    def anybody_reads_anything(self, chance):
        self.asking.chance = chance
        self.asking.single()

    @invariant()
    def those_who_are_watched_read_what_the_rules_say(self):
        self.town.now += timedelta(minutes=1)
        self.asking.chance = random.Random(0)
        idnos = [*self.asking.by_idno]
        for who in map(caller, WATCHED):
            own = [name for name in WATCHED_FOR if who.kind in PURPOSES[name].requesters]
            purpose = own[self.steps % len(own)]
            self.asking.of(idnos, who, purpose, None, "案件 2026-07")
        self.steps += 1


def test_every_read_follows_from_what_happened_before(tmp_path, times):
    installation = Installation.create(tmp_path / "hub")
    put_filings(installation)
    Rules.installation, Rules.folder = installation, tmp_path
    Rules.residents = people(installation, random.Random("machine"), PEOPLE)
    assert len({each.name for each in map(resident, Rules.residents)} | {*CALLERS}) == PEOPLE + len(CALLERS)
    profile = settings(
        max_examples=times(8, 300), stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Rules, settings=profile)
