"""Privacy mode, objections, freezes and erasure, asked for in somebody's place."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate, refused
from hub.web.pages.resident.privacy import FIRST, groups_of
from hub.web.pages.resident.requests import STATES
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)
_MOST_DIGITS = 15


async def switches(visit: Visit, held: Held) -> Reply:
    """The switches of privacy mode."""
    groups = groups_of((await visit.ask("GET", "/v1/me/visibility", mandate=held.id))["rules"])
    return visit.render("acting/visibility.html", held=held, groups=groups, first=FIRST)


@pages.post("/me/for/{id}/visibility")
@on_mandate
async def turn(visit: Visit, held: Held) -> Reply:
    """Turn one switch: `group|audience|show` or `…|hide`, as its button says."""
    named, audience, wish = [*visit.form.get("turn").split("|"), "", ""][:3]
    rule = {"group": named, "audience": audience, "visible": wish == "show"}
    await visit.ask("PUT", "/v1/me/visibility", {"rules": [rule]}, mandate=held.id)
    return visit.redirect(held.path, "shown" if rule["visible"] else "hidden")


async def disputed(visit: Visit, held: Held) -> Reply:
    """The form of an objection, and those that were made."""
    return await _objections(visit, held)


async def _objections(visit: Visit, held: Held, status: int = 200, wrong: dict[str, str] | None = None) -> Reply:
    items = await _asked_for(visit, held, "dispute")
    return visit.render(
        "acting/disputes.html", status, held=held, items=items, states=STATES, form=visit.form, wrong=wrong or {}
    )


async def _asked_for(visit: Visit, held: Held, kind: str) -> list[dict[str, object]]:
    items = (await visit.ask("GET", "/v1/me/requests", query={"limit": "200"}, mandate=held.id))["items"]
    return [each for each in reversed(items) if each["kind"] == kind]


@pages.post("/me/for/{id}/disputes")
@on_mandate
async def dispute(visit: Visit, held: Held) -> Reply:
    """Object to one entry of the list, by its number."""
    text = visit.form.get("index")
    index = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1
    claim = {"index": index, "reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/me/disputes", claim, mandate=held.id, once=visit.form.once)
    if answer.good:
        return visit.redirect(held.path, "objected")
    if answer.status in (404, 422):
        members = {each["member"] for each in answer.errors} or {"index"}
        texts = {
            "index": msgid("The list has no entry with this number."),
            "reason": msgid("Say in your own words what you do not recognise; without any number."),
        }
        return await _objections(visit, held, 422, {each: visit.gettext(texts.get(each, "")) for each in members})
    return refused(visit, held, answer)


async def frozen(visit: Visit, held: Held) -> Reply:
    """Whether the file is frozen, and the button that changes that."""
    now = [each for each in await _asked_for(visit, held, "freeze") if each["state"] == "in_force"]
    return visit.render("acting/freezes.html", held=held, now=now)


@pages.post("/me/for/{id}/freezes")
@on_mandate
async def freeze(visit: Visit, held: Held) -> Reply:
    """Freeze the file."""
    claim = {"reason": visit.form.get("reason") or None}
    await visit.ask("POST", "/v1/me/freezes", claim, mandate=held.id, once=visit.form.once)
    return visit.redirect(held.path, "frozen")


@pages.post("/me/for/{id}/freezes/withdrawal")
@on_mandate
async def thaw(visit: Visit, held: Held) -> Reply:
    """End a freeze."""
    await visit.ask("POST", "/v1/me/freezes/{id}/withdrawal", {}, mandate=held.id, id=visit.form.get("freeze"))
    return visit.redirect(held.path, "thawed")


async def erasures(visit: Visit, held: Held) -> Reply:
    """What one has asked for, and the form that asks for erasure."""
    return await _erasures(visit, held)


async def _erasures(visit: Visit, held: Held, error: str = "") -> Reply:
    items = await _asked_for(visit, held, "erasure_request")
    return visit.render(
        "acting/erasure.html", 422 if error else 200, held=held, items=items, states=STATES, error=error
    )


@pages.post("/me/for/{id}/erasure")
@on_mandate
async def erase(visit: Visit, held: Held) -> Reply:
    """Ask that the file of somebody who died be erased, once a box says that it is meant."""
    if "sure" not in visit.form:
        return await _erasures(visit, held, visit.gettext(msgid("Tick the box if you really mean it.")))
    claim = {"reason": visit.form.get("reason") or None}
    await visit.ask("POST", "/v1/me/erasure", claim, mandate=held.id, once=visit.form.once)
    return visit.redirect(held.path, "erasure")
