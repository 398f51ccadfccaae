"""Filings accepted on paper: reading `filings.csv` and putting it on record."""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from hub.errors import BadInput
from hub.model.filing import Filing
from hub.model.principal import Role, parse_principal
from hub.model.purpose import Basis, Purpose
from hub.policy.snapshot import Snapshot
from hub.store.installation import system_event
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

COLUMNS = ("requester", "purpose", "basis", "citation", "scenario", "scope", "volume", "valid_until")
MOST_TEXT = 500
MOST_VOLUME = 10_000_000
_SCOPE = re.compile(r"[1-9][0-9]{1,14}")
_VOLUME = re.compile(r"[1-9][0-9]{0,7}")
_FILERS = frozenset({Role.DEPARTMENT, Role.ORGANISATION})


def read_filings(lines: Iterable[str], policies: Snapshot) -> list[Filing]:
    """Read filings, all of them or none.

    Args:
        lines: the file's lines, decoded; the first names the columns.
        policies: the catalogue they must agree with.

    Raises:
        BadInput: naming the row (the header is row 1), the column and the rule.
    """
    reader = csv.DictReader(lines, strict=True)
    if reader.fieldnames is None or set(reader.fieldnames) != set(COLUMNS):
        raise BadInput("header", f"must name exactly the columns {', '.join(COLUMNS)}")
    filings = [_filing(row, cells, policies) for row, cells in enumerate(reader, 2)]
    if len({filing.id for filing in filings}) < len(filings):
        raise BadInput("requester", "files the same purpose for the same scope twice")
    return filings


def put_on_record(writer: Writer, filings: list[Filing]) -> int:
    """Write filings and the entries that account for them, in one transaction. Returns how many."""
    at = datetime.now(UTC)

    def action(tx: SqlcipherTransaction) -> None:
        for filing in filings:
            record = filing.to_record()
            tx.put_control("filing", filing.id, record, system_event("filing", at, filing=record))

    [failure] = writer.run([action], sign=True)
    if failure is not None:
        raise failure
    return len(filings)


def _filing(row: int, cells: Mapping[str, str | None], policies: Snapshot) -> Filing:
    try:
        return _checked(cells, policies)
    except BadInput as error:
        raise BadInput(f"row {row}, {error.member}", error.rule) from None


def _checked(cells: Mapping[str, str | None], policies: Snapshot) -> Filing:
    text = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if None in cells or not all(text.values()):
        raise BadInput("columns", "must all be filled, and no other")
    principal = parse_principal(text["requester"])
    if principal.role not in _FILERS:
        raise BadInput("requester", "must be a department or an organisation")
    purpose = policies.purposes.get(text["purpose"])
    if purpose is None or principal.requester not in purpose.requesters:
        raise BadInput("purpose", "must be one of the catalogue that names this requester")
    if not _SCOPE.fullmatch(text["scope"]):
        raise BadInput("scope", "must be an area prefix of 2 to 15 digits")
    if not _VOLUME.fullmatch(text["volume"]) or int(text["volume"]) > MOST_VOLUME:
        raise BadInput("volume", f"must be a number of subjects a day, 1 to {MOST_VOLUME}")
    for name in ("citation", "scenario"):
        if len(text[name]) > MOST_TEXT:
            raise BadInput(name, f"must have at most {MOST_TEXT} characters")
    requester = f"{principal.role}:{principal.code}@{principal.area}"
    return Filing(
        id=f"{requester}/{purpose.id}/{text['scope']}",
        requester=requester,
        purpose=purpose.id,
        basis=_basis(text["basis"], purpose, policies.bases(purpose.id, principal.requester)),
        citation=text["citation"],
        scenario=text["scenario"],
        scope=text["scope"],
        volume=int(text["volume"]),
        valid_until=_day(text["valid_until"]),
    )


def _basis(text: str, purpose: Purpose, possible: tuple[Basis, ...]) -> Basis:
    if text not in {basis.value for basis in possible}:
        raise BadInput("basis", f"must be one that purpose `{purpose.id}` lets this requester stand on")
    return Basis(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("valid_until", "must be a date, YYYY-MM-DD") from None
