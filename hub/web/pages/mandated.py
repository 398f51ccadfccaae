"""What is read and entered on a mandate, whoever holds it: a clerk at the counter, a guardian, a near relative.

Both audiences have pages of their own, with their own words; what those send to the API is the same, and is here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of
from hub.web.pages.resident.consents import sentences
from hub.web.pages.resident.corrections import LISTS, is_correctable, value_of
from hub.web.pages.resident.requests import STATES
from hub.web.values import Values
from hub.web.visit import Visit

UNPROCESSABLE = 422
_NOT_FOUND = 404
_MOST_DIGITS = 15
CONSENT_STATES = {
    "requested": msgid("waits for an answer"),
    "given": msgid("agreed to"),
    "refused": msgid("not agreed to"),
    "withdrawn": msgid("taken back"),
    "replaced": msgid("answered anew"),
    "expired": msgid("its time is over"),
    "lapsed": msgid("the matter has changed"),
}


class Mandate(Protocol):
    """What is needed of a mandate: its id, and the address of its page."""

    @property
    def id(self) -> str:
        """In the API."""

    @property
    def path(self) -> str:
        """Of the page."""


async def consents(visit: Visit, held: Mandate) -> dict[str, Any]:
    """For a page: what is asked, what stands, what may be agreed to, what was before."""
    body = await _consents(visit, held)
    given, asked = ([each for each in body["items"] if each["state"] == state] for state in ("given", "requested"))
    answered = {each["purpose"] for each in given}
    return {
        "given": given,
        "asked": asked,
        "offered": [each for each in body["offered"] if each["purpose"] not in answered],
        "past": [each for each in body["items"] if each not in given and each not in asked],
        "states": CONSENT_STATES,
    }


async def consent_text(visit: Visit, held: Mandate) -> dict[str, Any]:
    """For a page: the text of the purpose of its address, and whether somebody asks for the agreement."""
    body = await _consents(visit, held)
    found = next((each for each in body["offered"] if each["purpose"] == visit.place("purpose")), None)
    if found is None:
        raise Refusal(_NOT_FOUND, ["not_found"])
    asked = [each for each in body["items"] if each["purpose"] == found["purpose"] and each["state"] == "requested"]
    return {"offered": found, "asked": asked, "sentences": sentences(str(found["text"][visit.language]))}


async def answer_consent(visit: Visit, held: Mandate, back: str) -> Reply:
    """Agree or refuse as the form says, and go back to an address."""
    form = visit.form
    claim = {"purpose": form.get("purpose"), "decision": form.get("decision"), "version": form.get("version")}
    claim |= {"recipient": form.get("recipient")} if form.get("recipient") else {}
    await visit.ask("POST", "/v1/me/consents", claim, mandate=held.id, once=form.once)
    return visit.redirect(back, "agreed" if claim["decision"] == "give" else "refused")


async def withdraw_consent(visit: Visit, held: Mandate, back: str) -> Reply:
    """Take an agreement back, and go back to an address."""
    await visit.ask("POST", "/v1/me/consents/{id}/withdrawal", {}, mandate=held.id, id=visit.form.get("consent"))
    return visit.redirect(back, "withdrawn")


async def corrections(visit: Visit, held: Mandate) -> dict[str, Any]:
    """For a page: what was asked to be corrected, with how it stands."""
    body = await visit.ask("GET", "/v1/me/corrections", query={"limit": "100"}, mandate=held.id)
    return {
        "items": body["items"],
        "states": STATES,
        "name": lambda key: name_of(visit, key),
        "say": Values(visit.language, visit.today).say,
    }


async def correct(visit: Visit, held: Mandate) -> Answer | None:
    """Send a correction; returns what is wrong with the form, for it to be asked again."""
    key, reason = visit.form.get("field"), visit.form.get("reason") or None
    claim = {"field": key, "value": value_of(visit, key), "reason": reason}
    answer = await visit.call("POST", "/v1/me/corrections", claim, mandate=held.id, once=visit.form.once)
    if answer.status == UNPROCESSABLE:
        return answer
    if not answer.good:
        visit.refuse(answer)
    return None


def correction(visit: Visit, answer: Answer | None = None) -> dict[str, Any]:
    """For a page: the field to correct, and what was wrong with what was sent."""
    key = visit.form.get("field")
    if not is_correctable(key):
        raise Refusal(_NOT_FOUND, ["not_found"])
    wrong = {each["member"].partition(".")[0] for each in answer.errors} if answer else set()
    value_error = msgid("This cannot be right: check its form and send it again.") if "value" in wrong else ""
    reason_error = msgid("Please leave numbers of documents and telephones out.") if "reason" in wrong else ""
    return {
        "field": fields()[key],
        "form": visit.form,
        "choices": Values(visit.language, visit.today).choices(key),
        "listed": fields()[key].kind in LISTS,
        "value_error": visit.gettext(value_error),
        "reason_error": visit.gettext(reason_error),
    }


async def turn_switch(visit: Visit, held: Mandate) -> Reply:
    """Turn one switch of privacy mode: `group|audience|show` or `…|hide`, as its button says."""
    named, audience, wish = [*visit.form.get("turn").split("|"), "", ""][:3]
    rule = {"group": named, "audience": audience, "visible": wish == "show"}
    await visit.ask("PUT", "/v1/me/visibility", {"rules": [rule]}, mandate=held.id)
    return visit.redirect(held.path, "shown" if rule["visible"] else "hidden")


async def asked_for(visit: Visit, held: Mandate, kind: str) -> list[dict[str, Any]]:
    """The requests of a kind, the newest first."""
    items = (await visit.ask("GET", "/v1/me/requests", query={"limit": "200"}, mandate=held.id))["items"]
    return [each for each in reversed(items) if each["kind"] == kind]


async def object_to_access(visit: Visit, held: Mandate, words: Mapping[str, str]) -> dict[str, str]:
    """Object to one entry of the list, by its number.

    Args:
        visit: with the form.
        held: the mandate.
        words: what to say where `index` or `reason` is wrong, msgids.

    Returns:
        By member what is wrong with the form; nothing where the objection was sent.
    """
    text = visit.form.get("index")
    index = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1
    claim = {"index": index, "reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/me/disputes", claim, mandate=held.id, once=visit.form.once)
    if answer.good:
        return {}
    if answer.status not in (_NOT_FOUND, UNPROCESSABLE):
        visit.refuse(answer)
    members = {each["member"] for each in answer.errors} or {"index"}
    return {each: visit.gettext(words.get(each, "")) for each in members}


async def freezes(visit: Visit, held: Mandate) -> list[dict[str, Any]]:
    """The freezes in force."""
    return [each for each in await asked_for(visit, held, "freeze") if each["state"] == "in_force"]


async def freeze_file(visit: Visit, held: Mandate) -> Reply:
    """Freeze the file."""
    claim = {"reason": visit.form.get("reason") or None}
    await visit.ask("POST", "/v1/me/freezes", claim, mandate=held.id, once=visit.form.once)
    return visit.redirect(held.path, "frozen")


async def end_freeze(visit: Visit, held: Mandate) -> Reply:
    """End a freeze."""
    await visit.ask("POST", "/v1/me/freezes/{id}/withdrawal", {}, mandate=held.id, id=visit.form.get("freeze"))
    return visit.redirect(held.path, "thawed")


async def _consents(visit: Visit, held: Mandate) -> Any:
    return await visit.ask("GET", "/v1/me/consents", query={"limit": "200"}, mandate=held.id)
