"""The fields of a resident's file, as `schemas/resident.schema.json` states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from hub.errors import OperatorError
from hub.model.principal import DEPARTMENTS
from hub.model.tier import Tier

SUPPLIERS = DEPARTMENTS | {
    "hub",
    "resident",
    "grid_worker",
    "device",
    "statistics",
    "veterans_affairs",
    "party_organisation",
}
"""Who may bring a value: departments that also ask, and others that only supply."""

KINDS = frozenset(
    [
        "address",
        "bank_card",
        "bool",
        "certificate",
        "code",
        "community",
        "contact_person",
        "date",
        "decimal",
        "disability_card",
        "grid",
        "household",
        "icd10",
        "idno",
        "idtype",
        "list",
        "month",
        "name",
        "names",
        "permit",
        "plate",
        "region",
        "rids",
        "tel",
        "text",
        "texts",
        "time",
        "uuid",
        "vitals",
    ]
)
"""How a value is normalised and checked; `hub.schema.normalise` has a rule for each kind that can be stored."""

_LABELS = frozenset({"x-tier", "x-kind", "x-sources", "x-table", "x-derived", "x-names-persons", "x-title"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the file.

    Attributes:
        key: its name everywhere, `tag.alone`.
        tier: the section that seals it.
        kind: how its values are normalised and checked, one of `KINDS`.
        sources: who may supply it, the authoritative one first.
        derived: how it is computed on read; such a field is never stored. Empty for stored fields.
        title: language code to title; `zh` and `en` always.
        names_persons: whether its value names other residents or third parties.
        codes: the code table, empty where the table is a pattern or there is none.
    """

    key: str
    tier: Tier
    kind: str
    sources: tuple[str, ...]
    derived: str
    title: dict[str, str]
    names_persons: bool
    codes: tuple[str, ...]


def schemas_directory() -> Path:
    """Where the schemas lie: inside an installed package, else at the root of the source tree."""
    packaged = Path(__file__).parents[1] / "data" / "schemas"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "schemas"


def read_schema(name: str) -> dict[str, Any]:
    """Read one schema file, such as `feeds/police.json`.

    Raises:
        OperatorError: the file is missing, unreadable or not a JSON object.
    """
    path = schemas_directory() / name
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise OperatorError(f"the schema `{name}` cannot be read: {error.strerror}; reinstall the hub") from None
    except orjson.JSONDecodeError as error:
        raise OperatorError(f"the schema `{name}` is not JSON: line {error.lineno}: {error.msg}") from None
    if not isinstance(document, dict):
        raise OperatorError(f"the schema `{name}` must be a JSON object")
    return document


@cache
def fields() -> Mapping[str, Field]:
    """Every field of the file by its key, in the schema's order.

    Raises:
        OperatorError: the schema is missing or a field lacks a label; unlabelled data must not be held.
    """
    return load_fields(read_schema("resident.schema.json"))


def load_fields(schema: Mapping[str, Any]) -> Mapping[str, Field]:
    """Turn the schema's properties into fields, refusing any that is not labelled in full.

    Args:
        schema: the JSON Schema of the file.

    Raises:
        OperatorError: naming the field and the label it lacks.
    """
    return MappingProxyType({key: _field(key, body) for key, body in schema["properties"].items()})


def _field(key: str, body: Mapping[str, Any]) -> Field:
    unknown = sorted(name for name in body if name.startswith("x-") and name not in _LABELS)
    if unknown:
        raise OperatorError(f"field `{key}`: unknown label `{unknown[0]}`")
    for label in ("x-tier", "x-kind", "x-sources", "x-title"):
        if not body.get(label):
            raise OperatorError(f"field `{key}`: no `{label}`; every field must carry it")
    tier, kind, title = body["x-tier"], body["x-kind"], body["x-title"]
    if tier not in Tier.__members__.values():
        raise OperatorError(f"field `{key}`: unknown tier `{tier}`")
    if kind not in KINDS:
        raise OperatorError(f"field `{key}`: unknown kind `{kind}`")
    strangers = sorted(set(body["x-sources"]) - SUPPLIERS)
    if strangers:
        raise OperatorError(f"field `{key}`: unknown source `{strangers[0]}`")
    if not (title.get("zh") and title.get("en")):
        raise OperatorError(f"field `{key}`: `x-title` needs zh and en")
    return Field(
        key=key,
        tier=Tier(tier),
        kind=kind,
        sources=tuple(body["x-sources"]),
        derived=body.get("x-derived", ""),
        title=dict(title),
        names_persons=body.get("x-names-persons", False),
        codes=tuple(body.get("enum", ())),
    )
