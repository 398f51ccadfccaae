"""What I agreed to: answer a question, agree, refuse, take back; always with the text."""

import re

from hub.api.reply import Reply
from hub.web.calls import Refusal
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)
STATES = {
    "requested": msgid("waits for your answer"),
    "given": msgid("you agreed"),
    "refused": msgid("you refused"),
    "withdrawn": msgid("you took it back"),
    "replaced": msgid("answered anew"),
    "expired": msgid("its time is over"),
    "lapsed": msgid("the matter has changed"),
}


@pages.get("/me/consents", msgid("What I agreed to"), order=50)
async def consents(visit: Visit) -> Reply:
    """What waits, what stands, what was, and what one may agree to."""
    body = await visit.ask("GET", "/v1/me/consents", query={"limit": "200"})
    by_state: dict[str, list[dict[str, object]]] = {"requested": [], "given": [], "past": []}
    for each in body["items"]:
        by_state[each["state"] if each["state"] in by_state else "past"].append(each)
    answered = {each["purpose"] for state in ("requested", "given") for each in by_state[state]}
    offered = [each for each in body["offered"] if each["purpose"] not in answered]
    return visit.render("resident/consents.html", by_state=by_state, offered=offered, states=STATES)


@pages.get("/me/consents/{purpose}")
async def text(visit: Visit) -> Reply:
    """The text of one purpose, and the two answers to it."""
    body = await visit.ask("GET", "/v1/me/consents", query={"limit": "200"})
    found = next((each for each in body["offered"] if each["purpose"] == visit.place("purpose")), None)
    if found is None:
        raise Refusal(404, ["not_found"])
    asked = [each for each in body["items"] if each["purpose"] == found["purpose"] and each["state"] == "requested"]
    words = sentences(str(found["text"][visit.language]))
    return visit.render("resident/consent.html", offered=found, asked=asked, sentences=words)


def sentences(text: str) -> list[str]:
    """A text with each sentence on a line of its own: the texts are long, and must be understood."""
    return [each for each in re.split(r"(?<=[。])|(?<=[.]) ", text) if each]


@pages.post("/me/consents")
async def answer(visit: Visit) -> Reply:
    """Agree or refuse."""
    form = visit.form
    claim = {"purpose": form.get("purpose"), "decision": form.get("decision"), "version": form.get("version")}
    claim |= {"recipient": form.get("recipient")} if form.get("recipient") else {}
    await visit.ask("POST", "/v1/me/consents", claim, once=form.once)
    return visit.redirect("/me/consents", "agreed" if claim["decision"] == "give" else "refused")


@pages.post("/me/consents/withdrawal")
async def withdraw(visit: Visit) -> Reply:
    """Take an agreement back."""
    await visit.ask("POST", "/v1/me/consents/{id}/withdrawal", {}, id=visit.form.get("id"))
    return visit.redirect("/me/consents", "withdrawn")
