"""What the department has filed that it uses data for, and what it really used."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named
from hub.web.pages.developers import DEVELOPERS
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(DEVELOPERS)


@pages.get("/developers/filings", msgid("Filings"), order=40)
async def filings(visit: Visit) -> Reply:
    """Those of the caller, with whose answer they wait for."""
    body = await visit.ask("GET", "/v1/filings", query={"limit": "100"})
    names = {each["id"]: each["name"] for each in (await visit.ask("GET", "/v1/purposes"))["items"]}
    own = [each for each in body["items"] if each["requester"].startswith(visit.principal.requester)]
    return visit.render("developers/filings.html", items=own, names=names)


@pages.get("/developers/filings/{id}")
async def use(visit: Visit) -> Reply:
    """One filing against its use: fields never used, over-asks, people a day, refusals."""
    body: dict[str, Any] = await visit.ask("GET", "/v1/filings/{id}/use", id=visit.place("id"))
    return visit.render("developers/use.html", body=body, never=named(visit, body["fields_never_used"]))
