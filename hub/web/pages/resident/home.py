"""The resident's first page: what waits, who looked last, and the ways to everything else."""

import asyncio
from datetime import timedelta

from hub.api.reply import Reply
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.moments import instant
from hub.web.pages.resident import RESIDENT
from hub.web.pages.resident.sentences import days
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)
_LOOKED_AT, _SHOWN = "40", 3
_NEW = timedelta(days=14)


@pages.get("/me", msgid("Start"), order=10)
async def home(visit: Visit) -> Reply:
    """Ask for the latest accesses and for what waits, both at once."""
    looked, consents, requests, notices = await asyncio.gather(
        visit.call("GET", "/v1/me/accesses", query={"limit": _LOOKED_AT}),
        visit.call("GET", "/v1/me/consents"),
        visit.call("GET", "/v1/me/requests"),
        visit.call("GET", "/v1/me/notices"),
    )
    for each in (looked, consents, requests, notices):
        if not each.good:
            return visit.refuse(each)
    told = [entry for _, entries in days(visit, looked.body) for entry in entries if not entry.own]
    return visit.render(
        "resident/home.html",
        latest=told[:_SHOWN],
        waiting=_waiting(consents),
        open=len(_open(requests)),
        notice=_newest(notices, visit),
    )


def _waiting(consents: Answer) -> list[dict[str, object]]:
    return [each for each in consents.body["items"] if each["state"] == "requested"]


def _open(requests: Answer) -> list[dict[str, object]]:
    return [each for each in requests.body["items"] if each["state"] in ("open", "pending", "in_force", "approved")]


def _newest(notices: Answer, visit: Visit) -> dict[str, object] | None:
    """The newest notice, as long as it is new."""
    newest = max(notices.body["items"], key=lambda each: str(each["at"]), default=None)
    return newest if newest and visit.today - instant(newest["at"]).date() <= _NEW else None
