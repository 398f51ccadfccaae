"""The catalogue of purposes (事项目录): one TOML file each, read strictly and checked against each other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.model.purpose import SERVICES, Approval, Basis, Mask, Purpose
from hub.model.tier import CORE_TIERS, Tier
from hub.policy.citations import Law, read_laws, stale, versions
from hub.policy.problem import Problem
from hub.policy.rules import REQUESTERS
from hub.policy.shape import named, shaped, strangers
from hub.policy.sources import CITATIONS, PURPOSES, TIERS, Source
from hub.policy.tiers import Tiers, read_tiers
from hub.schema.fields import Field

REQUIRED: Mapping[str, type] = {
    "id": str,
    "name": dict,
    "basis": list,
    "citation": str,
    "requesters": list,
    "fields": list,
    "approval": str,
}
OPTIONAL: Mapping[str, type] = {
    "on_approval": list,
    "reason_required": bool,
    "assessment": str,
    "retention": str,
    "service": str,
    "masks": dict,
    "longest": str,
    "reads": int,
    "relaxed": list,
}

_ID = re.compile(r"[A-Z][A-Z0-9_]{1,31}")
_DURATION = re.compile(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?")
_RELAXABLE = sorted(CORE_TIERS)
"""Tiers whose default approval a community may do without for one purpose; a sealed class stays sealed."""
_ASSESSED = CORE_TIERS | {Tier.CARE, Tier.SEALED}
"""Tiers whose data cannot be asked for without an impact assessment (个人信息保护法 第五十五条)."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the TOML files say.

    Attributes:
        purposes: the sound purposes by id.
        tiers: every readable tier with its default approval.
        ids: every id that a file of its name claims, sound or not.
    """

    purposes: Mapping[str, Purpose]
    tiers: Tiers
    ids: frozenset[str]


def read_catalogue(sources: Mapping[str, Source], fields: Mapping[str, Field]) -> tuple[Catalogue, list[Problem]]:
    """Read purposes, tiers and citations.

    Args:
        sources: the policy files that could be read.
        fields: the fields of a resident's file, by key.

    Returns:
        What is sound, and every problem of all files.
    """
    tiers, problems = read_tiers(sources[TIERS]) if TIERS in sources else ({}, [])
    laws, wrong = read_laws(sources[CITATIONS]) if CITATIONS in sources else ((), [])
    problems += wrong
    files = [source for path, source in sources.items() if path.startswith(f"{PURPOSES}/")]
    if not files:
        problems.append(Problem(PURPOSES, 1, "holds no purpose; a purpose is a `.toml` file in it"))
    purposes: dict[str, Purpose] = {}
    ids: dict[str, str] = {}
    for source in files:
        purpose, wrong = _read_purpose(source, fields, laws, ids)
        problems += wrong
        if purpose:
            purposes[purpose.id] = purpose
    return Catalogue(purposes, tiers, frozenset(ids)), problems


def _read_purpose(
    source: Source, fields: Mapping[str, Field], laws: Sequence[Law], ids: dict[str, str]
) -> tuple[Purpose | None, list[Problem]]:
    """Read one purpose, and enter its id among those taken."""
    document, problems = source.toml()
    stem = source.path.removeprefix(f"{PURPOSES}/").removesuffix(".toml")
    if problems:
        ids.setdefault(stem, source.path)
        return None, problems
    members, problems = shaped(source, document, {**REQUIRED, **OPTIONAL}, REQUIRED)
    problems += _check_id(source, members.get("id", stem), stem, ids)
    problems += _check_names(source, members)
    problems += _check_fields(source, members, fields)
    problems += _check_grounds(source, members, laws)
    problems += _check_limits(source, members)
    if problems:
        return None, problems
    return _build(members, laws), []


def _build(members: Mapping[str, Any], laws: Sequence[Law]) -> Purpose:
    return Purpose(
        id=members["id"],
        name=members["name"],
        basis=tuple(Basis(basis) for basis in members["basis"]),
        citation=members["citation"],
        requesters=frozenset(members["requesters"]),
        fields=tuple(members["fields"]),
        on_approval=tuple(members.get("on_approval", ())),
        approval=Approval(members["approval"]),
        reason_required=members.get("reason_required", False),
        assessment=members.get("assessment", ""),
        retention=members.get("retention", "P0D"),
        service=members.get("service", ""),
        masks=members.get("masks", {}),
        citation_version=versions(members["citation"], laws),
        longest=members.get("longest", ""),
        reads=members.get("reads", 0),
        relaxed=tuple(members.get("relaxed", ())),
    )


def _check_id(source: Source, key: str, stem: str, ids: dict[str, str]) -> list[Problem]:
    problems: list[Problem] = []
    if not _ID.fullmatch(key):
        problems.append(source.problem("`id` must be capital letters, digits and `_`, a letter first", "id"))
    if key != stem:
        problems.append(source.problem(f"`id`: `{key}` must be the name of its file, `{key}.toml`", "id"))
    ids.setdefault(stem, source.path)  # rules for a misnamed purpose are not a mistake of their own
    first = ids.setdefault(key, source.path)
    if first != source.path:
        problems.append(source.problem(f"`id`: `{key}` is already the id of `{first}`; ids are permanent", "id"))
    return problems


def _check_names(source: Source, members: Mapping[str, Any]) -> list[Problem]:
    """Everything that is one of a known set of words."""
    problems = named(source, members["name"]) if "name" in members else []
    problems += strangers(source, "basis", members.get("basis", ()), list(Basis), "basis")
    problems += strangers(source, "requesters", members.get("requesters", ()), REQUESTERS, "requester")
    problems += strangers(source, "approval", [members.get("approval", "none")], list(Approval), "approval")
    problems += strangers(source, "service", [members.get("service", "")], {*SERVICES, ""}, "service")
    problems += [
        source.problem(f"`{key}` must not be empty", key)
        for key in ("basis", "requesters")
        if not members.get(key, [""])
    ]
    if not _DURATION.fullmatch(members.get("retention", "P0D")):
        problems.append(source.problem("`retention` must be an ISO 8601 duration such as `P90D`", "retention"))
    return problems


def _check_fields(source: Source, members: Mapping[str, Any], fields: Mapping[str, Field]) -> list[Problem]:
    now, later = members.get("fields", []), members.get("on_approval", [])
    masks = members.get("masks", {})
    problems = strangers(source, "fields", now, fields, "field")
    problems += strangers(source, "on_approval", later, fields, "field")
    problems += strangers(source, "masks", masks, [*now, *later], "field of this purpose")
    problems += strangers(source, "masks", list(dict.fromkeys(masks.values())), list(Mask), "mask")
    problems += [
        source.problem(f"`on_approval`: `{key}` is already one of `fields`", "on_approval", key)
        for key in later
        if key in now
    ]
    lists = {"fields": now, "on_approval": later}
    known = [(name, fields[key]) for name, keys in lists.items() for key in keys if key in fields]
    problems += [
        source.problem(f"`{name}`: `{field.key}` never leaves the hub", name, field.key)
        for name, field in known
        if field.tier is Tier.CONTROL
    ]
    if "fields" in members and not now and not members.get("service"):
        problems.append(source.problem("`fields` must not be empty unless a service needs no disclosure", "fields"))
    sensitive = next((field for _, field in known if field.tier in _ASSESSED), None)
    if sensitive and not members.get("assessment", "").strip():
        text = f"`assessment` is missing: `{sensitive.key}` is {sensitive.tier} data; name the impact assessment"
        problems.append(source.problem(text, "assessment"))
    return problems


def _check_limits(source: Source, members: Mapping[str, Any]) -> list[Problem]:
    """How far an approval reaches at most, and which tiers do without theirs."""
    problems = strangers(source, "relaxed", members.get("relaxed", ()), _RELAXABLE, "tier that can be relaxed")
    if members.get("reads", 1) < 1:
        problems.append(source.problem("`reads` must be 1 or more; leave it out where reads are not counted", "reads"))
    try:
        parse_duration("longest", members.get("longest", "P1D"))
    except BadInput as error:
        problems.append(source.problem(f"`longest` {error.rule}", "longest"))
    return problems


def _check_grounds(source: Source, members: Mapping[str, Any], laws: Sequence[Law]) -> list[Problem]:
    """What the law asks: an article for a statutory basis, in force, and another basis for organisations."""
    basis, citation = members.get("basis", []), members.get("citation", "")
    problems = [source.problem(f"`citation`: {why}", "citation") for why in stale(citation, laws)]
    if Basis.STATUTORY in basis and "citation" in members and not citation.strip():
        problems.append(
            source.problem("`citation` must name the article that the statutory basis rests on", "citation")
        )
    if "organisation" in members.get("requesters", ()) and basis and set(basis) == {Basis.STATUTORY}:
        text = "`requesters`: an organisation never stands on a statutory basis, and this purpose has no other"
        problems.append(source.problem(text, "requesters", "organisation"))
    return problems
