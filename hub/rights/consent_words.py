"""Consents in words: the text that is read before agreeing, and the receipt that is kept (ISO/IEC TS 27560:2023)."""

import re
from typing import Any

from hub.model.consent import Record, State, Text
from hub.model.purpose import Purpose
from hub.model.tier import CORE_TIERS, Tier
from hub.rights.words import DEPARTMENTS, ROLES, in_words
from hub.schema.fields import fields

_UNITS = {
    "zh": {"Y": "年", "M": "个月", "W": "周", "D": "天"},
    "en": {"Y": " years", "M": " months", "W": " weeks", "D": " days"},
}
_NOT_KEPT = {"zh": "用后不保存", "en": "not kept after use"}
_PART = re.compile(r"(\d+)([YMWD])")
_SENSITIVE = CORE_TIERS | {Tier.SEALED}
_RIGHTS = ("access", "copy", "correction", "deletion", "withdrawal", "objection", "portability")
_WITHDRAWAL = "POST /v1/me/consents/{id}/withdrawal"


def text_of(text: Text, purpose: Purpose, recipient: str) -> dict[str, str]:
    """The text for a purpose and a recipient, by language.

    Args:
        text: the template.
        purpose: what it is about.
        recipient: as in a consent; empty for whoever may request the purpose.
    """
    return {
        language: template.format(
            purpose=purpose.name[language],
            recipient=_recipient(purpose, recipient, language),
            kinds="、".join(_kinds(purpose, "zh")) if language == "zh" else ", ".join(_kinds(purpose, language)),
            retention=_retention(purpose.retention, language),
        )
        for language, template in text.text.items()
    }


def receipt_of(record: Record, state: State, purpose: Purpose | None, principal: str) -> dict[str, Any]:
    """A consent's receipt.

    Args:
        record: the consent.
        state: as it stands now.
        purpose: as the catalogue has it now; None where it is no longer there.
        principal: the trail's pseudonym of the person it is about.
    """
    known = fields()
    keys = (*purpose.fields, *purpose.on_approval) if purpose else ()
    anybody = sorted(purpose.requesters) if purpose else []
    events = [(record["at"], "refused" if record["state"] == State.REFUSED else "given")]
    events = [(record["at"], "requested")] if record["state"] == State.REQUESTED else events
    events += [(record["ended"], str(record["state"]))] if record["ended"] else []
    return {
        "schema_version": "ISO/IEC TS 27560:2023",
        "record_id": record["id"],
        "pii_principal_id": principal,
        "consent_type": "explicit consent, separate" if record["separate"] else "explicit consent",
        "consent_status": state.value,
        "pii_processing": {
            "privacy_notice": record["version"],
            "languages": ["zh", "en"],
            "purpose": {
                "id": record["purpose"],
                "name": purpose.name if purpose else None,
                "lawful_basis": record["basis"],
                "citation": purpose.citation if purpose else None,
            },
            "pii_information": [
                {"pii_type": key, "name": known[key].title, "sensitive": known[key].tier in _SENSITIVE} for key in keys
            ],
            "collection_method": "from the resident's file",
            "processing_method": "disclosure to the recipient",
            "storage_locations": ["CN"],
            "jurisdictions": ["CN"],
            "retention_period": purpose.retention if purpose else None,
            "impact_assessment": (purpose.assessment or None) if purpose else None,
            "recipients": [record["recipient"]] if record["recipient"] else anybody,
            "withdrawal_method": _WITHDRAWAL,
            "privacy_rights": list(_RIGHTS),
        },
        "events": [
            {"event_time": time, "event_type": kind, "entity": record["giver"], "valid_until": record["until"] or None}
            for time, kind in events
        ],
    }


def _kinds(purpose: Purpose, language: str) -> list[str]:
    known = fields()
    return [known[key].title[language] for key in (*purpose.fields, *purpose.on_approval)] or [purpose.name[language]]


def _recipient(purpose: Purpose, recipient: str, language: str) -> str:
    named = [recipient] if recipient else sorted(purpose.requesters)
    joined = "、" if language == "zh" else ", "
    return joined.join(_party(each, language) for each in named)


def _party(name: str, language: str) -> str:
    role, _, scope = name.partition(":")
    code = scope.partition("@")[0]
    if code in DEPARTMENTS:
        return DEPARTMENTS[code][language]
    words = in_words(ROLES, role) or {language: role}
    return f"{words[language]} {code}" if code else words[language]


def _retention(duration: str, language: str) -> str:
    parts = [(int(number), unit) for number, unit in _PART.findall(duration.partition("T")[0]) if int(number)]
    if not parts:
        return _NOT_KEPT[language]
    return ("" if language == "zh" else ", ").join(f"{number}{_UNITS[language][unit]}" for number, unit in parts)
