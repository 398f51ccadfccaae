"""Correcting something at the counter: it waits for the department that the value comes from."""

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.calls import Answer
from hub.web.disclosed import name_of
from hub.web.pages import mandated
from hub.web.pages.resident.corrections import is_correctable
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_FIRST = ("tel", "addr", "ec", "residence", "name")
"""What is changed most often."""


async def listed(visit: Visit, held: Held) -> Reply:
    """What may be corrected, and what the clerk has entered for this resident, with how it stands."""
    others = [key for key in fields() if key not in _FIRST and is_correctable(key)]
    return visit.render(
        "window/corrections.html",
        held=held,
        first=[(key, name_of(visit, key)) for key in _FIRST],
        others=[(key, name_of(visit, key)) for key in others],
        **await mandated.corrections(visit, held),
    )


@pages.post("/window/mandates/{id}/corrections/new")
@on_mandate
async def begin(visit: Visit, held: Held) -> Reply:
    """Ask what it should be."""
    return _asked(visit, held)


@pages.post("/window/mandates/{id}/corrections")
@on_mandate
async def send(visit: Visit, held: Held) -> Reply:
    """Send the correction."""
    wrong = await mandated.correct(visit, held)
    return _asked(visit, held, wrong) if wrong else visit.redirect(held.path, "correction")


def _asked(visit: Visit, held: Held, wrong: Answer | None = None) -> Reply:
    status = mandated.UNPROCESSABLE if wrong else 200
    return visit.render("window/correction.html", status, held=held, **mandated.correction(visit, wrong))
