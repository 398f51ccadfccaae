"""`tiers.toml`: the tiers from the least to the most sensitive, and who must approve reading each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hub.model.purpose import Approval, strictest
from hub.model.tier import CORE_TIERS, Tier
from hub.policy.problem import Problem
from hub.policy.shape import named, shaped, strangers
from hub.policy.sources import Source

READABLE = tuple(tier for tier in Tier if tier is not Tier.CONTROL)
"""The tiers a purpose may read; the control section never leaves the hub."""

_LEAST = dict.fromkeys(CORE_TIERS, Approval.SECRETARY) | {Tier.SEALED: Approval.NAMED_OFFICERS}
_KEYS: Mapping[str, type] = {"id": str, "name": dict, "approval": str}

Tiers = Mapping[Tier, Approval]
"""Every readable tier, in order, with its default approval."""


def read_tiers(source: Source) -> tuple[Tiers, list[Problem]]:
    """Read the tiers.

    Args:
        source: the file.

    Returns:
        Every readable tier with its approval, and what is wrong; a tier that could not be read is as strict as
        can be, so that an error never loosens anything.
    """
    document, problems = source.toml()
    if problems:
        return MappingProxyType(dict.fromkeys(READABLE, Approval.NAMED_OFFICERS)), problems
    problems += [source.problem(f"`{key}` is not a known key", key) for key in document if key != "tier"]
    tables = document.get("tier", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        tables, problems = [], [*problems, source.problem("`tier` must be a list of tables", "tier")]
    stated: dict[Tier, Approval] = {}
    for part, table in zip(source.tables("tier", len(tables)), tables, strict=True):
        problems += _read_tier(part, table, stated)
    if tuple(stated) != READABLE:
        problems.append(source.problem(f"must state the tiers {', '.join(READABLE)}, each once, in this order"))
    return MappingProxyType({tier: stated.get(tier, Approval.NAMED_OFFICERS) for tier in READABLE}), problems


def _read_tier(source: Source, table: Mapping[str, Any], stated: dict[Tier, Approval]) -> list[Problem]:
    members, problems = shaped(source, table, _KEYS, _KEYS)
    if problems:
        return problems
    problems += strangers(source, "id", [members["id"]], READABLE, "tier that a purpose may read")
    problems += strangers(source, "approval", [members["approval"]], list(Approval), "approval")
    problems += named(source, members["name"], members["id"])
    if problems:
        return problems
    tier, approval = Tier(members["id"]), Approval(members["approval"])
    if tier in stated:
        return [source.problem(f"`{tier}` stands twice", "id", tier)]
    stated[tier] = approval
    least = _LEAST.get(tier, Approval.NONE)
    if strictest(approval, least) is not approval:
        return [source.problem(f"`{tier}` needs at least the approval `{least}`", "id", tier)]
    return []
