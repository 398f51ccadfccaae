"""Saying what is wrong in somebody's file: it waits for the department that the value comes from."""

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.calls import Answer
from hub.web.disclosed import name_of
from hub.web.pages import mandated
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate
from hub.web.pages.resident.corrections import is_correctable
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)


async def listed(visit: Visit, held: Held) -> Reply:
    """What may be corrected, and what one has sent for this person, with how it stands."""
    options = [(key, name_of(visit, key)) for key in fields() if is_correctable(key)]
    sent = await mandated.corrections(visit, held)
    return visit.render("acting/corrections.html", held=held, options=options, **sent)


@pages.post("/me/for/{id}/corrections/new")
@on_mandate
async def begin(visit: Visit, held: Held) -> Reply:
    """Ask what it should be."""
    return _asked(visit, held)


@pages.post("/me/for/{id}/corrections")
@on_mandate
async def send(visit: Visit, held: Held) -> Reply:
    """Send the correction."""
    wrong = await mandated.correct(visit, held)
    return _asked(visit, held, wrong) if wrong else visit.redirect(held.path, "correction")


def _asked(visit: Visit, held: Held, wrong: Answer | None = None) -> Reply:
    status = mandated.UNPROCESSABLE if wrong else 200
    return visit.render("acting/correction.html", status, held=held, **mandated.correction(visit, wrong))
