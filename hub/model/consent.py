"""Consent (同意): asked for, given, refused, withdrawn, for one purpose and a named recipient.

Consents lie in the control section of the person they are about. Each is bound to the purpose as it stood: when the
purpose changes, the person must be asked anew. Who must have said yes follows the person's age on the day of the read:
under 14 a guardian, from the fourteenth birthday on the person (个人信息保护法 第三十一条).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hub.model.instant import timestamp
from hub.model.principal import DEPARTMENTS, Principal, Role
from hub.model.purpose import Basis
from hub.model.terms import CONSENTS, Terms, listed

COOL_DOWN = timedelta(days=30)
"""For which nobody may ask again after a refusal."""
KEPT = 50
"""Consents among one person's terms; the oldest that ended make way, and the trail keeps all of them for good."""
AGREEMENTS = (Basis.CONSENT, Basis.SEPARATE_CONSENT, Basis.GUARDIAN_CONSENT, Basis.CONTRACT)
"""Bases that a person's own yes, or their guardian's, makes stand."""
Record = dict[str, Any]


class Text(NamedTuple):
    """What is read before agreeing.

    Attributes:
        version: of the text.
        text: language code to text with `{purpose}`, `{recipient}`, `{kinds}` and `{retention}` to be filled in.
    """

    version: str
    text: Mapping[str, str]


class Giver(StrEnum):
    """Whose yes or no it is."""

    SELF = "self"
    GUARDIAN = "guardian"


class State(StrEnum):
    """Where a consent stands; `EXPIRED` and `LAPSED` follow from time and from the purpose, and are never written."""

    REQUESTED = "requested"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"
    LAPSED = "lapsed"


def consent(
    name: str,
    state: State,
    *,
    purpose: str,
    mark: str,
    recipient: str,
    basis: Basis,
    separate: bool,
    giver: Giver,
    by: str,
    version: str,
    at: datetime,
    until: datetime | None,
) -> Record:
    """A consent as it is written down.

    Args:
        name: its id.
        state: `REQUESTED`, `GIVEN` or `REFUSED`.
        purpose: id of the purpose.
        mark: digest of the purpose as it stands.
        recipient: who may use it, such as `organisation:canteen01@339999`; empty for whoever may request the purpose.
        basis: one of `AGREEMENTS`.
        separate: whether it was given for this purpose alone and not along with anything else.
        giver: whose yes or no it is.
        by: the principal who entered it; a resident's role alone.
        version: of the text that was read.
        at: now, UTC.
        until: when it ends by itself; None where it lasts until it is withdrawn.
    """
    return {
        "id": name,
        "state": state.value,
        "purpose": purpose,
        "mark": mark,
        "recipient": recipient,
        "basis": basis.value,
        "separate": separate,
        "giver": giver.value,
        "by": by,
        "version": version,
        "at": timestamp(at),
        "until": timestamp(until) if until else "",
        "ended": "",
    }


def state_at(record: Mapping[str, Any], mark: str, at: datetime) -> State:
    """Where a consent stands at an instant, under the purpose as it is now."""
    state = State(record["state"])
    if state is not State.GIVEN:
        return state
    if record["until"] and timestamp(at) >= record["until"]:
        return State.EXPIRED
    return State.GIVEN if record["mark"] == mark else State.LAPSED


def answered(terms: Terms, record: Record) -> dict[str, Any]:
    """The terms with a yes or no, which stands in place of what was asked or said before for the same recipient."""
    records = [_superseded(each, record) for each in listed(terms, CONSENTS)]
    return {**terms, CONSENTS: _fewest([*(each for each in records if each is not None), record])}


def requested(terms: Terms, record: Record) -> dict[str, Any]:
    """The terms with a question that waits for the person's answer."""
    return {**terms, CONSENTS: _fewest([*listed(terms, CONSENTS), record])}


def withdrawn(record: Record, at: datetime) -> Record:
    """A consent taken back: from now on it stands for nothing."""
    return record | {"state": State.WITHDRAWN.value, "ended": timestamp(at)}


