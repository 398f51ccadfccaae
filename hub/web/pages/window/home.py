"""Where a clerk begins: who is at the counter, and which matters are open."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Served, held_from, serve
from hub.web.pages.window.refusals import at_the_counter
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
BASICS = "ROSTER"


@pages.get("/window", msgid("Counter"), order=10)
async def home(visit: Visit) -> Reply:
    """The form that finds somebody, and the matters in force."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, wrong: str = "") -> Reply:
    items = (await visit.ask("GET", "/v1/mandates", query={"limit": "200"}))["items"]
    held = [held_from(visit, each) for each in items if each["acts"]]
    waiting = sum(not each["acts"] for each in items)
    return visit.render("window/home.html", status, held=held, waiting=waiting, wrong=wrong)


@pages.post("/window/residents/find")
async def find(visit: Visit) -> Reply:
    """The person with the number of a document, which goes no further than this."""
    claim = {"subject": {"idno": visit.form.get("idno")}, "purpose": BASICS}
    answer = await visit.call("POST", "/v1/disclosures", claim)
    if answer.good:
        serve(visit, Served.from_basics(answer.body))
        return visit.redirect(f"/window/residents/{answer.body['rid']}")
    if answer.status == 422:  # noqa: PLR2004
        error = visit.gettext(msgid("This is not a complete identity number. Check each digit."))
        return await _shown(visit, 422, error)
    words = at_the_counter(answer.reasons, opening="out_of_scope" in answer.reasons)
    return visit.render("window/refused.html", answer.status, held=None, words=words, back="/window")
