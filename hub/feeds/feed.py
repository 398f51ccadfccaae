"""Inbound feeds, as `schemas/feeds/` states them: which columns, from whom, on what basis."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from hub.errors import BadInput, OperatorError
from hub.model.principal import DEPARTMENTS
from hub.model.purpose import Basis
from hub.model.tier import Tier
from hub.schema.fields import Field, fields, read_schema, schemas_directory
from hub.schema.normalise import SPREADS

_KEEP = re.compile(r"P([1-9]\d{0,4})D", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a feed.

    Attributes:
        field: the field it brings.
        basis: the legal basis its values are collected on.
        required: whether every file and every row must have it.
        keep_days: days after collection for which a value may be kept; 0 where the purpose decides.
    """

    field: Field
    basis: str
    required: bool
    keep_days: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One department's feed.

    Attributes:
        name: its name in `hub import`.
        department: the code of the department that supplies it.
        title: language code to title.
        authority: the law or consent that lets the department supply it.
        repeats: whether one person may have several rows in a file, as meters do.
        columns: field key to column, in the schema's order.
    """

    name: str
    department: str
    title: dict[str, str]
    authority: str
    repeats: bool
    columns: dict[str, Column]

    @property
    def tiers(self) -> frozenset[Tier]:
        """Every tier that a row of this feed can touch."""
        known = fields()
        further = (known[key].tier for column in self.columns for key in SPREADS.get(column, ()))
        return frozenset([*(column.field.tier for column in self.columns.values()), *further])


def feed_names() -> list[str]:
    """The feeds that exist, sorted."""
    return sorted(path.stem for path in (schemas_directory() / "feeds").glob("*.json"))


@cache
def load_feed(name: str) -> Feed:
    """Load one feed's schema.

    Raises:
        BadInput: there is no such feed.
        OperatorError: the schema names an unknown field, basis or department, or has no identity number.
    """
    if name not in feed_names():
        raise BadInput("feed", f"must be one of {', '.join(feed_names())}")
    body = read_schema(f"feeds/{name}.json")
    department = body.get("department", "")
    if department not in DEPARTMENTS:
        raise OperatorError(f"feed `{name}`: unknown department `{department}`")
    columns = {entry["field"]: _column(name, department, entry) for entry in body["columns"]}
    if len(columns) != len(body["columns"]):
        raise OperatorError(f"feed `{name}`: a field has two columns")
    if "idno" not in columns or not columns["idno"].required:
        raise OperatorError(f"feed `{name}`: `idno` must be a required column")
    return Feed(name, department, body["title"], body["authority"], body.get("repeats", False), columns)


def _column(feed: str, department: str, entry: dict[str, Any]) -> Column:
    key = entry["field"]
    field = fields().get(key)
    if field is None or field.derived:
        raise OperatorError(f"feed `{feed}`: `{key}` is not a field that can be stored")
    if department not in field.sources:
        raise OperatorError(f"feed `{feed}`: the schema does not name {department} as a source of `{key}`")
    if entry.get("basis") not in Basis.__members__.values():
        raise OperatorError(f"feed `{feed}`: `{key}` has no known basis")
    keep = _KEEP(entry.get("keep", "P1D"))
    if keep is None:
        raise OperatorError(f"feed `{feed}`: `keep` of `{key}` must be days, such as P30D")
    return Column(field, entry["basis"], entry.get("required", False), int(keep[1]) if "keep" in entry else 0)
