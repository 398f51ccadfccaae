"""Privacy mode, who could see something, objections and freezes, entered for the resident at the counter."""

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of
from hub.web.pages.resident.corrections import is_correctable
from hub.web.pages.resident.privacy import FIRST, groups_of
from hub.web.pages.resident.requests import STATES
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_MOST_DIGITS = 15


async def switches(visit: Visit, held: Held) -> Reply:
    """The switches of privacy mode."""
    groups = groups_of((await visit.ask("GET", "/v1/me/visibility", mandate=held.id))["rules"])
    return visit.render("window/visibility.html", held=held, groups=groups, first=FIRST)


@pages.post("/window/mandates/{id}/visibility")
@on_mandate
async def turn(visit: Visit, held: Held) -> Reply:
    """Turn one switch: `group|audience|show` or `…|hide`, as its button says."""
    named, audience, wish = [*visit.form.get("turn").split("|"), "", ""][:3]
    rule = {"group": named, "audience": audience, "visible": wish == "show"}
    await visit.ask("PUT", "/v1/me/visibility", {"rules": [rule]}, mandate=held.id)
    return visit.redirect(held.path, "shown" if rule["visible"] else "hidden")


async def explained(visit: Visit, held: Held) -> Reply:
    """Which kind of data, and who could see it today."""
    key = visit.query.get("field")
    options = [(each, name_of(visit, each)) for each in fields() if is_correctable(each)]
    body = None
    if key:
        query = {"field": key, "limit": "200"}
        body = await visit.ask("GET", "/v1/me/explanations", query=query, mandate=held.id)
    could = [each for each in body["items"] if each["could_read"]] if body else []
    return visit.render("window/explanations.html", held=held, options=options, chosen=key, body=body, could=could)


async def disputed(visit: Visit, held: Held) -> Reply:
    """The form of an objection, and those that were made."""
    return await _objections(visit, held)


async def _objections(visit: Visit, held: Held, status: int = 200, wrong: dict[str, str] | None = None) -> Reply:
    items = (await visit.ask("GET", "/v1/me/requests", query={"limit": "200"}, mandate=held.id))["items"]
    return visit.render(
        "window/disputes.html",
        status,
        held=held,
        items=[each for each in reversed(items) if each["kind"] == "dispute"],
        states=STATES,
        form=visit.form,
        wrong=wrong or {},
    )


@pages.post("/window/mandates/{id}/disputes")
@on_mandate
async def dispute(visit: Visit, held: Held) -> Reply:
    """Send an objection to one entry of the printed list, by its number."""
    text = visit.form.get("index")
    index = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1
    claim = {"index": index, "reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/me/disputes", claim, mandate=held.id, once=visit.form.once)
    if answer.good:
        return visit.redirect(held.path, "objected")
    if answer.status in (404, 422):
        members = {each["member"] for each in answer.errors} or {"index"}
        texts = {
            "index": msgid("The resident's list has no entry with this number."),
            "reason": msgid("Say in the resident's own words what they do not recognise; without any number."),
        }
        return await _objections(visit, held, 422, {each: visit.gettext(texts.get(each, "")) for each in members})
    return visit.refuse(answer)


async def frozen(visit: Visit, held: Held) -> Reply:
    """Whether the file is frozen, and the button that changes that."""
    items = (await visit.ask("GET", "/v1/me/requests", query={"limit": "200"}, mandate=held.id))["items"]
    now = [each for each in items if each["kind"] == "freeze" and each["state"] == "in_force"]
    return visit.render("window/freezes.html", held=held, now=now)


@pages.post("/window/mandates/{id}/freezes")
@on_mandate
async def freeze(visit: Visit, held: Held) -> Reply:
    """Freeze the file."""
    claim = {"reason": visit.form.get("reason") or None}
    await visit.ask("POST", "/v1/me/freezes", claim, mandate=held.id, once=visit.form.once)
    return visit.redirect(held.path, "frozen")


@pages.post("/window/mandates/{id}/freezes/withdrawal")
@on_mandate
async def thaw(visit: Visit, held: Held) -> Reply:
    """End a freeze."""
    route = "/v1/me/freezes/{id}/withdrawal"
    await visit.ask("POST", route, {}, mandate=held.id, id=visit.form.get("freeze"))
    return visit.redirect(held.path, "thawed")
