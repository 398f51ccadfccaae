"""A resident's own file: everything but what is sealed by law, each value with where it comes from.

Sealed classes are left out for everybody alike: a token may be in other hands than its owner's, and the mere presence
of a section would tell. The hospital or the justice office shows them to the person (精神卫生法 第四条, 社区矫正法
第五十四条).
"""

from typing import Any

from hub.errors import Reason
from hub.model.file import Section, Value
from hub.model.tier import Tier
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, own, own_self, refuse
from hub.rights.words import BASES, DEPARTMENTS, Words, in_words
from hub.schema.fields import SUPPLIERS, Field, fields
from hub.store.own_trail import Self
from hub.store.sections import SealedFile, data_key, decode, unseal
from hub.store.warrants import OWN_FILE

KIND = "own_file"
SHOWN_TIERS = tuple(tier for tier in Tier if tier in OWN_FILE.tiers)
SEALED_NOTICE: Words = {
    "zh": "依法封存的信息（精神卫生、社区矫正及由此可推知的内容）不在此显示，对所有人一律如此；请向原单位查阅。",
    "en": "What a law seals (mental health, community correction, and what would tell of them) is shown here to "
    "nobody, whether there is any or not; the institution it comes from shows it.",
}
_TIERS: dict[Tier, Words] = {
    Tier.BASIC: {"zh": "基本信息", "en": "Basic"},
    Tier.IDENTITY: {"zh": "身份信息", "en": "Identity"},
    Tier.CONTACT: {"zh": "联系信息", "en": "Contact"},
    Tier.FAMILY: {"zh": "家庭信息", "en": "Family"},
    Tier.CARE: {"zh": "关爱信息", "en": "Care"},
    Tier.MEDICAL: {"zh": "医疗信息", "en": "Medical"},
    Tier.FINANCIAL: {"zh": "财务信息", "en": "Financial"},
    Tier.ACTIVITY: {"zh": "行踪活动", "en": "Activity"},
}
_OTHER_SOURCES: dict[str, Words] = {
    "hub": {"zh": "数据平台", "en": "The hub itself"},
    "resident": {"zh": "本人", "en": "Yourself"},
    "grid_worker": {"zh": "网格员", "en": "Grid worker"},
    "device": {"zh": "设备", "en": "A device"},
    "statistics": {"zh": "统计部门", "en": "Statistics"},
    "veterans_affairs": {"zh": "退役军人事务", "en": "Veterans' affairs"},
    "party_organisation": {"zh": "党组织", "en": "Party organisation"},
    "derived": {"zh": "推算", "en": "Worked out from other values"},
}
SOURCES = _OTHER_SOURCES | {code: DEPARTMENTS[code] for code in SUPPLIERS if code in DEPARTMENTS}


async def own_file(desk: Desk, asked: Asked) -> dict[str, Any]:
    """The caller's own file; the look is durable in the trail before anything leaves.

    Raises:
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: nothing is shown.
    """
    person = await own_self(desk, asked, KIND)
    return await recorded_file(desk, asked, person, KIND)


async def recorded_file(desk: Desk, asked: Asked, person: Self, kind: str) -> dict[str, Any]:
    """The file of somebody who asks for their own, once that is recorded.

    Args:
        desk: the hub's means, a view begun.
        asked: the person.
        person: the same as the store knows them.
        kind: of the entry.
    """
    sealed = desk.reader.get(person.resident, SHOWN_TIERS)
    if sealed is None:
        raise await refuse(desk, asked, kind, Reason.NOT_FOUND)
    sections = {tier: _opened(desk, sealed, tier) for tier in SHOWN_TIERS}
    # Which fields a whole file has would describe the person: that stands in the part that is erased with them.
    keys = sorted(key for section in sections.values() for key in section)
    [receipt] = await desk.lane.record_all([own(desk, asked, person, act_of(asked, kind, "disclosed"), fields=keys)])
    return {
        "tiers": [_tier(tier, section) for tier, section in sections.items()],
        "sealed": SEALED_NOTICE,
        "entry": receipt.position,
    }


def keys_of(desk: Desk, resident: int) -> bytes:
    """The wrapped data keys of a person who was found in the same view."""
    sealed = desk.reader.get(resident, ())
    return sealed.keys if sealed else b""


def held_values(desk: Desk, resident: int, field: Field) -> tuple[Value, ...]:
    """What a person's own file holds of a field, the value in force first."""
    sealed = desk.reader.get(resident, (field.tier,))
    return _opened(desk, sealed, field.tier).get(field.key, ()) if sealed else ()


def _opened(desk: Desk, sealed: SealedFile, tier: Tier) -> Section:
    key = data_key(desk.ring, sealed.keys, tier, OWN_FILE)
    return decode(unseal(key, sealed.resident, tier, sealed.sections[tier]))


def _tier(tier: Tier, section: Section) -> dict[str, Any]:
    known = fields()
    ordered = [key for key in known if key in section]
    return {
        "tier": tier.value,
        "tier_name": _TIERS[tier],
        "fields": [_field(known[key], section[key]) for key in ordered],
    }


def _field(field: Field, values: tuple[Value, ...]) -> dict[str, Any]:
    first, *others = values
    return {
        "field": field.key,
        "title": field.title,
        **_value(field, first),
        "others": [_value(field, value) for value in others],
    }


def _value(field: Field, value: Value) -> dict[str, Any]:
    return {
        # An internal id is nobody's to know: of guardians recorded by it, only how many there are.
        "value": len(value.value) if field.kind == "rids" else value.value,
        "source": value.source,
        "source_name": in_words(SOURCES, value.source),
        "collected": value.at,
        "basis": value.basis,
        "basis_name": in_words(BASES, value.basis),
        "verified": value.verified,
        "keep_until": value.until or None,
        "flags": list(value.flags),
    }
