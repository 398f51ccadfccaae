"""Emergencies that somebody else has opened: was that justified?"""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.secretary import SECRETARY
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(SECRETARY)


@pages.get("/secretary/emergencies", msgid("Emergencies"), order=20)
async def emergencies(visit: Visit) -> Reply:
    """Those that wait first, then those that were reviewed."""
    return await _listed(visit)


async def _listed(visit: Visit, status: int = 200, wrong: str = "", at: str = "") -> Reply:
    body = await visit.ask("GET", "/v1/emergencies", query={"limit": "100"})
    waiting = [each for each in body["items"] if each["state"] == "unreviewed"]
    done = [each for each in body["items"] if each["state"] != "unreviewed"]
    return visit.render("secretary/emergencies.html", status, waiting=waiting, done=done, wrong=wrong, at=at)


@pages.post("/secretary/emergencies")
async def review(visit: Visit) -> Reply:
    """Say so, with a word why."""
    form = visit.form
    claim = {"verdict": form.get("verdict"), "note": form.get("note")}
    answer = await visit.call("POST", "/v1/emergencies/{id}/review", claim, id=form.get("id"), once=form.once)
    if answer.good:
        return visit.redirect("/secretary/emergencies", "reviewed")
    if answer.status == 422:  # noqa: PLR2004
        wrong = visit.gettext(msgid("Say in a sentence what you found, without any number by which somebody is found."))
        return await _listed(visit, 422, wrong, form.get("id"))
    return visit.refuse(answer)
