"""Agreeing, refusing and taking back at the counter: the text is read aloud, the resident's answer is entered."""

from hub.api.reply import Reply
from hub.web.pages import mandated
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)


async def listed(visit: Visit, held: Held) -> Reply:
    """What stands, what is asked, and what one may agree to; of a purpose's own mandate, that purpose alone."""
    return visit.render("window/consents.html", held=held, **await mandated.consents(visit, held))


@pages.get("/window/mandates/{id}/consents")
@on_mandate
async def consents(visit: Visit, held: Held) -> Reply:
    """The same where the matter is a form that also needs an agreement."""
    return await listed(visit, held)


@pages.get("/window/mandates/{id}/consents/{purpose}")
@on_mandate
async def text(visit: Visit, held: Held) -> Reply:
    """The text to be read aloud, in large type, and the two answers to it."""
    return visit.render("window/consent.html", held=held, **await mandated.consent_text(visit, held))


@pages.post("/window/mandates/{id}/consents")
@on_mandate
async def answer(visit: Visit, held: Held) -> Reply:
    """Enter what the resident has said."""
    return await mandated.answer_consent(visit, held, f"{held.path}/consents")


@pages.post("/window/mandates/{id}/consents/withdrawal")
@on_mandate
async def withdraw(visit: Visit, held: Held) -> Reply:
    """Take an agreement back for the resident."""
    return await mandated.withdraw_consent(visit, held, f"{held.path}/consents")
