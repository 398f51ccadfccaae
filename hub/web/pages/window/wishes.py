"""Privacy mode, who could see something, objections and freezes, entered for the resident at the counter."""

from collections.abc import Mapping

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of
from hub.web.pages import mandated
from hub.web.pages.resident.corrections import is_correctable
from hub.web.pages.resident.privacy import FIRST, groups_of
from hub.web.pages.resident.requests import STATES
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_WRONG = {
    "index": msgid("The resident's list has no entry with this number."),
    "reason": msgid("Say in the resident's own words what they do not recognise; without any number."),
}


async def switches(visit: Visit, held: Held) -> Reply:
    """The switches of privacy mode."""
    groups = groups_of((await visit.ask("GET", "/v1/me/visibility", mandate=held.id))["rules"])
    return visit.render("window/visibility.html", held=held, groups=groups, first=FIRST)


@pages.post("/window/mandates/{id}/visibility")
@on_mandate
async def turn(visit: Visit, held: Held) -> Reply:
    """Turn one switch."""
    return await mandated.turn_switch(visit, held)


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


async def _objections(visit: Visit, held: Held, wrong: Mapping[str, str] | None = None) -> Reply:
    status, items = mandated.UNPROCESSABLE if wrong else 200, await mandated.asked_for(visit, held, "dispute")
    return visit.render(
        "window/disputes.html", status, held=held, items=items, states=STATES, form=visit.form, wrong=wrong or {}
    )


@pages.post("/window/mandates/{id}/disputes")
@on_mandate
async def dispute(visit: Visit, held: Held) -> Reply:
    """Send an objection to one entry of the printed list, by its number."""
    wrong = await mandated.object_to_access(visit, held, _WRONG)
    return await _objections(visit, held, wrong) if wrong else visit.redirect(held.path, "objected")


async def frozen(visit: Visit, held: Held) -> Reply:
    """Whether the file is frozen, and the button that changes that."""
    return visit.render("window/freezes.html", held=held, now=await mandated.freezes(visit, held))


@pages.post("/window/mandates/{id}/freezes")
@on_mandate
async def freeze(visit: Visit, held: Held) -> Reply:
    """Freeze the file."""
    return await mandated.freeze_file(visit, held)


@pages.post("/window/mandates/{id}/freezes/withdrawal")
@on_mandate
async def thaw(visit: Visit, held: Held) -> Reply:
    """End a freeze."""
    return await mandated.end_freeze(visit, held)
