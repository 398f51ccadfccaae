"""Agreeing, refusing and taking back for somebody else; always with the text."""

from typing import Any

from hub.api.reply import Reply
from hub.web.calls import Refusal
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate
from hub.web.pages.resident.consents import sentences
from hub.web.pages.window.consents import STATES
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)


async def listed(visit: Visit, held: Held) -> Reply:
    """What is asked, what stands, and what may be agreed to."""
    body = await _consents(visit, held)
    by_state: dict[str, list[dict[str, Any]]] = {"requested": [], "given": [], "past": []}
    for each in body["items"]:
        by_state[each["state"] if each["state"] in by_state else "past"].append(each)
    answered = {each["purpose"] for each in by_state["given"]}
    offered = [each for each in body["offered"] if each["purpose"] not in answered]
    return visit.render("acting/consents.html", held=held, by_state=by_state, offered=offered, states=STATES)


async def _consents(visit: Visit, held: Held) -> Any:
    return await visit.ask("GET", "/v1/me/consents", query={"limit": "200"}, mandate=held.id)


@pages.get("/me/for/{id}/consents/{purpose}")
@on_mandate
async def text(visit: Visit, held: Held) -> Reply:
    """The text of one purpose, and the two answers to it."""
    body = await _consents(visit, held)
    found = next((each for each in body["offered"] if each["purpose"] == visit.place("purpose")), None)
    if found is None:
        raise Refusal(404, ["not_found"])
    asked = [each for each in body["items"] if each["purpose"] == found["purpose"] and each["state"] == "requested"]
    words = sentences(str(found["text"][visit.language]))
    return visit.render("acting/consent.html", held=held, offered=found, asked=asked, sentences=words)


@pages.post("/me/for/{id}/consents")
@on_mandate
async def answer(visit: Visit, held: Held) -> Reply:
    """Agree or refuse for them."""
    form = visit.form
    claim = {"purpose": form.get("purpose"), "decision": form.get("decision"), "version": form.get("version")}
    claim |= {"recipient": form.get("recipient")} if form.get("recipient") else {}
    await visit.ask("POST", "/v1/me/consents", claim, mandate=held.id, once=form.once)
    return visit.redirect(held.path, "agreed" if claim["decision"] == "give" else "refused")


@pages.post("/me/for/{id}/consents/withdrawal")
@on_mandate
async def withdraw(visit: Visit, held: Held) -> Reply:
    """Take an agreement back for them."""
    await visit.ask("POST", "/v1/me/consents/{id}/withdrawal", {}, mandate=held.id, id=visit.form.get("consent"))
    return visit.redirect(held.path, "withdrawn")
