"""Consents of residents: given, refused, withdrawn and looked at, by themselves or by somebody who acts for them.

Each act is an entry about the resident, written together with what it changes, and counts from the next read on.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.locate import locate_resident
from hub.errors import BadInput, Reason
from hub.model.consent import Giver, Record, State, answered, consent, sound_recipient, state_at, withdrawn
from hub.model.principal import Role
from hub.model.purpose import Basis, Purpose
from hub.model.subject import Facts, is_under_consent_age
from hub.model.terms import CONSENTS, record_of, with_record
from hub.policy.consents import agreements
from hub.rights.consent_words import receipt_of, text_of
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, actor_part, own, own_self, pseudonym, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.transaction import SqlcipherTransaction

KIND = "consent"
ROUTES = "consents"
"""The matter of a mandate that is for all consents of a resident."""


class Answer(NamedTuple):
    """What a resident says to a purpose.

    Attributes:
        purpose: id of the purpose.
        give: yes or no.
        recipient: who may use it; empty for whoever may request the purpose.
        separate: whether it is said about this purpose alone: every answer is, unless it comes with other things.
        basis: which of the purpose's bases it is for; None for the first that an agreement makes stand.
        version: of the text that was read; None for the one shown now.
        duration: after which it ends by itself; None where it lasts until it is withdrawn.
    """

    purpose: str
    give: bool
    recipient: str = ""
    separate: bool = True
    basis: str | None = None
    version: str | None = None
    duration: timedelta | None = None


async def answer(desk: Desk, asked: Asked, said: Answer) -> dict[str, Any]:
    """Agree to a purpose, or refuse; what was said before to the same recipient ends.

    Raises:
        BadInput: basis, recipient or version do not fit the purpose.
        Refused: unknown purpose, one that needs nobody's agreement, or somebody else must say it; recorded.
        TrailUnavailable: nothing was said.
    """
    person = await own_self(desk, asked, KIND)
    purpose = desk.policies.purposes.get(said.purpose)
    if purpose is None:
        raise await refuse(desk, asked, KIND, Reason.UNKNOWN_PURPOSE, person)
    if purpose.id not in desk.policies.texts or not _within(asked, purpose.id):
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED, person)
    basis = _basis(purpose, said)
    if said.recipient and not sound_recipient(said.recipient, purpose.requesters):
        raise BadInput("recipient", "must be somebody who may request this purpose, such as `organisation:CODE@AREA`")
    version = desk.policies.texts[purpose.id].version
    if said.version is not None and said.version != version:
        raise BadInput("version", "is not that of the text as it stands; read it again")
    at = asked.caller.at
    record = consent(
        desk.ring.sealed_id(KIND, person.resident),
        State.GIVEN if said.give else State.REFUSED,
        purpose=purpose.id,
        mark=desk.policies.marks[purpose.id],
        recipient=said.recipient,
        basis=basis,
        separate=said.separate,
        giver=_giver(asked),
        by=_by(asked),
        version=version,
        at=at,
        until=at + said.duration if said.duration and said.give else None,
    )

    def change(facts: Facts) -> tuple[Record, dict[str, Any]]:
        return record, answered(facts.terms, record)

    return await _carry_out(desk, asked, person, change)


async def withdraw(desk: Desk, asked: Asked, name: str) -> dict[str, Any]:
    """Take a consent back; the next read finds none.

    Raises:
        Refused: no such consent, ended before, or somebody else must say it; recorded.
        TrailUnavailable: nothing was withdrawn.
    """
    person = await own_self(desk, asked, KIND)

    def change(facts: Facts) -> tuple[Record, dict[str, Any]] | Reason:
        record = record_of(facts.terms, CONSENTS, name)
        if record is None or not _within(asked, record["purpose"]):
            return Reason.NOT_FOUND
        if record["state"] != State.GIVEN:
            return Reason.ALREADY_DECIDED
        fresh = withdrawn(record, asked.caller.at)
        return fresh, with_record(facts.terms, CONSENTS, fresh)

    return await _carry_out(desk, asked, person, change)


async def consents(desk: Desk, asked: Asked) -> dict[str, Any]:
    """What a resident agreed to, refused and is asked, newest first, and what they may agree to; the look is recorded.

    Raises:
        Refused: not a resident; recorded.
        TrailUnavailable: nothing is shown.
    """
    person = await own_self(desk, asked, KIND)
    await desk.lane.record_all([own(desk, asked, person, act_of(asked, "consent_read", "disclosed"))])
    desk.turn.fresh()
    facts = _facts(desk, person.resident)
    records = reversed(facts.terms.get(CONSENTS, ())) if facts else ()
    return {
        "items": [shown(desk, asked, person.resident, each) for each in records if _within(asked, each["purpose"])],
        "next": None,
        "offered": [
            {
                "purpose": name,
                "purpose_name": desk.policies.purposes[name].name,
                "bases": [basis.value for basis in agreements(desk.policies.purposes[name])],
                "version": text.version,
                "text": text_of(text, desk.policies.purposes[name], ""),
            }
            for name, text in desk.policies.texts.items()
            if _within(asked, name)
        ],
    }


def shown(desk: Desk, asked: Asked, resident: int, record: Record) -> dict[str, Any]:
    """A consent as the resident sees it, with its receipt (ISO/IEC TS 27560)."""
    purpose = desk.policies.purposes.get(record["purpose"])
    state = state_at(record, desk.policies.marks.get(record["purpose"], ""), asked.caller.at)
    said = {
        "id": record["id"],
        "state": state.value,
        "purpose": record["purpose"],
        "purpose_name": purpose.name if purpose else None,
        "recipient": record["recipient"] or None,
        "kind": record["basis"],
        "separate": record["separate"],
        "given_by": record["giver"],
        "entered_by": record["by"],
        "version": record["version"],
        "at": record["at"],
        "until": record["until"] or None,
        "ended": record["ended"] or None,
    }
    return said | {"receipt": receipt_of(record, state, purpose, pseudonym(desk.ring, resident))}


async def _carry_out(
    desk: Desk,
    asked: Asked,
    person: Self,
    change: Callable[[Facts], tuple[Record, dict[str, Any]] | Reason],
) -> dict[str, Any]:
    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(person.resident)
        if facts is None:
            return Reason.NOT_FOUND
        refused = _not_theirs_to_say(asked, facts)
        changed = refused or change(facts)
        if isinstance(changed, Reason):
            return changed
        record, terms = changed
        act = act_of(asked, KIND, record["state"], purpose=record["purpose"], basis=record["basis"])
        told = {"consent": record["id"], **actor_part(desk.ring, asked)}
        tx.amend(person.resident, facts._replace(terms=terms), Event(act, told))
        return record

    made = await desk.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(desk, asked, KIND, made, person)
    return shown(desk, asked, person.resident, made)


def _not_theirs_to_say(asked: Asked, facts: Facts) -> Reason | None:
    """Under 14 a guardian decides and nobody else; from the birthday on the person does (个人信息保护法 第三十一条)."""
    by_guardian = asked.agent is not None and asked.agent.guardian
    if is_under_consent_age(facts.born, asked.caller.today):
        return None if by_guardian else Reason.GUARDIAN_CONSENT_MISSING
    return Reason.NOT_ALLOWED if by_guardian else None


def _basis(purpose: Purpose, said: Answer) -> Basis:
    possible = agreements(purpose)
    if said.basis is None:
        return Basis(possible[0])
    if said.basis not in possible:
        raise BadInput("basis", f"must be one of {', '.join(possible)}")
    return Basis(said.basis)


def _within(asked: Asked, purpose: str) -> bool:
    """Whether a purpose belongs to the matter of whoever acts for the resident."""
    return asked.agent is None or asked.agent.matter in (ROUTES, purpose)


def _giver(asked: Asked) -> Giver:
    return Giver.GUARDIAN if asked.agent and asked.agent.guardian else Giver.SELF


def _by(asked: Asked) -> str:
    # A guardian's own id belongs to no other person's file.
    principal = asked.actor.principal
    return principal.role.value if principal.role is Role.RESIDENT else principal.id


def _facts(desk: Desk, resident: int) -> Facts | None:
    found = locate_resident(resident, (), desk.reader, desk.ring)
    return found and found.facts
