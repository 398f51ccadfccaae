"""Who stands how: principals, filings and freezes as the control rows say, current on every request."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from hub.identity.principals import Appointment
from hub.model.deputy import Deputy
from hub.model.emergency import ORDER, UNREVIEWED, Order
from hub.model.filing import Filing, is_accepted
from hub.model.freeze import Freeze
from hub.model.instant import timestamp
from hub.model.merge import MERGE, STANDING
from hub.model.minor_approval import MINOR_APPROVAL, by_asker
from hub.model.minor_approval import Standing as StandingForMinors
from hub.model.naming import NAMING, Named, by_person
from hub.model.principal import Principal, Role
from hub.store.engine import ControlRow, Reader

MOST_REMEMBERED = 4096
"""Answers about filings that are kept until something changes."""
_COMMUNITY_DIGITS = 12
_OF_A_COMMUNITY = frozenset({Role.CLERK, Role.GRID_WORKER, Role.SECRETARY})


class Standing:
    """Principals, filings and freezes, reread whenever a control row of any kind has changed.

    Args:
        reader: the store.
        follow: called before anything is taken over, for whatever else is current like this.

    Attributes:
        frozen: internal id to how far the person's file is frozen; who is not in it is not frozen.
        deputies: by principal, for whom they stand in, now or at another time.
        unreviewed: by person, the instants at which reviews of emergencies they opened are due.
        orders: those open because of an event.
        minors: standing approvals to read the minors of a grid.
    """

    def __init__(self, reader: Reader, follow: Callable[[], None] = lambda: None) -> None:
        self._reader = reader
        self._follow = follow
        self._version = -1
        self._appointments: dict[str, Appointment] = {}
        self._filings: dict[tuple[str, str], list[Filing]] = {}
        self._in_force: dict[tuple[str, str, date], tuple[Filing, ...]] = {}
        self.frozen: dict[int, Freeze] = {}
        self.deputies: dict[str, list[Deputy]] = {}
        self._rids: dict[str, list[str]] = {}
        self._staff: dict[str, list[Appointment]] = {}
        self.unreviewed: dict[str, list[str]] = {}
        self.orders: tuple[Order, ...] = ()
        self.minors: StandingForMinors = {}
        self._named: Named | None = None
        self._merged: dict[int, int] = {}

    def refresh(self) -> None:
        """Take over what changed; costs one small read where nothing did.

        Raises:
            OperatorError: a control row was changed behind the hub's back: nobody stands then.
        """
        version = self._reader.control_version()
        if version == self._version:
            return
        self._version = -1
        self._follow()
        self._in_force.clear()
        self._named = None
        self._appointments = {row.id: Appointment.from_record(row.body) for row in self._reader.control("principal")}
        self._filings = {}
        # Of several that let the same be read, the one accepted last counts.
        accepted = (row for row in self._reader.control("filing") if is_accepted(row.body))
        for row in sorted(accepted, key=lambda row: -row.entry):
            filing = Filing.from_record(row.body)
            self._filings.setdefault((filing.requester.partition("@")[0], filing.purpose), []).append(filing)
        self._rids, self._staff = {}, {}
        for appointment in self._appointments.values():
            principal = appointment.principal
            if principal.rid:
                self._rids.setdefault(principal.person, []).append(principal.rid)
            elif principal.role in _OF_A_COMMUNITY:
                self._staff.setdefault(principal.area[:_COMMUNITY_DIGITS], []).append(appointment)
        self.deputies = {}
        for row in self._reader.control("deputy"):
            deputy = Deputy.from_record(row.body)
            self.deputies.setdefault(deputy.principal, []).append(deputy)
        waiting = (row.body for row in self._reader.control(UNREVIEWED))
        self.unreviewed = {str(body["person"]): list(_mapping(body["due"]).values()) for body in waiting if body["due"]}
        self.orders = orders(self._reader.control(ORDER))
        self._merged = standing_merges(row.body for row in self._reader.control(MERGE))
        self.frozen = freezes((row.body for row in self._reader.control("freeze")), self._merged)
        self.minors = by_asker(row.body for row in self._reader.control(MINOR_APPROVAL))
        self._version = version

    def holds(self, principal: str, day: date) -> bool:
        """Whether a principal's role is in force on a day in China."""
        appointment = self._appointments.get(principal)
        return appointment is not None and appointment.in_force_on(day)

    def in_office(self, role: Role, grid: str, day: date) -> list[Principal]:
        """Who holds a role over an area that a grid lies in, on a day in China."""
        held = (each for each in self._appointments.values() if each.in_force_on(day))
        return [each.principal for each in held if each.principal.role is role and grid.startswith(each.principal.area)]

    def staff_of(self, community: str, day: date) -> list[Principal]:
        """The clerks, grid workers and secretaries of a community in office on a day in China, by their ids."""
        held = (each.principal for each in self._staff.get(community, ()) if each.in_force_on(day))
        return sorted(held, key=lambda each: each.id)

    def appointments(self) -> dict[str, Appointment]:
        """Every principal on record by its id."""
        return self._appointments

    def rids_of(self, person: str) -> list[str]:
        """The internal rids of the residents that are one human being with a person."""
        return self._rids.get(person, [])

    def named(self) -> Named:
        """Who is named for whose sealed record; read when it is first asked for, since hardly anybody does."""
        if self._named is None:
            self._named = by_person((row.body for row in self._reader.control(NAMING)), self._merged)
        return self._named

    def is_overdue(self, person: str, at: datetime) -> bool:
        """Whether an emergency that a person opened should have been reviewed before an instant and was not."""
        return any(due <= timestamp(at) for due in self.unreviewed.get(person, ()))

    def filings(self, principal: Principal, purpose: str, day: date) -> tuple[Filing, ...]:
        """The filings in force that let a department or organisation use a purpose, the narrowest scope first."""
        key = (principal.organisation, purpose, day)
        if (found := self._in_force.get(key)) is None:
            requester = f"{principal.role}:{principal.code}"
            filed = self._filings.get((requester, purpose), ())
            covering = (filing for filing in filed if filing.covers(requester, principal.area, day))
            found = tuple(sorted(covering, key=lambda filing: (-len(filing.scope), -len(filing.requester))))
            if len(self._in_force) >= MOST_REMEMBERED:
                self._in_force.clear()
            self._in_force[key] = found
        return found


def orders(rows: Iterable[ControlRow]) -> tuple[Order, ...]:
    """The orders that nobody has closed, those first that end first."""
    found = (
        Order(row.id, *(str(row.body[name]) for name in Order._fields[1:]))
        for row in rows
        if row.body["state"] == "open"
    )
    return tuple(sorted(found, key=lambda order: order.until))


def _mapping(value: object) -> Mapping[str, str]:
    return value if isinstance(value, Mapping) else {}


def freezes(records: Iterable[Mapping[str, Any]], merged: Mapping[int, int]) -> dict[int, Freeze]:
    """The freezes in force, by internal id; of several, what binds most.

    Args:
        records: of control rows.
        merged: the internal id of a file that was given up to that of the one that took it in.
    """
    frozen: dict[int, Freeze] = {}
    for record in records:
        resident = merged.get(record["resident"], record["resident"])
        if record["state"] == "in_force" and frozen.get(resident) is not Freeze.HELD:
            frozen[resident] = Freeze(record["extent"])
    return frozen


def standing_merges(records: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """The merges that stand: which file was given up for which."""
    return {record["given_up"]: record["resident"] for record in records if record["state"] in STANDING}
