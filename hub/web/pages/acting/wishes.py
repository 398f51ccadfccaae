"""Privacy mode, objections, freezes and erasure, asked for in somebody's place."""

from collections.abc import Mapping

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages import mandated
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate
from hub.web.pages.resident.privacy import FIRST, groups_of
from hub.web.pages.resident.requests import STATES
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)
_WRONG = {
    "index": msgid("The list has no entry with this number."),
    "reason": msgid("Say in your own words what you do not recognise; without any number."),
}


async def switches(visit: Visit, held: Held) -> Reply:
    """The switches of privacy mode."""
    groups = groups_of((await visit.ask("GET", "/v1/me/visibility", mandate=held.id))["rules"])
    return visit.render("acting/visibility.html", held=held, groups=groups, first=FIRST)


@pages.post("/me/for/{id}/visibility")
@on_mandate
async def turn(visit: Visit, held: Held) -> Reply:
    """Turn one switch."""
    return await mandated.turn_switch(visit, held)


async def disputed(visit: Visit, held: Held) -> Reply:
    """The form of an objection, and those that were made."""
    return await _objections(visit, held)


async def _objections(visit: Visit, held: Held, wrong: Mapping[str, str] | None = None) -> Reply:
    status, items = mandated.UNPROCESSABLE if wrong else 200, await mandated.asked_for(visit, held, "dispute")
    return visit.render(
        "acting/disputes.html", status, held=held, items=items, states=STATES, form=visit.form, wrong=wrong or {}
    )


@pages.post("/me/for/{id}/disputes")
@on_mandate
async def dispute(visit: Visit, held: Held) -> Reply:
    """Object to one entry of the list, by its number."""
    wrong = await mandated.object_to_access(visit, held, _WRONG)
    return await _objections(visit, held, wrong) if wrong else visit.redirect(held.path, "objected")


async def frozen(visit: Visit, held: Held) -> Reply:
    """Whether the file is frozen, and the button that changes that."""
    return visit.render("acting/freezes.html", held=held, now=await mandated.freezes(visit, held))


@pages.post("/me/for/{id}/freezes")
@on_mandate
async def freeze(visit: Visit, held: Held) -> Reply:
    """Freeze the file."""
    return await mandated.freeze_file(visit, held)


@pages.post("/me/for/{id}/freezes/withdrawal")
@on_mandate
async def thaw(visit: Visit, held: Held) -> Reply:
    """End a freeze."""
    return await mandated.end_freeze(visit, held)


async def erasures(visit: Visit, held: Held) -> Reply:
    """What one has asked for, and the form that asks for erasure."""
    return await _erasures(visit, held)


async def _erasures(visit: Visit, held: Held, error: str = "") -> Reply:
    items = await mandated.asked_for(visit, held, "erasure_request")
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
