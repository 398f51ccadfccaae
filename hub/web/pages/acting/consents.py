"""Agreeing, refusing and taking back for somebody else; always with the text."""

from hub.api.reply import Reply
from hub.web.pages import mandated
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)


async def listed(visit: Visit, held: Held) -> Reply:
    """What is asked, what stands, and what may be agreed to."""
    return visit.render("acting/consents.html", held=held, **await mandated.consents(visit, held))


@pages.get("/me/for/{id}/consents/{purpose}")
@on_mandate
async def text(visit: Visit, held: Held) -> Reply:
    """The text of one purpose, and the two answers to it."""
    return visit.render("acting/consent.html", held=held, **await mandated.consent_text(visit, held))


@pages.post("/me/for/{id}/consents")
@on_mandate
async def answer(visit: Visit, held: Held) -> Reply:
    """Agree or refuse for them."""
    return await mandated.answer_consent(visit, held, held.path)


@pages.post("/me/for/{id}/consents/withdrawal")
@on_mandate
async def withdraw(visit: Visit, held: Held) -> Reply:
    """Take an agreement back for them."""
    return await mandated.withdraw_consent(visit, held, held.path)
