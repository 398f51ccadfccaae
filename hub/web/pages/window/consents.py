"""Agreeing, refusing and taking back at the counter: the text is read aloud, the resident's answer is entered."""

from typing import Any

from hub.api.reply import Reply
from hub.web.calls import Refusal
from hub.web.catalogue import msgid
from hub.web.pages.resident.consents import sentences
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import Held, on_mandate
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
STATES = {
    "requested": msgid("waits for an answer"),
    "given": msgid("agreed to"),
    "refused": msgid("not agreed to"),
    "withdrawn": msgid("taken back"),
    "replaced": msgid("answered anew"),
    "expired": msgid("its time is over"),
    "lapsed": msgid("the matter has changed"),
}


async def listed(visit: Visit, held: Held) -> Reply:
    """What stands, what is asked, and what one may agree to; of a purpose's own mandate, that purpose alone."""
    body = await _consents(visit, held)
    given = [each for each in body["items"] if each["state"] == "given"]
    asked = [each for each in body["items"] if each["state"] == "requested"]
    answered = {each["purpose"] for each in given}
    offered = [each for each in body["offered"] if each["purpose"] not in answered]
    past = [each for each in body["items"] if each not in given and each not in asked]
    return visit.render(
        "window/consents.html", held=held, given=given, asked=asked, offered=offered, past=past, states=STATES
    )


async def _consents(visit: Visit, held: Held) -> Any:
    return await visit.ask("GET", "/v1/me/consents", query={"limit": "200"}, mandate=held.id)


@pages.get("/window/mandates/{id}/consents")
@on_mandate
async def consents(visit: Visit, held: Held) -> Reply:
    """The same where the matter is a form that also needs an agreement."""
    return await listed(visit, held)


@pages.get("/window/mandates/{id}/consents/{purpose}")
@on_mandate
async def text(visit: Visit, held: Held) -> Reply:
    """The text to be read aloud, in large type, and the two answers to it."""
    body = await _consents(visit, held)
    found = next((each for each in body["offered"] if each["purpose"] == visit.place("purpose")), None)
    if found is None:
        raise Refusal(404, ["not_found"])
    asked = [each for each in body["items"] if each["purpose"] == found["purpose"] and each["state"] == "requested"]
    words = sentences(str(found["text"][visit.language]))
    return visit.render("window/consent.html", held=held, offered=found, asked=asked, sentences=words)


@pages.post("/window/mandates/{id}/consents")
@on_mandate
async def answer(visit: Visit, held: Held) -> Reply:
    """Enter what the resident has said."""
    form = visit.form
    claim = {"purpose": form.get("purpose"), "decision": form.get("decision"), "version": form.get("version")}
    claim |= {"recipient": form.get("recipient")} if form.get("recipient") else {}
    await visit.ask("POST", "/v1/me/consents", claim, mandate=held.id, once=form.once)
    return visit.redirect(f"{held.path}/consents", "agreed" if claim["decision"] == "give" else "refused")


@pages.post("/window/mandates/{id}/consents/withdrawal")
@on_mandate
async def withdraw(visit: Visit, held: Held) -> Reply:
    """Take an agreement back for the resident."""
    route = "/v1/me/consents/{id}/withdrawal"
    await visit.ask("POST", route, {}, mandate=held.id, id=visit.form.get("consent"))
    return visit.redirect(f"{held.path}/consents", "withdrawn")
