"""The road every read of a resident's file walks, step by step.

    1 who asks  2 for what  3 may they  4 open only that  5 keep only that  6 record  7 answer

Steps 2 to 5 run without a pause on one state of the store; step 6 waits until the entry is durable.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hub.access.authenticate import authenticate
from hub.access.counted import record_together
from hub.access.decide import EMERGENCIES, FILING_ROLES, decide, decide_purpose
from hub.access.derive import sections_of
from hub.access.grounds import approval_used, case_used, counted_approvals, grounds_of, minor_approval_used, naming_used
from hub.access.kin import kin_of
from hub.access.limits import Misses
from hub.access.locate import Located, locate
from hub.access.minimise import minimise, settled
from hub.access.named import Means, naming, others_in
from hub.access.open_file import open_file
from hub.access.purpose import Claim, SubjectClaim, restated, state_matter, state_purpose, state_subject
from hub.access.record import denied, disclosed, named, record, record_within
from hub.access.respond import refuse, respond
from hub.access.standing import Standing
from hub.errors import BadInput, OperatorError, Reason, Unauthenticated
from hub.identity.tokens import Verifier
from hub.model.decision import AccessRequest, Denial, Disclosure, Permit, in_check_order
from hub.model.filing import Filing
from hub.model.instant import day_of
from hub.model.principal import Caller, Principal
from hub.model.purpose import Approval
from hub.model.subject import SubjectRef
from hub.model.terms import NO_GROUNDS, OWN
from hub.model.tier import Tier
from hub.policy.deadlines import Deadlines
from hub.policy.engine import Snapshot
from hub.store.engine import Event, Reader, Receipt
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.trail_index import TrailIndex
from hub.store.turn import Turn
from hub.telemetry.meter import Meter

_TOGETHER = 50
"""How many subjects of a batch are decided before others get a turn of the event loop."""


class Answer(NamedTuple):
    """What leaves.

    Attributes:
        status: 200, 403 or 429; 422 within a batch.
        body: of a disclosure, all; of a refusal, `reasons`, `withheld`, `id` and `receipt`; of a 422, its `error`.
    """

    status: int
    body: dict[str, Any]


class Outcome(NamedTuple):
    """A decision carried out, not yet recorded: nothing of it may leave.

    Attributes:
        result: a disclosure or a denial.
        event: what the trail will say.
        rid: of a disclosure, the caller's own pairwise id of the data subject.
        counted: ids of approvals it rests on that allow only so many reads.
        others: what the trail will say of each resident whom a field of the file names.
    """

    result: Disclosure | Denial
    event: Event
    rid: str = ""
    counted: tuple[str, ...] = ()
    others: tuple[Event, ...] = ()

    @property
    def is_more(self) -> bool:
        """Whether more is written in the same turn than its own entry."""
        return bool(self.counted or self.others)


@dataclass(slots=True)
class Road:
    """What the steps need, for one serving process.

    Attributes:
        reader: the store, for the event loop's thread.
        ring: the keys.
        lane: where outcomes are recorded.
        policies: the catalogue and its rules.
        verifier: checks tokens.
        standing: who holds which role, and what was filed.
        turn: keeps one state of the store in view while the road is walked.
        clock: the instant now, UTC.
        meter: counts decisions.
        trail: what the trail is searched by; no step needs it, other routes do.
        misses: who asked in vain.
        synthetic_only: whether nobody may come in whose number could be a living person's.
        deadlines, sends: by when decisions are due, on which days; whether a gateway sends notices.
    """

    reader: Reader
    ring: Keyring
    lane: Lane
    policies: Snapshot
    verifier: Verifier
    standing: Standing
    turn: Turn
    clock: Callable[[], datetime]
    meter: Meter
    trail: TrailIndex
    misses: Misses = field(default_factory=Misses)
    deadlines: Deadlines = field(default_factory=Deadlines)
    synthetic_only: bool = False
    sends: bool = False

    async def enter(self, authorization: str) -> Caller:
        """Step 1, which every route shares, in this turn's view: whom to believe is a rule. Raises Unauthenticated."""
        self.turn.begin()
        return self._standing(await authenticate(authorization, self.verifier, self.clock()))

    def enter_as(self, principal: Principal, operator: str) -> Caller:
        """Step 1 for somebody who has signed in, by a session that was looked up. Raises Unauthenticated."""
        now = self.clock()
        return self._standing(Caller(principal, operator, now, day_of(now)))

    def _standing(self, caller: Caller) -> Caller:
        self.turn.begin()
        if not self.standing.holds(caller.principal.id, caller.today):
            raise Unauthenticated("the principal holds no role in force")
        return caller

    def sections(self, purpose: str, requester: str) -> tuple[Tier, ...]:
        """The sections to fetch for a purpose: all that a permit could name. Fetching opens nothing."""
        return sections_of(self.policies, purpose, requester)

    async def disclose(self, caller: Caller, claim: Claim, trace_id: str) -> Answer:
        """One read of one person's file.

        Raises:
            BadInput: the claim's form is wrong; nothing was looked up.
            TrailUnavailable: the outcome could not be recorded; nothing is disclosed.
        """
        request = state_purpose(caller, claim, self.policies, trace_id)
        if delay := self.misses.delay(caller.principal.id, caller.at):
            await asyncio.sleep(delay)
        self.turn.begin()
        outcome = self._walk(request)
        if outcome.is_more:
            return await self._record_together(outcome)
        [receipt] = await record_within([outcome.event], self.lane)
        if receipt is None:
            [refused] = await self._refuse_beyond([outcome])
            return refused
        return self.answer(outcome, receipt)

    async def disclose_batch(
        self,
        caller: Caller,
        subjects: Sequence[SubjectClaim],
        claim: tuple[str, list[str] | None, str | None],
        trace_id: str,
    ) -> list[Answer]:
        """The same read of many people's files, each decided and recorded on its own.

        Args:
            caller: who asks.
            subjects: about whom, in order.
            claim: purpose, fields and reason, common to all.
            trace_id: 32 hex digits.

        Raises:
            BadInput: the claim is wrong for everybody; a subject that is wrong gets a 422 of its own.
            TrailUnavailable: nothing is disclosed of anybody.
        """
        purpose, fields, reason = state_matter(*claim, self.policies)
        common = AccessRequest(caller, SubjectRef(), purpose, fields, reason, trace_id, self.policies.digest)
        if delay := self.misses.delay(caller.principal.id, caller.at):
            await asyncio.sleep(delay)
        outcomes: list[Outcome | BadInput] = []
        for start in range(0, len(subjects), _TOGETHER):
            self.turn.begin()
            outcomes += [self._walk_one_of_many(common, each) for each in subjects[start : start + _TOGETHER]]
            await asyncio.sleep(0)
        walked = [each for each in outcomes if isinstance(each, Outcome) and not each.is_more]
        receipts = await record_within([each.event for each in walked], self.lane)
        pairs = list(zip(walked, receipts, strict=True))
        refused = iter(await self._refuse_beyond([each for each, receipt in pairs if receipt is None]))
        answers = iter([self.answer(each, receipt) if receipt else next(refused) for each, receipt in pairs])
        return [
            Answer(422, {"error": each})
            if isinstance(each, BadInput)
            else await self._record_together(each)
            if each.is_more
            else next(answers)
            for each in outcomes
        ]

    def _walk_one_of_many(self, common: AccessRequest, subject: SubjectClaim) -> Outcome | BadInput:
        try:
            return self._walk(common._replace(subject=state_subject(subject)))
        except BadInput as error:
            return error

    def _walk(self, request: AccessRequest) -> Outcome:
        """Steps 3 to 5 for one person."""
        request = restated(request, self.policies)
        caller, purpose = request.caller, request.purpose
        if self.misses.refused(caller.principal.id, caller.at):
            return self._denied(Denial(request, (Reason.RATE_LIMITED,)), None)
        filings: tuple[Filing, ...] = ()
        if purpose is not None and caller.principal.role in FILING_ROLES:
            filings = self.standing.filings(caller.principal, purpose.id, caller.today)
        denial = decide_purpose(request, next(iter(filings), None))
        tiers = self.sections(purpose.id, caller.principal.requester) if purpose and denial is None else ()
        try:
            found = locate(request.subject, caller.principal, tiers, self.reader, self.ring)
        except OperatorError:
            return self._denied(Denial(request, (Reason.NOT_AVAILABLE,), truth="damaged"), None)
        if denial is None and self.standing.unreviewed:
            denial = self.locked(request)
        if denial is not None:
            # The answer says nothing of the person, but they shall find the attempt among the accesses to their file.
            return self._denied(denial, found)
        return self.judge(request, filings, found)

    def locked(self, request: AccessRequest) -> Denial | None:
        """Who broke the glass and left it unreviewed for a day reads nothing more, but in the next emergency."""
        caller, purpose = request.caller, request.purpose
        urgent = purpose is not None and purpose.approval in EMERGENCIES
        if urgent or not self.standing.is_overdue(caller.principal.person, caller.at):
            return None
        return Denial(request, (Reason.NOT_ALLOWED,), truth="an emergency waits for its review")

    def judge(self, request: AccessRequest, filings: tuple[Filing, ...], found: Located | None) -> Outcome:
        """Steps 3 to 5 for a person who was looked for, once nothing speaks against the purpose itself."""
        request = restated(request, self.policies)
        # Of several filings, the one counts whose scope the person lives in.
        covering = (filing for filing in filings if found and found.facts.grid.startswith(filing.scope))
        filing = next(covering, next(iter(filings), None))
        about = (found.sealed.resident, found.facts) if found else None
        frozen = self.standing.frozen.get(found.sealed.resident) if found else None
        grounds, orders = NO_GROUNDS, self.standing.orders
        if found and (found.facts.terms or orders):
            grounds = grounds_of(found.facts, request, self.policies, orders)
        minors = self.standing.minors
        if found and minors and minor_approval_used(found.facts, request, self.policies, minors):
            grounds = grounds._replace(for_minor=True)
        approval, resident = request.purpose and request.purpose.approval, found.sealed.resident if found else 0
        if approval is Approval.NAMED_OFFICERS:
            # Looked up whether anybody was found or not, so that the time taken says nothing.
            grounds = grounds._replace(named=bool(naming_used(self.standing.named(), resident, request, self.policies)))
        elif approval is Approval.IDENTITY_CHECK and request.caller.principal.rid:
            who, today = request.caller.principal, request.caller.today
            grounds = grounds._replace(kin=kin_of(found, who, today, self.reader, self.ring))
        decision = decide(request, self.policies, filing, about, request.caller.today, frozen, grounds)
        if isinstance(decision, Denial):
            return self._denied(decision, found)
        if found is None:
            raise AssertionError("a permit names somebody who was found")
        try:
            return self._disclosed(decision, found, filing, grounds.kin)
        except OperatorError:
            # A row that was changed behind the hub's back gives nothing; the trail says that this happened.
            return self._denied(Denial(request, (Reason.NOT_AVAILABLE,), truth="damaged"), found)

    def _disclosed(self, permit: Permit, found: Located, filing: Filing | None, kin: str) -> Outcome:
        caller = permit.request.caller
        rid = self.ring.pairwise(caller.principal.organisation, permit.resident)
        file = open_file(permit, found.sealed, self.ring)
        disclosure = minimise(permit, file, found.facts, rid, caller.today)
        others: tuple[Event, ...] = ()
        if not naming().isdisjoint(disclosure.fields):
            means = Means(self.standing, self.policies, self.reader, self.ring)
            decided = others_in(disclosure, file, means, own=kin == OWN)
            others = tuple(named(disclosure, self.ring, *each) for each in decided.shown())
            disclosure = settled(disclosure, decided.kept, decided.told)
        approval, orders = "", self.standing.orders
        if found.facts.terms or orders:
            approval = approval_used(found.facts, permit.request, self.policies, frozenset(disclosure.fields), orders)
        if not approval and self.standing.minors:
            approval = minor_approval_used(found.facts, permit.request, self.policies, self.standing.minors)
        if not disclosure.fields:
            reasons = in_check_order({each.reason for each in disclosure.withheld})
            denial = Denial(permit.request, reasons, disclosure.withheld, permit.resident)
            return self._denied(denial, found)._replace(others=others)
        case = case_used(found.facts, permit.request, self.policies)
        if permit.request.purpose and permit.request.purpose.approval is Approval.NAMED_OFFICERS:
            case = naming_used(self.standing.named(), permit.resident, permit.request, self.policies)
        event = disclosed(disclosure, self.ring, found.trail_key, approval, filing, case, kin)
        counted: tuple[str, ...] = ()
        if approval and found.facts.terms:
            counted = counted_approvals(found.facts, permit.request, self.policies, frozenset(disclosure.fields))
        return Outcome(disclosure, event, rid, counted, others)

    async def _record_together(self, outcome: Outcome) -> Answer:
        """Steps 6 and 7 where approvals count reads: whoever comes too late walks again, and finds them used up."""
        result = outcome.result
        request = result.permit.request if isinstance(result, Disclosure) else result.request
        while outcome.is_more:
            made = await record_together(outcome.event, request, outcome.counted, outcome.others, self.lane)
            if isinstance(made, Receipt):
                return self.answer(outcome, made)
            if made is Reason.VOLUME_EXCEEDED:
                [refused] = await self._refuse_beyond([outcome])
                return refused
            self.turn.fresh()
            outcome = self._walk(request)
        [receipt] = await record_within([outcome.event], self.lane)
        if receipt is None:
            [refused] = await self._refuse_beyond([outcome])
            return refused
        return self.answer(outcome, receipt)

    async def _refuse_beyond(self, outcomes: list[Outcome]) -> list[Answer]:
        """Steps 6 and 7 for disclosures about more people than were filed for the day: only the writer's turn knows."""
        denials = []
        for result, event, *_ in outcomes:
            request = result.permit.request if isinstance(result, Disclosure) else result.request
            denial = Denial(request, (Reason.VOLUME_EXCEEDED,), resident=event.resident)
            denials.append(Outcome(denial, denied(denial, self.ring, event.resident, event.trail_key)))
        receipts = await record([each.event for each in denials], self.lane) if denials else []
        return [self.answer(each, receipt) for each, receipt in zip(denials, receipts, strict=True)]

    def _denied(self, denial: Denial, found: Located | None) -> Outcome:
        caller = denial.request.caller
        if denial.reasons == (Reason.OUT_OF_SCOPE,):
            self.misses.note(caller.principal.id, caller.at)
        resident, key = (found.sealed.resident, found.trail_key) if found else (None, None)
        return Outcome(denial, denied(denial, self.ring, resident, key))

    def answer(self, outcome: Outcome, receipt: Receipt) -> Answer:
        """Step 7. The receipt is what makes an outcome an answer."""
        result = outcome.result
        self._count(result)
        if isinstance(result, Denial):
            return Answer(429 if Reason.RATE_LIMITED in result.reasons else 403, refuse(result, receipt))
        return Answer(200, respond(result, receipt, outcome.rid))

    def _count(self, result: Disclosure | Denial) -> None:
        request = result.permit.request if isinstance(result, Disclosure) else result.request
        outcome = "disclosed" if isinstance(result, Disclosure) else "denied"
        reasons = result.reasons if isinstance(result, Denial) else {each.reason for each in result.withheld}
        purpose = request.purpose.id if request.purpose else ""
        self.meter.decision(purpose, request.caller.principal.role, outcome, reasons)
