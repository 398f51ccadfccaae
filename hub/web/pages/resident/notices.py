"""What I was to be told, and files that were found to be mine, too."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)


@pages.get("/me/notices", msgid("Notices"), order=25)
async def notices(visit: Visit) -> Reply:
    """Every notice, the newest first, and when it was sent on."""
    body = await visit.ask("GET", "/v1/me/notices", query={"limit": "100"})
    return visit.render(
        "resident/notices.html", notices=sorted(body["items"], key=lambda each: each["at"], reverse=True)
    )


@pages.get("/me/merges")
async def merges(visit: Visit) -> Reply:
    """Files that were merged with one's own, each with its own list of accesses."""
    body = await visit.ask("GET", "/v1/me/merges", query={"limit": "100"})
    return visit.render("resident/merges.html", merges=body["items"])
