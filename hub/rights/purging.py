"""What must be so before anything is purged from the trail: its age, by several clocks, and that nothing needs it.

Nobody can purge what is younger than the operator's minimum, which is never under 180 days. The machine's clock is not
believed by itself: the log's own time must agree (`hub/store/log_age.py`), and so must witnesses, where there are any.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from audit.cosignature import cosigned_at
from audit.note import verify
from audit.policy import Policy
from audit.purge import KIND
from hub.errors import BadInput, OperatorError
from hub.model import case
from hub.model.emergency import Review
from hub.model.freeze import Freeze
from hub.model.instant import CHINA, timestamp
from hub.model.mandate import MANDATES, State, state_at
from hub.model.merge import MERGE
from hub.model.observation import OBSERVATIONS, state_of
from hub.model.observation import State as Observed
from hub.model.subject import Facts
from hub.model.terms import EMERGENCIES, listed
from hub.rights.deferrals import KIND as DEFERRAL
from hub.rights.requests import ANOMALY, DISPUTE, ERASURE, FREEZE, IN_FORCE
from hub.store.controls import current
from hub.store.directory import Directory
from hub.store.installation import signer, system_event
from hub.store.keys import Keyring
from hub.store.log_age import older_than
from hub.store.purging import Bounds, Held, Purged, purge_entries
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.witnesses import against, load_witnesses
from hub.store.witnessing import witness_now
from hub.store.writer import Writer

_OPEN = frozenset({"open", "pending", "approved"})
"""States of requests about a person that are not over."""


class Means(NamedTuple):
    """What a purge works with."""

    directory: Directory
    ring: Keyring
    writer: Writer
    reader: SqlcipherReader


def purge(means: Means, before: datetime, minimum: timedelta, now: datetime) -> Purged:
    """Purge what is older than a time, as far as it may be.

    Args:
        means: of the installation, with no view open.
        before: only entries from before this instant, UTC.
        minimum: what is younger stays, whoever asks.
        now: the machine's clock, UTC; believed no further than log and witnesses bear it out.

    Raises:
        BadInput: entries of before that instant can be younger than the minimum; nothing was purged.
        OperatorError: store and log contradict each other, or witnesses do not say what time it is; nothing was purged.
        TrailUnavailable: not everything is done; running it again goes on.
    """
    if before > now - minimum:
        raise BadInput("before", f"must be {minimum.days} days ago or longer: younger entries are purged by nobody")
    if means.reader.damaged() or means.reader.damaged_files(1):
        raise OperatorError("store and log contradict each other: nothing is purged; run `hub doctor`")
    event = prepare(system_event(KIND, now, outcome="intended", before=timestamp(before)))
    [failure] = means.writer.run([lambda tx: tx.record(event)], sign=True)
    if isinstance(failure, Exception):
        raise failure
    surely = min(now, _witnessed(means) or now)
    if before > surely - minimum:
        raise OperatorError("by the witnesses' clocks entries of before that day are too young: nothing is purged")
    with means.reader.view():
        below = older_than(means.reader.db, minimum, surely)
    bounds = Bounds(below, before, now)
    return purge_entries(means.writer, means.reader, means.ring, bounds, held_at(means.ring, surely))


def held_at(ring: Keyring, at: datetime) -> Held:
    """The question, to be asked within a transaction, whether something open needs the entries about a person."""
    known: list[tuple[SqlcipherTransaction, set[object]]] = []

    def held(tx: SqlcipherTransaction, resident: int) -> bool:
        if not known or known[0][0] is not tx:
            known[:] = [(tx, _with_open_rows(tx, ring, at))]
        facts = tx.facts(resident)
        return resident in known[0][1] or facts is None or _open_terms(facts, at)

    return held


def _with_open_rows(tx: SqlcipherTransaction, ring: Keyring, at: datetime) -> set[object]:
    """Who has a dispute, an anomaly, an erasure, a freeze in its place, a deferral or a merge open."""
    found: set[object] = {row[0] for row in tx.db.execute("SELECT resident FROM erasure")}
    for kind in (DISPUTE, ANOMALY, ERASURE, FREEZE, DEFERRAL, MERGE):
        for body in (row.body for row in current(tx.db, ring, kind)):
            frozen = kind == FREEZE and body["state"] == IN_FORCE and body["extent"] == Freeze.HELD
            over = kind == DEFERRAL and str(body["until"]) <= at.astimezone(CHINA).date().isoformat()
            if frozen or (kind != FREEZE and body["state"] in _OPEN and not over):
                found |= {body.get("resident"), body.get("given_up")}
    return found


def _open_terms(facts: Facts, at: datetime) -> bool:
    """Whether a mandate or case is open, an emergency waits for its review, an observation for its source or order."""
    return (
        any(case.state_at(each, at) is case.State.OPEN for each in listed(facts.terms, case.CASES))
        or any(state_at(each, at) is not State.ENDED for each in listed(facts.terms, MANDATES))
        or any(each["review"] == Review.UNREVIEWED for each in listed(facts.terms, EMERGENCIES))
        or any(each["order"] or state_of(each) is Observed.PENDING for each in listed(facts.terms, OBSERVATIONS))
    )


def _witnessed(means: Means) -> datetime | None:
    """The latest time that a quorum of witnesses has put on the last checkpoint, or None where none are named.

    Raises:
        OperatorError: they contradict the log, or too few of them answer.
    """
    policy = load_witnesses(means.directory, signer(means.directory, means.ring).verifier)
    if policy is None:
        return None
    gathered = witness_now(means.directory, policy, means.reader, means.writer)
    if gathered is None or against(gathered):
        raise OperatorError("a witness contradicts the log: nothing is purged; run `hub doctor`")
    if (time := agreed_time(policy, gathered.note)) is None:
        raise OperatorError("too few witnesses answer to say what time it is: nothing is purged; try again")
    return time


def agreed_time(policy: Policy, note: bytes) -> datetime | None:
    """The latest time that a quorum says it is at least; None where those who cosigned are no quorum.

    Args:
        policy: the witnesses.
        note: a checkpoint with cosignatures.
    """
    times = {}
    for signature in verify(note, policy.keys).signatures:
        for witness in policy.witnesses:
            if (witness.key.name, witness.key.key_id) == (signature.name, signature.key_id):
                times[witness.name] = cosigned_at(signature)
    for time in sorted(times.values(), reverse=True):
        if policy.satisfied({name for name, said in times.items() if said >= time}):
            return datetime.fromtimestamp(time, CHINA)
    return None
