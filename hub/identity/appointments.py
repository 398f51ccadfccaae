"""Putting principals on record: who holds which role, current in every worker on the next request."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from hub.errors import BadInput
from hub.identity.principals import Appointment, check_separation
from hub.store.engine import Event, Reader
from hub.store.installation import system_event
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

KIND = "principal"


def appointments(reader: Reader) -> dict[str, Appointment]:
    """Everybody on record, by principal id."""
    return {row.id: Appointment.from_record(row.body) for row in reader.control(KIND)}


class Appointed(NamedTuple):
    """What became of appointments.

    Attributes:
        changed: how many differ from what was on record.
        still_revoked: how many were revoked, and stay so.
    """

    changed: int
    still_revoked: int


def appoint(writer: Writer, reader: Reader, fresh: Sequence[Appointment]) -> Appointed:
    """Write appointments, each with its entry, in one transaction; one on record for the same principal is replaced.

    A principal that was revoked stays revoked: loading an old list again must not bring anybody back.

    Raises:
        BadInput: somebody would hold two duties that must be apart.
        TrailUnavailable: nothing was written.
    """
    known = appointments(reader)
    kept_out = [each for each in fresh if _is_revoked(known.get(each.principal.id)) and not each.revoked]
    changed = [each for each in fresh if each not in kept_out and known.get(each.principal.id) != each]
    _write(writer, known, changed)
    return Appointed(len(changed), len(kept_out))


def reinstate(writer: Writer, reader: Reader, principal: str) -> None:
    """Bring a revoked principal back, for the days it was appointed for.

    Raises:
        BadInput: it is not on record as revoked, or its person has taken up a duty that must be apart.
    """
    _write(writer, appointments(reader), [reinstated(reader, principal)])


def reinstated(reader: Reader, principal: str) -> Appointment:
    """A revoked appointment as it would be again. Raises BadInput where it is not on record as revoked."""
    held = appointments(reader).get(principal)
    if held is None or not held.revoked:
        raise BadInput("principal", "is not on record as revoked")
    return Appointment(held.principal, held.valid_from, held.valid_until)


def _is_revoked(held: Appointment | None) -> bool:
    return held is not None and held.revoked


def _write(writer: Writer, known: dict[str, Appointment], changed: list[Appointment]) -> None:
    together = known | {each.principal.id: each for each in changed}
    check_separation((f"`{name}`", each) for name, each in together.items())
    at = datetime.now(UTC)

    def action(tx: SqlcipherTransaction) -> None:
        for each in changed:
            put_on_record(tx, each, lambda **more: system_event(KIND, at, **more))

    if changed:
        [failure] = writer.run([action], sign=True)
        if failure is not None:
            raise failure


def put_on_record(tx: SqlcipherTransaction, appointment: Appointment, speak: Callable[..., Event]) -> None:
    """Write one appointment with its entry.

    Args:
        tx: the write transaction.
        appointment: replaces the one on record for the same principal.
        speak: makes the event, whose act gets the member `appointment`.
    """
    record, rid = appointment.to_record(), appointment.principal.rid
    # A resident's own id belongs to the part that is erased with them.
    event = speak(appointment=record | {"principal": "resident"} if rid else record)
    if rid:
        event = event._replace(subject=event.subject | {"subject": tx.pseudonym(f"rid\0{rid}".encode())})
    tx.put_control(KIND, appointment.principal.id, record, event)


def revoke(writer: Writer, reader: Reader, principal: str) -> None:
    """End a principal's role at once, in every worker.

    Raises:
        BadInput: there is no such principal.
    """
    known = appointments(reader).get(principal)
    if known is None:
        raise BadInput("principal", "is not on record")
    ended = Appointment(known.principal, known.valid_from, known.valid_until, revoked=True)
    appoint(writer, reader, [ended])
