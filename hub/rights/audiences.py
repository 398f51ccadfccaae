"""Groups and audiences in words, and what the law lets an audience see whatever a resident wishes."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.access.decide import FILING_ROLES
from hub.model.principal import Role
from hub.model.purpose import Approval, Basis
from hub.model.visibility import FAMILY
from hub.policy.engine import Snapshot
from hub.rights.words import DEPARTMENTS, ROLES, Words
from hub.schema.groups import groups

GROUP_NAMES: Mapping[str, Words] = {
    "contact": {"zh": "联系信息", "en": "Address, telephone and how to be reached"},
    "family": {"zh": "家庭信息", "en": "Family and household"},
    "care": {"zh": "关爱信息", "en": "Care"},
    "medical": {"zh": "医疗信息", "en": "Health"},
    "financial": {"zh": "财务信息", "en": "Money"},
    "utility_anomaly": {"zh": "用水用电异常提醒", "en": "That water or electricity use is unusual"},
    "activity": {"zh": "行踪与表具读数", "en": "Whereabouts and meter readings"},
}
WHY: Words = {
    "zh": "履行法定职责或处置紧急情况所必需，依法不能隐藏（个人信息保护法 第十三条）",
    "en": "needed for a duty by law or in an emergency, which nobody can hide from (PIPL, article 13)",
}
_STANDS = frozenset({Basis.STATUTORY, Basis.EMERGENCY})
_FAMILY: Words = {"zh": "家属", "en": "Family"}
_FILERS = tuple(role.value for role in FILING_ROLES)


def audience_name(audience: str) -> Words:
    """An audience in words."""
    _, of_department, code = audience.partition(":")
    return _FAMILY if audience == FAMILY else DEPARTMENTS[code] if of_department else ROLES[audience]


def usable(policies: Snapshot, requester: str) -> Iterator[tuple[str, tuple[Basis, ...]]]:
    """The purposes of a requester, each with the bases it may come to stand on.

    That a sealed purpose exists is told to its officers alone; what is a person's own right is nobody else's. Who need
    not file stands on the statutory basis wherever there is one.

    Args:
        policies: the catalogue.
        requester: as `Principal.requester` names it.
    """
    for purpose in policies.purposes_of(requester):
        if purpose.approval in (Approval.NAMED_OFFICERS, Approval.IDENTITY_CHECK):
            continue
        bases = policies.bases(purpose.id, requester)
        if Basis.STATUTORY in bases and not requester.startswith(_FILERS):
            bases = (Basis.STATUTORY,)
        yield purpose.id, bases


def seen_by_law(policies: Snapshot, group: str, audience: str) -> tuple[list[dict[str, Any]], bool]:
    """Which purposes show an audience a group whatever a resident wishes.

    Args:
        policies: the catalogue.
        group: of data.
        audience: one of `hub.model.visibility.AUDIENCES`.

    Returns:
        Those purposes, and whether a wish has any say: not where the law alone lets this audience see the group.
    """
    requester = Role.RESIDENT.value if audience == FAMILY else audience
    still: list[dict[str, Any]] = []
    heeded = False
    for name, bases in usable(policies, requester):
        keys = [key for key in policies.plan(name, requester) if groups().get(key) == group]
        if not keys:
            continue
        heeded = heeded or not _STANDS.issuperset(bases)
        purpose = policies.purposes[name]
        still += [
            {
                "purpose": name,
                "purpose_name": purpose.name,
                "basis": basis.value,
                "citation": purpose.citation,
                "fields": keys,
            }
            for basis in bases
            if basis in _STANDS
        ]
    return still, heeded or not still
