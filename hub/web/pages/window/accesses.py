"""Who looked at the resident's file and why, in large type, to be printed."""

from hub.api.reply import Reply
from hub.web.pages.resident.sentences import days
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_LISTED = "60"


async def listed(visit: Visit, held: Held) -> Reply:
    """A page of the list, newest first, addressed to the resident."""
    query = {"limit": _LISTED}
    if cursor := visit.query.get("cursor"):
        query["cursor"] = cursor
    body = await visit.ask("GET", "/v1/me/accesses", query=query, mandate=held.id)
    return visit.render("window/accesses.html", held=held, days=days(visit, body), body=body, later=bool(cursor))
