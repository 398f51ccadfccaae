"""From the cells of a row to the values of a file: compiled once for each import, because it runs for every row."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hub.errors import BadInput
from hub.feeds.cross_checks import CrossChecks, Values
from hub.feeds.feed import Feed
from hub.model.file import Value
from hub.model.tier import Tier
from hub.schema.dates import add_days
from hub.schema.doubts import NONE, Doubt, doubt_of
from hub.schema.fields import fields
from hub.schema.idno import normalise_idno
from hub.schema.normalise import SPREADS, Rule, rule_of, spreading_rule

_REMEMBERED = 1024
"""How many different cells of a column are remembered with what they say."""
_NOT_VALUES = frozenset({"rid"})  # the file's own name, not something that is said in it


class Parsed(NamedTuple):
    """What one row says.

    Attributes:
        idno: whom it is about, normalised.
        rid: the internal id the row carries, or empty.
        values: tier to field key to value. A value of None withdraws what the same source said before.
    """

    idno: str
    rid: str
    values: Values


class _Plain(NamedTuple):
    """One compiled column: where it stands, how it is checked, what its values carry, and some cells it had before."""

    place: int
    key: str
    rule: Rule
    doubt: Doubt | None
    basis: str
    verified: bool
    until: str
    known: dict[str, Value]


class _Spreading(NamedTuple):
    """One compiled column that brings several fields."""

    place: int
    key: str
    rule: Callable[[Any], dict[str, Any]]
    basis: str
    until: str


class RowParser:
    """Parses the rows of one file."""

    def __init__(self, feed: Feed, columns: tuple[str, ...], at: str, today: str) -> None:
        """Compile.

        Args:
            feed: the feed.
            columns: the file's columns, in order.
            at: the date the values were collected, `YYYY-MM-DD`.
            today: the date of the import.
        """
        self._source, self._at, self._today = feed.department, at, today
        self._idno = columns.index("idno")
        self._rid = columns.index("rid") if "rid" in columns else -1
        self._required = [(columns.index(key), key) for key, column in feed.columns.items() if column.required]
        self._checks = CrossChecks(columns, today)
        self._order = {key: index for index, key in enumerate(columns)}
        by_tier: dict[Tier, list[_Plain]] = {}
        self._spreading: list[_Spreading] = []
        for index, key in enumerate(columns):
            column = feed.columns[key]
            until = add_days(at, column.keep_days) if column.keep_days else ""
            verified = column.field.sources[0] == feed.department
            if key in SPREADS:
                self._spreading.append(_Spreading(index, key, spreading_rule(key), column.basis, until))
            elif key not in _NOT_VALUES:
                plain = _Plain(index, key, rule_of(key), doubt_of(key), column.basis, verified, until, {})
                by_tier.setdefault(column.field.tier, []).append(plain)
        self._tiers = list(by_tier.items())

    def parse(self, cells: list[Any]) -> Parsed:
        """Check and normalise one row.

        Args:
            cells: one for each column; empty text says nothing about its field.

        Raises:
            BadInput: naming the first bad field in the order of the columns and its rule; the rule's text goes on with
                the other bad fields, so that one round of correction is enough.
        """
        for index, key in self._required:
            if not cells[index]:
                raise BadInput(key, "is required")
        try:
            return self._finish(cells, self._values(cells))
        except BadInput:
            return self._parse_with_care(cells)

    def pass_over(self, cells: list[Any]) -> None:
        """Note of a row that another process parses what the checks of later rows must know."""
        self._checks.note_head(cells)

    def _finish(self, cells: list[Any], values: Values) -> Parsed:
        idno: str = values[Tier.IDENTITY]["idno"].value
        rid: str = rule_of("rid")(cells[self._rid]) if self._rid >= 0 and cells[self._rid] else ""
        self._checks.flag(idno, values)
        return Parsed(idno, rid, values)

    def _values(self, cells: list[Any]) -> Values:
        source, at, today = self._source, self._at, self._today
        values: Values = {}
        for tier, columns in self._tiers:
            section: dict[str, Value] = {}
            for index, key, rule, doubt, basis, verified, until, known in columns:
                raw = cells[index]
                if not raw:
                    continue
                plain = raw.__class__ is str
                if plain and (said := known.get(raw)) is not None:
                    section[key] = said
                    continue
                value = rule(raw)
                flags = doubt(value, today) if doubt else NONE
                section[key] = said = Value(value, source, at, basis, verified, until, flags)
                if plain and len(known) < _REMEMBERED:
                    known[raw] = said  # most columns hold codes and areas, the same again and again
            if section:
                values[tier] = section
        for column in self._spreading:
            if cells[column.place]:
                self._spread(column, cells[column.place], values)
        return values

    def _spread(self, column: _Spreading, raw: Any, values: Values) -> None:
        known = fields()
        for key, value in column.rule(raw).items():
            field = known[key]
            verified = field.sources[0] == self._source
            entry = Value(value, self._source, self._at, column.basis, verified, column.until)
            values.setdefault(field.tier, {})[key] = entry

    def _parse_with_care(self, cells: list[Any]) -> Parsed:
        """Parse again a row that failed: blank cells say nothing, and every bad field is to be named."""
        cells = ["" if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
        rules: list[tuple[int, str, Callable[[Any], Any]]] = [
            *((plain.place, plain.key, plain.rule) for _, columns in self._tiers for plain in columns),
            *((column.place, column.key, column.rule) for column in self._spreading),
        ]
        if self._rid >= 0:
            rules.append((self._rid, "rid", rule_of("rid")))
        problems = [problem for index, key, rule in sorted(rules) if (problem := _problem(key, rule, cells[index]))]
        problems += [BadInput(key, "is required") for index, key in self._required if not cells[index]]
        if not problems:
            return self._finish(cells, self._values(cells))
        problems.sort(key=lambda problem: self._order[problem.member])
        raise BadInput(problems[0].member, "; ".join([problems[0].rule, *map(str, problems[1:])]))


def _problem(key: str, rule: Callable[[Any], Any], cell: Any) -> BadInput | None:
    if not cell:
        return None
    try:
        rule(cell)
    except BadInput as error:
        return BadInput(key, error.rule)
    return None


class SeenRows:
    """Which identity numbers a file has had, to find those it has twice. About 100 bytes a person."""

    def __init__(self, feed: Feed) -> None:
        """Start a file of a feed; feeds that repeat persons on purpose are not watched."""
        self._rows: dict[int, int] | None = None if feed.repeats else {}

    def first_row(self, idno: str, row: int) -> int:
        """Note a row.

        Args:
            idno: whom it is about, normalised.
            row: its number.

        Returns:
            The number of the earlier row about the same person; 0 if there is none.
        """
        if self._rows is None:
            return 0
        earlier = self._rows.setdefault(hash(idno), row)
        return 0 if earlier == row else earlier


def peek_idno(cells: list[Any], columns: tuple[str, ...]) -> str:
    """The normalised identity number of a row that is skipped on resuming; empty if it has no valid one."""
    try:
        return normalise_idno(cells[columns.index("idno")])
    except BadInput:
        return ""
