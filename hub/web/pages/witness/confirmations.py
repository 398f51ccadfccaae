"""What waits for somebody's word: a clerk says that a resident has asked for a matter before both of them."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.window.held import title_of
from hub.web.pages.witness import WITNESS
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WITNESS)


@pages.get("/witness", msgid("As second person"), order=90)
async def waiting(visit: Visit) -> Reply:
    """Those that wait for the reader."""
    items = (await visit.ask("GET", "/v1/mandates", query={"limit": "200"}))["items"]
    return visit.render("witness/waiting.html", items=[_titled(visit, each) for each in items if not each["acts"]])


@pages.get("/witness/{id}")
async def one(visit: Visit) -> Reply:
    """One of them with the resident's name."""
    item = await visit.ask("GET", "/v1/mandates/{id}", id=visit.place("id"))
    return visit.render("witness/one.html", item=_titled(visit, item))


@pages.post("/witness/{id}")
async def confirm(visit: Visit) -> Reply:
    """Confirm that one heard it."""
    await visit.ask("POST", "/v1/mandates/{id}/confirmation", id=visit.place("id"))
    return visit.redirect("/witness", "confirmed")


def _titled(visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
    return item | {"title": title_of(visit, item)}
