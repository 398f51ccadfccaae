"""Policies compiled: immutable, every answer looked up, nothing evaluated when a request comes."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import orjson

from hub.model.consent import Text
from hub.model.principal import Role
from hub.model.purpose import Approval, Basis, Purpose, strictest
from hub.model.tier import Tier
from hub.policy.catalogue import Catalogue
from hub.policy.rules import READ, Question, Rule, compile_rules
from hub.policy.tiers import Tiers
from hub.schema.fields import Field


class PlannedField(NamedTuple):
    """What is known of one field of a purpose before anybody asks.

    Attributes:
        key: the field.
        tier: the section it is read from; a derived field counts as the schema says.
        rule: the id of the rule that allows reading the tier.
        approval: who else must say yes, `Approval.NONE` where nobody must.
    """

    key: str
    tier: Tier
    rule: str
    approval: Approval


Plan = Mapping[str, PlannedField]
"""The fields of a purpose by key, in the purpose's order, those on approval last."""

_NOTHING: Plan = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Every answer the policies give.

    Attributes:
        digest: SHA-256 in hex over all policy files: names this version of the policies.
        purposes: the catalogue by id.
        tiers: every readable tier, from the least to the most sensitive, with its default approval.
        rules: the questions answered with yes, each with the id of the rule that allows it.
        plans: by purpose and requester.
        grounds: the legal bases by purpose and requester, in order of preference.
        marks: by purpose, a digest of all that is said of it: what was approved for a purpose ends when it changes.
        texts: by purpose, what is read before agreeing to it; only where it may stand on an agreement.
        denied: the questions that a rule answers with no, so that nobody may ever need them.
    """

    digest: str
    purposes: Mapping[str, Purpose]
    tiers: Tiers
    rules: Mapping[Question, str]
    plans: Mapping[tuple[str, str], Plan]
    grounds: Mapping[tuple[str, str], tuple[Basis, ...]]
    marks: Mapping[str, str]
    texts: Mapping[str, Text] = field(default_factory=dict)
    denied: frozenset[Question] = frozenset()

    def rule(self, requester: str, purpose: str, tier: str, action: str = READ) -> str | None:
        """The id of the rule that allows an action, such as `policy.csv:12`, or None: then it is refused."""
        return self.rules.get(Question(requester, purpose, tier, action))

    def plan(self, purpose: str, requester: str) -> Plan:
        """The fields a requester may see for a purpose; none for anyone who is no requester of it.

        Args:
            purpose: an id of the catalogue.
            requester: as `Principal.requester` names it.
        """
        return self.plans.get((purpose, requester), _NOTHING)

    def bases(self, purpose: str, requester: str) -> tuple[Basis, ...]:
        """The legal bases a requester may stand on for a purpose; an organisation never on a statutory one."""
        return self.grounds.get((purpose, requester), ())

    def relaxed(self) -> dict[str, tuple[str, ...]]:
        """By purpose, the tiers whose default approval the community does without."""
        return {purpose.id: purpose.relaxed for purpose in self.purposes.values() if purpose.relaxed}

    def purposes_of(self, requester: str) -> tuple[Purpose, ...]:
        """The purposes a requester may name, in order of their ids."""
        return tuple(purpose for purpose in self.purposes.values() if requester in purpose.requesters)


def compile_snapshot(catalogue: Catalogue, rules: Iterable[Rule], fields: Mapping[str, Field], digest: str) -> Snapshot:
    """Join the catalogue and the rules.

    Args:
        catalogue: the sound purposes and tiers.
        rules: the sound rules.
        fields: the fields of a resident's file, by key.
        digest: names the files.
    """
    rules = tuple(rules)
    allowed = compile_rules(rules)
    plans: dict[tuple[str, str], Plan] = {}
    grounds: dict[tuple[str, str], tuple[Basis, ...]] = {}
    for purpose in catalogue.purposes.values():
        for requester in purpose.requesters:
            plans[purpose.id, requester] = _plan(purpose, requester, catalogue.tiers, allowed, fields)
            grounds[purpose.id, requester] = _bases(purpose, requester)
    return Snapshot(
        digest=digest,
        purposes=MappingProxyType(dict(sorted(catalogue.purposes.items()))),
        tiers=catalogue.tiers,
        rules=MappingProxyType(allowed),
        plans=MappingProxyType(plans),
        grounds=MappingProxyType(grounds),
        marks=MappingProxyType({each.id: _mark(each) for each in catalogue.purposes.values()}),
        denied=frozenset(rule.question for rule in rules if rule.effect == "deny"),
    )


def _mark(purpose: Purpose) -> str:
    said = dataclasses.asdict(purpose) | {"requesters": sorted(purpose.requesters)}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _plan(
    purpose: Purpose, requester: str, tiers: Tiers, allowed: Mapping[Question, str], fields: Mapping[str, Field]
) -> Plan:
    """Plan the fields whose tier a rule allows; a purpose that needs others does not load."""
    planned: dict[str, PlannedField] = {}
    for key in (*purpose.fields, *purpose.on_approval):
        tier = fields[key].tier
        rule = allowed.get(Question(requester, purpose.id, tier, READ))
        least = Approval.SECRETARY if key in purpose.on_approval else Approval.NONE
        default = Approval.NONE if tier in purpose.relaxed else tiers.get(tier, Approval.NAMED_OFFICERS)
        approval = strictest(purpose.approval, default, least)
        if rule:
            planned[key] = PlannedField(key, tier, rule, approval)
    return MappingProxyType(planned)


def _bases(purpose: Purpose, requester: str) -> tuple[Basis, ...]:
    if requester != Role.ORGANISATION:
        return purpose.basis
    return tuple(basis for basis in purpose.basis if basis is not Basis.STATUTORY)
