"""Who holds which role, over which area, from when until when (`principals.csv`)."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hub.errors import BadInput
from hub.model.principal import Principal, Role, parse_principal

COLUMNS = ("principal", "valid_from", "valid_until")

# Mainland China has one time and no daylight saving, so no time zone database is needed.
_CHINA = timezone(timedelta(hours=8))
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
_MOST_ROW_CHARACTERS = 1024
_SEPARATED = (Role.ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person's role for a time.

    Attributes:
        principal: the role, its area and the person.
        valid_from: the first day, China's calendar; None for always.
        valid_until: the last day, inclusive; None for no end.
        revoked: whether it was ended at once, whatever the days say.
    """

    principal: Principal
    valid_from: date | None = None
    valid_until: date | None = None
    revoked: bool = False

    def in_force(self, now: datetime) -> bool:
        """Tell whether it counts at this instant (aware, any zone)."""
        return self.in_force_on(now.astimezone(_CHINA).date())

    def in_force_on(self, today: date) -> bool:
        """Tell whether it counts on a day of China's calendar."""
        if self.revoked:
            return False
        return (self.valid_from or date.min) <= today <= (self.valid_until or date.max)

    def to_record(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return {
            "principal": self.principal.id,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "revoked": self.revoked,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Appointment":
        """Read what `to_record` wrote.

        Raises:
            BadInput: a member is missing, unknown or malformed.
        """
        if record.keys() != {*COLUMNS, "revoked"} or not isinstance(record["revoked"], bool):
            raise BadInput("appointment", f"must have {', '.join(COLUMNS)} and a true or false `revoked`")
        cells = {column: "" if record[column] is None else record[column] for column in COLUMNS}
        if not all(isinstance(cell, str) for cell in cells.values()):
            raise BadInput("appointment", "its members must be texts")
        return cls(*_cells(cells), revoked=record["revoked"])


def read_appointments(lines: Iterable[str]) -> tuple[Appointment, ...]:
    """Read `principals.csv`, all of it or nothing.

    Args:
        lines: the file's lines, decoded; the first names the columns.

    Returns:
        The appointments in the file's order.

    Raises:
        BadInput: naming row (the header is row 1) and column, or the rows that break the separation of duties.
    """
    numbered = list(_rows(lines))
    seen: dict[str, int] = {}
    for row, appointment in numbered:
        first = seen.setdefault(appointment.principal.id, row)
        if first != row:
            raise BadInput(f"row {row}, principal", f"must not repeat row {first}")
    check_separation((f"row {row}", appointment) for row, appointment in numbered)
    return tuple(appointment for _, appointment in numbered)


def check_separation(labelled: Iterable[tuple[str, Appointment]]) -> None:
    """Refuse that one person is two of admin, security officer and auditor on any one day.

    Args:
        labelled: appointments, each with what an error shall call it.

    Raises:
        BadInput: naming the two that cannot stand together.
    """
    held: dict[str, list[tuple[str, Appointment]]] = {}
    for label, appointment in labelled:
        if appointment.revoked or appointment.principal.role not in _SEPARATED:
            continue
        others = held.setdefault(appointment.principal.person, [])
        for other_label, other in others:
            if other.principal.role is not appointment.principal.role and _overlap(other, appointment):
                duties = f"{other.principal.role} and {appointment.principal.role}"
                raise BadInput("principal", f"{other_label} and {label}: nobody may be {duties} at once")
        others.append((label, appointment))


def _overlap(one: Appointment, other: Appointment) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_until or date.max, other.valid_until or date.max)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, Appointment]]:
    reader = csv.reader(lines, strict=True)
    try:
        header = [cell.removeprefix("\ufeff").strip() for cell in next(reader, [])]
        if len(set(header)) != len(header) or not {"principal"} <= set(header) <= set(COLUMNS):
            raise BadInput("header", f"must name the column principal and may name {' and '.join(COLUMNS[1:])}")
        for cells in reader:
            if any(cells):
                yield reader.line_num, _appointment(reader.line_num, header, cells)
    except csv.Error:
        raise BadInput(f"row {reader.line_num}", "is not CSV: a quote is not closed, or a cell is too long") from None


def _appointment(row: int, header: list[str], cells: list[str]) -> Appointment:
    if len(cells) != len(header) or sum(map(len, cells)) > _MOST_ROW_CHARACTERS:
        raise BadInput(f"row {row}", f"must have {len(header)} cells of sensible length")
    try:
        return Appointment(*_cells(dict(zip(header, map(str.strip, cells), strict=True))))
    except BadInput as bad:
        raise BadInput(f"row {row}, {bad.member}", bad.rule) from None


def _cells(cells: Mapping[str, str]) -> tuple[Principal, date | None, date | None]:
    principal = parse_principal(cells["principal"])
    starts, ends = _day(cells, "valid_from"), _day(cells, "valid_until")
    if starts and ends and ends < starts:
        raise BadInput("valid_until", "must not be before `valid_from`")
    return principal, starts, ends


def _day(cells: Mapping[str, str], column: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        # Python would read week dates, too.
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise BadInput(column, "must be a date, YYYY-MM-DD or YYYYMMDD, or empty") from None
