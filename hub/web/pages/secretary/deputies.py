"""Who decides in the secretary's place for a time."""

from datetime import timedelta

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.secretary import SECRETARY
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(SECRETARY)
_WRONG = {
    "deputy": msgid("Nobody of this name holds a role in your community, or it is yourself."),
    "until": msgid("The last day must not be before the first, and at most 92 days later."),
    "from": msgid("Choose a day."),
}


@pages.get("/secretary/deputies", msgid("Deputies"), order=30)
async def deputies(visit: Visit) -> Reply:
    """Those who stand in, and the form that names another."""
    return await _listed(visit)


async def _listed(visit: Visit, status: int = 200, wrong: dict[str, str] | None = None) -> Reply:
    body = await visit.ask("GET", "/v1/deputies")
    return visit.render(
        "secretary/deputies.html",
        status,
        items=body["items"],
        form=visit.form,
        wrong=wrong or {},
        first=visit.today.isoformat(),
        last=(visit.today + timedelta(days=7)).isoformat(),
    )


@pages.post("/secretary/deputies")
async def name(visit: Visit) -> Reply:
    """Name one."""
    form = visit.form
    claim = {"deputy": form.get("deputy"), "from": form.get("from"), "until": form.get("until")}
    answer = await visit.call("POST", "/v1/deputies", claim, once=form.once)
    if answer.good:
        return visit.redirect("/secretary/deputies", "named")
    if answer.status == 422:  # noqa: PLR2004
        known = (each["member"] for each in answer.errors)
        return await _listed(visit, 422, {key: visit.gettext(_WRONG.get(key, _WRONG["deputy"])) for key in known})
    return visit.refuse(answer)


@pages.post("/secretary/deputies/end")
async def end(visit: Visit) -> Reply:
    """End a deputy's time now."""
    await visit.ask("POST", "/v1/deputies/{id}/revocation", {}, id=visit.form.get("id"))
    return visit.redirect("/secretary/deputies", "ended")
