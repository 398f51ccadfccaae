"""Notices: put on record within the write that gives occasion for them, and shown to whom they concern."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.model.notice import NOTICES, Matter, notice, with_notices
from hub.model.terms import listed
from hub.model.tier import Tier
from hub.rights.desk import Asked, Desk
from hub.rights.notice_words import text_of
from hub.rights.recording import act_of, actor_part, own, own_self
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.own_trail import file_of
from hub.store.sections import data_key, in_force, unseal
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import NOTIFYING

KIND = "notice"
WAITING = "waiting"
"""The list of everybody about whom a notice waits."""


class Wanted(NamedTuple):
    """A notice that is to be sent.

    Attributes:
        matter: what it says.
        to: the telephone number; empty where there is none, and for principals.
        principal: who is to be told in place of the person themselves.
        code: what its text is to show.
    """

    matter: Matter
    to: str = ""
    principal: str = ""
    code: str = ""


def announce(tx: SqlcipherTransaction, ring: Keyring, asked: Asked, resident: int, wanted: Sequence[Wanted]) -> None:
    """Put notices among those that wait, with their entry, within the write that gives occasion for them.

    Args:
        tx: the transaction.
        ring: the keys.
        asked: who gives occasion.
        resident: internal id of whom they concern.
        wanted: at least one.
    """
    act = act_of(asked, KIND, "waiting", matter=wanted[0].matter.value)
    put_notices(tx, ring, resident, wanted, Event(act, actor_part(ring, asked)), asked.caller.at)


def put_notices(
    tx: SqlcipherTransaction, ring: Keyring, resident: int, wanted: Sequence[Wanted], event: Event, at: datetime
) -> None:
    """The same with an entry that somebody else words, at an instant, UTC."""
    facts = tx.facts(resident)
    if facts is None:
        return
    fresh = [
        notice(ring.sealed_id(KIND, resident), each.matter, to=each.to, at=at, principal=each.principal, code=each.code)
        for each in wanted
    ]
    tx.amend(resident, facts._replace(terms=with_notices(facts.terms, fresh)), event)
    tx.list_under(resident, on=[waiting_list(ring)])


def waiting_list(ring: Keyring) -> bytes:
    """The token of the list of everybody about whom a notice waits."""
    return matter_token(ring, KIND, WAITING)


def telephone_of(tx: SqlcipherTransaction, ring: Keyring, resident: int) -> str:
    """The number at which a person is told, as it stands within a write; empty where the file has none."""
    sealed = tx.sealed(resident, (Tier.CONTACT,))
    if sealed is None:
        return ""
    key = data_key(ring, sealed.keys, Tier.CONTACT, NOTIFYING)
    return str(in_force(unseal(key, resident, Tier.CONTACT, sealed.sections[Tier.CONTACT])).get("tel", ""))


async def own_notices(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """What the caller was to be told, newest first; never a number, and never a code.

    Raises:
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: the look could not be recorded.
    """
    person = await own_self(desk, asked, KIND)
    found = file_of(desk.reader, desk.ring, person.resident)
    await desk.lane.record_all([own(desk, asked, person, act_of(asked, KIND, "disclosed"))])
    return [
        {
            "id": each["id"],
            "matter": each["matter"],
            "text": text_of(each["matter"], "******"),
            "at": each["at"],
            "state": each["state"],
            "handed_over": each.get("handed") or None,
        }
        for each in reversed(list(listed(found[1].terms, NOTICES)) if found else [])
        if not each.get("principal")
    ]
