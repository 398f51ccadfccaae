"""What a grid worker may open a file for, and what each matter shows, in words."""

from typing import Any

from hub.web.visit import Visit

BASICS, VISIT, WALK, EMERGENCY = "ROSTER", "VISIT", "WALK", "SOS"
_BY_ITSELF = frozenset({BASICS, EMERGENCY})
"""Matters with a place of their own: the head of every file, and the page of an emergency."""


async def matters(visit: Visit) -> list[dict[str, Any]]:
    """The matters a file may be opened for, as the catalogue has them. Raises Refusal."""
    body = await visit.ask("GET", "/v1/purposes")
    return [each for each in body["items"] if each["offered"] and each["id"] not in _BY_ITSELF]


async def matter(visit: Visit, purpose: str) -> dict[str, Any]:
    """One of them by its id; what is none of them is refused. Raises Refusal."""
    found = next((each for each in await matters(visit) if each["id"] == purpose), None)
    if found is None:
        await visit.ask("POST", "/v1/disclosures", {"subject": {"rid": visit.place("rid")}, "purpose": purpose})
    return found or {}


async def head(visit: Visit) -> dict[str, Any]:
    """The basics of the person whose page it is: every such page is a look that is recorded. Raises Refusal."""
    subject = {"rid": visit.place("rid")}
    body: dict[str, Any] = await visit.ask("POST", "/v1/disclosures", {"subject": subject, "purpose": BASICS})
    return body
