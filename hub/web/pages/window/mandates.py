"""The work on one mandate: what the matter is about, its end, and the slip the resident takes home."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named, shown, withheld
from hub.web.moments import moment
from hub.web.pages.window import WINDOW, accesses, consents, corrections, wishes
from hub.web.pages.window.held import Held, Work, on_mandate, refused_work, served_now, title_of
from hub.web.pages.window.refusals import at_the_counter
from hub.web.people import person_name
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
DONE = {
    "mandate": msgid("The matter was opened, confirmed or ended"),
    "disclosure": msgid("The form's data were looked at"),
    "trail_read": msgid("The list of who looked was printed"),
    "correction": msgid("A correction was asked for"),
    "consent": msgid("A consent was given, refused or taken back"),
    "consent_read": msgid("Your consents were looked at"),
    "visibility": msgid("You changed who may see your data"),
    "visibility_read": msgid("Who may see your data was looked at"),
    "explanation": msgid("It was asked who could see your data"),
    "dispute": msgid("You objected to an access"),
    "request_read": msgid("What you asked for was looked at"),
    "freeze": msgid("Your file was frozen, or that was ended"),
    "notice": msgid("You are told of the change"),
}
"""What was done, told to the resident, by kind of entry."""
_LOOKS = frozenset({"trail_read", "consent_read", "visibility_read", "request_read", "explanation"})
_OTHERWISE = msgid("Something else was done on this matter")
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


@pages.get("/window/mandates/{id}/slip")
async def slip(visit: Visit) -> Reply:
    """What was done, to be printed in large type and signed."""
    body = await visit.ask("GET", "/v1/mandates/{id}/slip", id=visit.place("id"))
    served = served_now(visit)
    name = served.name if served.rid == body["subject"]["rid"] else ""
    language = visit.language
    head = [
        (msgid("For"), name),
        (msgid("Matter"), title_of(visit, body)),
        (msgid("When"), moment(body["opened"], language, visit.today)),
        (msgid("Served by"), person_name(body["by"], language)),
        (msgid("Paper form"), body["form"]),
        (msgid("Second person"), body["witness"] and person_name(body["witness"], language)),
    ]
    return visit.render(
        "window/slip.html",
        head=[(visit.gettext(label), text) for label, text in head if text],
        items=[{**each, "what": visit.gettext(DONE.get(each["kind"], _OTHERWISE))} for each in _once(body["done"])],
        names=lambda each: named(visit, each["fields"]),
        rid=body["subject"]["rid"],
    )


def _once(done: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What was done, in order; looks at the same list again and again as the first of them."""
    seen = set()
    for each in done:
        if each["kind"] not in _LOOKS or each["kind"] not in seen:
            yield each
        seen.add(each["kind"])
