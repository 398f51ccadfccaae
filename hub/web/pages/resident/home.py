"""The resident's first page: what waits, who looked last, and the ways to everything else."""

import asyncio

from hub.api.reply import Reply
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.pages.resident.sentences import days
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)
_LOOKED_AT, _SHOWN = "40", 3


@pages.get("/me", msgid("Start"), order=10)
async def home(visit: Visit) -> Reply:
    """Ask for the latest accesses and for what waits, both at once."""
    looked, consents, requests = await asyncio.gather(
        visit.call("GET", "/v1/me/accesses", query={"limit": _LOOKED_AT}),
        visit.call("GET", "/v1/me/consents"),
        visit.call("GET", "/v1/me/requests"),
    )
    for each in (looked, consents, requests):
        if not each.good:
            return visit.refuse(each)
    told = [entry for _, entries in days(visit, looked.body) for entry in entries if not entry.own]
    return visit.render(
        "resident/home.html", latest=told[:_SHOWN], waiting=_waiting(consents), open=len(_open(requests))
    )


def _waiting(consents: Answer) -> list[dict[str, object]]:
    return [each for each in consents.body["items"] if each["state"] == "requested"]


def _open(requests: Answer) -> list[dict[str, object]]:
    return [each for each in requests.body["items"] if each["state"] in ("open", "pending", "in_force", "approved")]
