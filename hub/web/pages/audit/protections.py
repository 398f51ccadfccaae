"""Protected persons: whose address and telephone are kept from family, counter and lists; asked for and ended here."""

from typing import Any

from hub.api.reply import Reply
from hub.model.principal import Role
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
STATES = {
    "pending": msgid("waits for another person"),
    "in_force": msgid("protected"),
    "lifting": msgid("protected; its end waits for another person"),
    "lifted": msgid("protected no more"),
    "denied": msgid("denied"),
}
STEPS = {
    "ask": msgid("asked for it"),
    "approve": msgid("agreed"),
    "deny": msgid("refused"),
    "lift": msgid("asked that it end"),
}
_REASON = msgid("Give your reason in a sentence, without any number of a person.")
_WRONG = {
    "bad_input": ("idno", msgid("This is not a complete identity number. Check each digit.")),
    "out_of_scope": ("idno", msgid("Nobody with this number lives in your area.")),
    "already_decided": ("idno", msgid("This person is protected already, or somebody has asked for it.")),
    "self_approval": ("idno", msgid("This is about you or your household: another officer must ask.")),
}
_BAD_INPUT = 422
_LISTED = "50"


@pages.get("/audit/protections", msgid("Protected persons"), order=84)
async def protections(visit: Visit) -> Reply:
    """Those of the area, the newest first, and the form for another one."""
    return await _shown(visit)


@pages.post("/audit/protections")
async def protect(visit: Visit) -> Reply:
    """Ask that somebody be protected, named by a number that goes no further than this."""
    claim = {"subject": {"idno": visit.form.get("idno")}, "reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/protections", claim, once=visit.form.once)
    if answer.good:
        return visit.redirect("/audit/protections", "asked")
    return await _refused(visit, answer)


@pages.post("/audit/protections/lifting")
async def lift(visit: Visit) -> Reply:
    """Ask that a protection end."""
    name = visit.form.get("id")
    claim = {"reason": visit.form.get("reason")}
    answer = await visit.call("POST", "/v1/protections/{id}/lifting", claim, once=visit.form.once, id=name)
    if answer.good:
        return visit.redirect("/audit/protections", "lifting")
    if answer.status == _BAD_INPUT:
        return await _shown(visit, {name: visit.gettext(_REASON)}, _BAD_INPUT)
    return visit.refuse(answer)


async def _refused(visit: Visit, answer: Answer) -> Reply:
    """What the API did not take, beside the field that it is about."""
    if any(each["member"] == "reason" for each in answer.errors):
        return await _shown(visit, {"reason": visit.gettext(_REASON)}, answer.status)
    for reason in answer.reasons:
        if reason in _WRONG:
            field, words = _WRONG[reason]
            return await _shown(visit, {field: visit.gettext(words)}, answer.status)
    return visit.refuse(answer)


async def _shown(visit: Visit, error: dict[str, str] | None = None, status: int = 200) -> Reply:
    cursor = visit.query.get("cursor")
    query = {"limit": _LISTED} | ({"cursor": cursor} if cursor else {})
    body: dict[str, Any] = await visit.ask("GET", "/v1/protections", query=query)
    return visit.render(
        "audit/protections.html",
        status,
        items=body["items"],
        next=body["next"],
        later=bool(cursor),
        states=STATES,
        steps=STEPS,
        error=error or {},
        asks=visit.principal.role is Role.SECURITY_OFFICER,
    )
