"""What codes of the trail are called, beside the codes: for people who read it."""

from typing import Any

from hub.access.flow import Road
from hub.rights.words import BASES, DEPARTMENTS, ROLES, in_words
from hub.schema.fields import fields


def named_event(road: Road, item: dict[str, Any]) -> dict[str, Any]:
    """An entry of the trail with names for its codes; None where there is no code."""
    known = fields()
    return item | {
        "role_name": in_words(ROLES, item["role"] or ""),
        "department_name": in_words(DEPARTMENTS, item["department"] or ""),
        "purpose_name": purpose_name(road, item["purpose"]),
        "field_names": {key: known[key].title for key in item["fields"] if key in known},
        "basis_name": in_words(BASES, item["basis"] or ""),
    }


def named_volumes(road: Road, body: dict[str, Any]) -> dict[str, Any]:
    """Counts with names for their departments and purposes."""
    departments = [each | {"name": in_words(DEPARTMENTS, each["department"] or "")} for each in body["departments"]]
    purposes = [each | {"name": purpose_name(road, each["purpose"])} for each in body["purposes"]]
    return body | {"departments": departments, "purposes": purposes}


def purpose_name(road: Road, purpose: str | None) -> dict[str, str] | None:
    """What a purpose of the catalogue is called; None for none, and for those the hub has of its own."""
    found = road.policies.purposes.get(purpose or "")
    return dict(found.name) if found else None
