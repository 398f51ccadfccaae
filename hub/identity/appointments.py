"""Putting principals on record: who holds which role, current in every worker on the next request."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from hub.errors import BadInput
from hub.identity.principals import Appointment, check_separation
from hub.store.engine import Reader
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
    known = appointments(reader)
    held = known.get(principal)
    if held is None or not held.revoked:
        raise BadInput("principal", "is not on record as revoked")
    _write(writer, known, [Appointment(held.principal, held.valid_from, held.valid_until)])


def _is_revoked(held: Appointment | None) -> bool:
    return held is not None and held.revoked


def _write(writer: Writer, known: dict[str, Appointment], changed: list[Appointment]) -> None:
    together = known | {each.principal.id: each for each in changed}
    check_separation((f"`{name}`", each) for name, each in together.items())
    at = datetime.now(UTC)

    def action(tx: SqlcipherTransaction) -> None:
        for each in changed:
            record = each.to_record()
            about_resident = each.principal.rid
            # A resident's own id belongs to the part that is erased with them.
            shown = record | {"principal": "resident"} if about_resident else record
            event = system_event("principal", at, appointment=shown)
            if about_resident:
                event.subject["subject"] = tx.pseudonym(f"rid\0{about_resident}".encode())
            tx.put_control(KIND, each.principal.id, record, event)

    if changed:
        [failure] = writer.run([action], sign=True)
        if failure is not None:
            raise failure


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
