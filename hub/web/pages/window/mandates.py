"""The work on one mandate: what the matter is about, and its end."""

from collections.abc import Mapping
from functools import partial

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import shown, withheld
from hub.web.pages.window import WINDOW, accesses, consents, corrections, wishes
from hub.web.pages.window.held import Held, Work, on_mandate, refused_work
from hub.web.pages.window.refusals import at_the_counter
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_COUNTER = "PROXY"
_WORK: Mapping[str, Work] = {
    "accesses": accesses.listed,
    "corrections": corrections.listed,
    "consents": consents.listed,
    "visibility": wishes.switches,
    "explanations": wishes.explained,
    "disputes": wishes.disputed,
    "freezes": wishes.frozen,
}
_page = partial(on_mandate, waiting=True)


@pages.get("/window/mandates/{id}")
@_page
async def matter(visit: Visit, held: Held) -> Reply:
    """The matter's own page; before it is confirmed, what is waited for."""
    if held.state == "pending":
        return visit.render("window/waiting.html", held=held, error="")
    if held.matter in _WORK:
        return await _WORK[held.matter](visit, held)
    agreed = [each["matter"] for each in (await visit.ask("GET", "/v1/mandates"))["offered"] if each["consent"]]
    return visit.render("window/form.html", held=held, consent=held.matter in agreed, shown=[], withheld=[], read=False)


@pages.post("/window/mandates/{id}/form")
@on_mandate
async def form(visit: Visit, held: Held) -> Reply:
    """What the form needs, and nothing else."""
    claim = {"subject": {"rid": held.rid}, "purpose": _COUNTER}
    answer = await visit.call("POST", "/v1/disclosures", claim, mandate=held.id)
    kept = withheld(visit, answer.body.get("withheld", ())) if isinstance(answer.body, dict) else []
    if not answer.good and not kept:
        return refused_work(visit, held, answer)
    given = answer.body["fields"] if answer.good else {}
    kept = [each._replace(why=at_the_counter([_reason(answer.body, each.key)])) for each in kept]
    return visit.render(
        "window/form.html", held=held, consent=False, shown=shown(visit, given), withheld=kept, read=True
    )


def _reason(body: Mapping[str, list[Mapping[str, str]]], key: str) -> str:
    return next((each["reason"] for each in body["withheld"] if each["field"] == key), "")


@pages.post("/window/mandates/{id}/code")
@_page
async def code(visit: Visit, held: Held) -> Reply:
    """Enter the code that the resident was sent; the third wrong one ends the mandate."""
    route = "/v1/mandates/{id}/confirmation"
    answer = await visit.call("POST", route, {"code": visit.form.get("code")}, id=held.id)
    if answer.good and answer.body["state"] != "pending":
        return visit.redirect(held.path)
    if answer.good or answer.status == 422:  # noqa: PLR2004
        error = visit.gettext(msgid("This is not the code. Ask the resident to read it again, digit by digit."))
        return visit.render("window/waiting.html", 422, held=held, error=error)
    return visit.refuse(answer)


@pages.post("/window/mandates/{id}/end")
async def end(visit: Visit) -> Reply:
    """End it, and go on to the resident's next matter or to the slip; what has ended already has ended."""
    answer = await visit.call("POST", "/v1/mandates/{id}/closure", {}, id=visit.place("id"))
    if not answer.good and answer.status != 409:  # noqa: PLR2004
        return visit.refuse(answer)
    if visit.form.get("then") == "next":
        return visit.go_back(f"/window/residents/{visit.form.get('rid')}?said=ended", "/window")
    return visit.redirect(f"/window/mandates/{visit.place('id')}/slip")
