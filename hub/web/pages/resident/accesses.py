"""Who looked at my file and why, as a timeline; and "I don't recognise this"."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.pages.resident.sentences import days
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)
_LISTED = "60"


@pages.get("/me/accesses", msgid("Who looked at my file"), order=20)
async def accesses(visit: Visit) -> Reply:
    """A page of the accesses, newest first; looking is itself one."""
    query = {"limit": _LISTED}
    if cursor := visit.query.get("cursor"):
        query["cursor"] = cursor
    if merge := visit.query.get("merge"):
        query["merge"] = merge
    body = await visit.ask("GET", "/v1/me/accesses", query=query)
    return visit.render("resident/accesses.html", days=days(visit, body), body=body, later=bool(cursor), merge=merge)


@pages.post("/me/accesses/objection")
async def object_to(visit: Visit) -> Reply:
    """Ask for the words of an objection; the entry's place comes with the form and never stands in an address."""
    return visit.render("resident/objection.html", form=visit.form, error="")


@pages.post("/me/disputes")
async def dispute(visit: Visit) -> Reply:
    """Send the objection."""
    text = visit.form.get("index")
    index = int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else -1  # noqa: PLR2004
    claim = {"index": index, "reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/me/disputes", claim, once=visit.form.once)
    if answer.good:
        return visit.render("resident/objected.html", filed=answer.body)
    if answer.status == 422:  # noqa: PLR2004
        error = visit.gettext(msgid("Say in your own words what you do not recognise; without any number."))
        return visit.render("resident/objection.html", 422, form=visit.form, error=error)
    return visit.refuse(answer)
