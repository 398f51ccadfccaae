"""Asking for more than a matter shows by itself, and what became of it."""

from typing import Any

from hub.api.reply import Reply
from hub.errors import Reason
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of, named
from hub.web.pages.grid import GRID
from hub.web.pages.grid.matters import head, matter, matters
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(GRID)
DURATIONS = (("PT24H", msgid("one day")), ("P7D", msgid("one week")), ("P30D", msgid("30 days")))
_FOR_MINORS = (("P30D", msgid("30 days")), ("P90D", msgid("90 days")))
_LISTED = "50"


@pages.get("/grid/requests", msgid("My requests"), order=40)
async def requests(visit: Visit) -> Reply:
    """What the worker asked for and noted, and how it stands."""
    return await _listed(visit)


async def _listed(visit: Visit, status: int = 200, wrong: str = "") -> Reply:
    asked = await visit.ask("GET", "/v1/approvals", query={"limit": _LISTED})
    noted = await visit.ask("GET", "/v1/observations", query={"limit": _LISTED})
    offered = await matters(visit)
    names = {each["id"]: each["name"] for each in offered}
    return visit.render(
        "grid/requests.html",
        status,
        asked=[each | {"named": named(visit, each["fields"])} for each in asked["items"]],
        noted=[each | {"named": named(visit, each["fields"])} for each in noted["items"]],
        names=names,
        offered=offered,
        durations=_FOR_MINORS,
        form=visit.form,
        wrong=wrong,
    )


@pages.get("/grid/residents/{rid}/request")
async def ask(visit: Visit) -> Reply:
    """The form that asks for one person's fields."""
    return await _form(visit, visit.query.get("purpose"), visit.query.all("field"))


async def _form(visit: Visit, purpose: str, fields: list[str], status: int = 200, wrong: str = "") -> Reply:
    chosen, body = await matter(visit, purpose), await head(visit)
    # What the matter shows by itself is only asked for where none of it was shown, as of a minor.
    keys = (
        chosen["on_approval"]
        if fields and {*fields} <= {*chosen["on_approval"]}
        else (*chosen["fields"], *chosen["on_approval"])
    )
    may = [(key, name_of(visit, key)) for key in keys]
    return visit.render(
        "grid/request.html",
        status,
        rid=body["rid"],
        given=body["fields"],
        matter=chosen,
        may=may,
        chosen=fields or keys,
        durations=DURATIONS,
        form=visit.form,
        wrong=wrong,
    )


@pages.post("/grid/residents/{rid}/request")
async def send(visit: Visit) -> Reply:
    """Send it to whoever decides."""
    form = visit.form
    claim: dict[str, Any] = {"subject": {"rid": visit.place("rid")}, "purpose": form.get("purpose")}
    claim |= {"reason": form.get("reason"), "duration": form.get("duration")}
    claim |= {"fields": form.all("field")} if form.all("field") else {}
    answer = await visit.call("POST", "/v1/approvals", claim, once=form.once)
    if answer.good:
        return visit.redirect("/grid/requests", "asked")
    if wrong := _wrong_reason(visit, answer):
        return await _form(visit, form.get("purpose"), form.all("field"), 422, wrong)
    return visit.refuse(answer)


def _wrong_reason(visit: Visit, answer: Answer) -> str:
    """What to say beside the reason, where that is what was refused; empty for any other answer."""
    if answer.status != 422 and Reason.REASON_REQUIRED.value not in answer.reasons:  # noqa: PLR2004
        return ""
    return visit.gettext(msgid("Say in a sentence what it is for, without any number by which somebody is found."))


@pages.post("/grid/requests/minors")
async def ask_for_minors(visit: Visit) -> Reply:
    """Ask to read the minors of the grid for a matter, for as long as a season lasts."""
    form = visit.form
    claim = {"grid": visit.principal.area, "purpose": form.get("purpose"), "reason": form.get("reason")}
    answer = await visit.call("POST", "/v1/approvals", claim | {"duration": form.get("duration")}, once=form.once)
    if answer.good:
        return visit.redirect("/grid/requests", "asked")
    wrong = _wrong_reason(visit, answer)
    return await _listed(visit, 422, wrong) if wrong else visit.refuse(answer)


@pages.post("/grid/requests/end")
async def end(visit: Visit) -> Reply:
    """End a request, or what came of it, at once."""
    await visit.ask("POST", "/v1/approvals/{id}/revocation", {}, id=visit.form.get("id"))
    return visit.redirect("/grid/requests", "ended")
