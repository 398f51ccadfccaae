"""Signing in and out of the pages: a random id in a cookie, a sealed row in the store, an entry in the trail.

A session asserts who somebody is, never what they may do: whether the role is in force, every request asks anew.
"""

from functools import lru_cache, partial
from typing import NamedTuple

from hub.access.flow import Road
from hub.errors import Unauthenticated
from hub.model.instant import day_of
from hub.model.principal import Caller, Principal, parse_principal
from hub.model.subject import age_on
from hub.rights.desk import Asked, Refused
from hub.rights.own_file import held_values
from hub.rights.recording import act_of, own, own_self
from hub.schema.fields import fields
from hub.store import sessions as rows
from hub.store.engine import Event
from hub.store.own_trail import self_of
from hub.store.sessions import Session, name_of
from hub.web.site import fresh_secret

IDLE_SECONDS = 15 * 60
"""After which a session that nobody uses has ended."""
LONGEST_SECONDS = 8 * 3600
"""After which any session has ended."""
_NOTED_EVERY = 60
_LARGE_FROM = 60
SIGN_IN, SIGN_OUT = "sign_in", "sign_out"


class SignedIn(NamedTuple):
    """A session that is in force.

    Attributes:
        name: what it is filed under.
        session: what is on record.
        principal: as whom.
    """

    name: bytes
    session: Session
    principal: Principal


async def sign_in(road: Road, principal: Principal, operator: str, trace_id: str) -> tuple[str, Session]:
    """Begin a session; its entry is durable before anybody learns the id.

    Args:
        road: the road's means.
        principal: who they are, as whoever vouches for them says.
        operator: the human operator of a department or organisation.
        trace_id: joins the entry with telemetry.

    Returns:
        The id for the browser, always a fresh one, and the session.

    Raises:
        Unauthenticated: the role is not in force, or the resident's file is not here.
        TrailUnavailable: there is no session.
    """
    asked = Asked(road.enter_as(principal, operator), trace_id)
    event, large = await _event(road, asked)
    now = int(asked.caller.at.timestamp())
    session = Session(principal.id, operator, now, now, now + LONGEST_SECONDS, fresh_secret(), large)
    secret = fresh_secret()
    name = name_of(secret)
    begin = partial(rows.begin, ring=road.ring, name=name, person=principal.person, session=session, event=event)
    await road.lane.write(begin)
    return secret, session


def find(road: Road, secret: str) -> SignedIn | None:
    """The session of an id, where it is in force and the role still is; what is old is gone without a word."""
    road.turn.begin()
    name = name_of(secret)
    stored = road.reader.session(name)
    session = rows.opened(road.ring, name, stored) if stored else None
    if session is None:
        return None
    now = int(road.clock().timestamp())
    if now >= session.ends or now - session.used >= IDLE_SECONDS:
        return None
    signed_in = SignedIn(name, session, _principal(session.principal))
    if not road.standing.holds(signed_in.principal.id, day_of(road.clock())):
        return None
    if now - session.used >= _NOTED_EVERY:
        used = session._replace(used=now)
        noted = road.lane.write(partial(rows.touch, ring=road.ring, name=name, session=used))
        # Where this cannot be written, the session ends early; the page itself says what is wrong.
        noted.add_done_callback(lambda done: done.cancelled() or done.exception())
    return signed_in


async def sign_out(road: Road, signed_in: SignedIn, trace_id: str) -> None:
    """End one session. Raises TrailUnavailable where it goes on."""
    await road.lane.write(partial(rows.end, name=signed_in.name, event=await _left(road, signed_in, trace_id)))


async def sign_out_everywhere(road: Road, signed_in: SignedIn, trace_id: str) -> None:
    """End all sessions of the human being, in whatever role. Raises TrailUnavailable where they go on."""
    person, event = signed_in.principal.person, await _left(road, signed_in, trace_id)
    await road.lane.write(partial(rows.end_all, ring=road.ring, person=person, event=event))


@lru_cache(maxsize=4096)
def _principal(text: str) -> Principal:
    return parse_principal(text)


async def _event(road: Road, asked: Asked) -> tuple[Event, bool]:
    """The entry of a sign-in, and whether large type is fitting: a resident's age is read for that, and said so."""
    if not asked.caller.principal.rid:
        return Event(_act(asked, SIGN_IN), {"subject": ""}), False
    try:
        person = await own_self(road, asked, SIGN_IN)
    except Refused:
        raise Unauthenticated("there is no file of this resident") from None
    [born, *_] = held_values(road, person.resident, fields()["dob"]) or [None]
    large = born is not None and age_on(str(born.value), asked.caller.today) >= _LARGE_FROM
    read = act_of(asked, SIGN_IN, "done", fields=["is_60_or_over"])
    return own(road, asked, person, read), large


async def _left(road: Road, signed_in: SignedIn, trace_id: str) -> Event:
    now = road.clock()
    asked = Asked(Caller(signed_in.principal, signed_in.session.operator, now, day_of(now)), trace_id)
    person = self_of(road.reader, road.ring, signed_in.principal.rid) if signed_in.principal.rid else None
    if person is not None:
        return own(road, asked, person, act_of(asked, SIGN_OUT, "done"))
    return Event(_act(asked, SIGN_OUT), {"subject": ""})


def _act(asked: Asked, kind: str) -> dict[str, object]:
    return act_of(asked, kind, "done", purpose=None, basis=None)