def may_ask(terms: Terms, purpose: str, asker: Principal, at: datetime) -> bool:
    """Whether somebody may ask for a consent: nothing waits, and no refusal is younger than the cool-down."""
    since = timestamp(at - COOL_DOWN)
    for record in listed(terms, CONSENTS):
        if record["purpose"] != purpose or not covers(record["recipient"], asker):
            continue
        if record["state"] == State.REQUESTED or (record["state"] == State.REFUSED and record["at"] > since):
            return False
    return True


def agreed(
    terms: Terms, principal: Principal, purpose: str, mark: str, at: datetime, *, by_guardian: bool
) -> frozenset[Basis]:
    """The bases for which a person's agreement with a purpose and a recipient stands.

    What was said last counts where several consents reach the same recipient.

    Args:
        terms: the person's.
        principal: who wants to read.
        purpose: id of the purpose.
        mark: digest of the purpose as it stands.
        at: the instant of the read, UTC.
        by_guardian: whether it takes a guardian's yes: the person is under 14 on that day.
    """
    giver = Giver.GUARDIAN if by_guardian else Giver.SELF
    standing: frozenset[Basis] = frozenset()
    for record in terms.get(CONSENTS, ()):
        if record["purpose"] != purpose or record["giver"] != giver or not covers(record["recipient"], principal):
            continue
        state = state_at(record, mark, at)
        if state is State.REFUSED:
            standing = frozenset()
        elif state is State.GIVEN:
            standing |= _unlocked(record)
    return standing


def _unlocked(record: Mapping[str, Any]) -> frozenset[Basis]:
    if record["basis"] == Basis.CONTRACT:
        return frozenset({Basis.CONTRACT})
    if not record["separate"]:
        # Given along with other things it is no separate consent, and a child's data are sensitive altogether.
        return frozenset({Basis.CONSENT})
    more = {Basis.GUARDIAN_CONSENT} if record["giver"] == Giver.GUARDIAN else set()
    return frozenset({Basis.CONSENT, Basis.SEPARATE_CONSENT, *more})


def covers(recipient: str, principal: Principal) -> bool:
    """Whether a recipient such as `organisation:canteen01@339999`, `organisation` or nobody in particular is meant."""
    if not recipient:
        return True
    role, _, scope = recipient.partition(":")
    code, _, area = scope.partition("@") if principal.code else ("", "", scope)
    return role == principal.role and code in ("", principal.code) and principal.area.startswith(area)


def sound_recipient(recipient: str, requesters: frozenset[str]) -> bool:
    """Whether a text names somebody who could request a purpose.

    Args:
        recipient: a role, or a role with code and area as principals have them.
        requesters: of the purpose.
    """
    role, colon, scope = recipient.partition(":")
    code, at, area = scope.partition("@")
    if role in (Role.DEPARTMENT, Role.ORGANISATION):
        if bool(at) != bool(area) or (colon and not code):
            return False
        named = f"{role}:{code}"
        fits = named in requesters if role == Role.DEPARTMENT else role in requesters
        return fits and (not area or area.isdigit()) and (role != Role.DEPARTMENT or code in DEPARTMENTS)
    return role in requesters and (not colon or scope.isdigit())


def _superseded(record: Record, fresh: Record) -> Record | None:
    if record["purpose"] != fresh["purpose"] or fresh["recipient"] not in ("", record["recipient"]):
        return record
    if record["state"] == State.REQUESTED:
        return None  # an answer to this one, or to everybody
    if record["state"] != State.GIVEN or record["giver"] != fresh["giver"]:
        return record
    if fresh["state"] == State.REFUSED:
        return withdrawn(record, datetime.fromisoformat(fresh["at"]))
    if record["recipient"] != fresh["recipient"]:
        return record
    return record | {"state": State.REPLACED.value, "ended": fresh["at"]}


def _fewest(records: list[Record]) -> list[Record]:
    live = {State.REQUESTED, State.GIVEN, State.REFUSED}
    ended = [number for number, each in enumerate(records) if each["state"] not in live]
    dropped = set(ended[: max(len(records) - KEPT, 0)])
    return [each for number, each in enumerate(records) if number not in dropped]
