"""Changes of rules: what each widens and narrows, every line that would be otherwise, and the word on exactly that."""

from typing import Any

from hub.api.reply import Reply
from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.pages.audit.differences import file_of
from hub.web.pages.audit.effects import Told, told
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
STATES = {
    "pending": msgid("waits for two people"),
    "in_force": msgid("took effect"),
    "denied": msgid("denied"),
    "expired": msgid("expired"),
    "superseded": msgid("overtaken by another change"),
}
HOW = {
    "approval": msgid("two people agreed"),
    "narrowing": msgid("it only narrows: one person was enough"),
    "founding": msgid("the first rules"),
}
EFFECTS = {
    "widens": msgid("What it widens"),
    "changes": msgid("What else it changes"),
    "narrows": msgid("What it narrows"),
}
MATTERS = {"rules": msgid("Rules"), "principals": msgid("Appointments")}
_BAD_INPUT = 422
_LISTED = "50"


@pages.get("/audit/rules", msgid("Changes of rules"), order=75)
async def changes(visit: Visit) -> Reply:
    """All of them, the newest first."""
    cursor = visit.query.get("cursor")
    query = {"limit": _LISTED} | ({"cursor": cursor} if cursor else {})
    body = await visit.ask("GET", "/v1/rules/changes", query=query)
    return visit.render("audit/rules.html", body=body, later=bool(cursor), states=STATES, matters=MATTERS)


@pages.get("/audit/rules/{id}")
async def change(visit: Visit) -> Reply:
    """One of them, line by line."""
    return await _shown(visit)


@pages.post("/audit/rules/{id}")
async def decide(visit: Visit) -> Reply:
    """Say yes or no to what was shown, named by its digest."""
    said = visit.form.get
    claim = {"decision": said("decision"), "reason": said("reason"), "digest": said("digest")}
    name = visit.place("id")
    answer = await visit.call("POST", "/v1/rules/changes/{id}/decision", claim, once=visit.form.once, id=name)
    if answer.good:
        return visit.redirect(f"/audit/rules/{name}", "decided")
    if answer.status == _BAD_INPUT and any(each["member"] == "reason" for each in answer.errors):
        words = msgid("Give your reason in a sentence, without any number of a person.")
        return await _shown(visit, visit.gettext(words), _BAD_INPUT)
    return visit.refuse(answer)


async def _shown(visit: Visit, error: str = "", status: int = 200) -> Reply:
    body = await visit.ask("GET", "/v1/rules/changes/{id}", id=visit.place("id"))
    effects = {name: _lines(visit, body, name) for name in EFFECTS}
    agreed = any(each["by"] == visit.principal.id for each in body["approvals"])
    officer = visit.principal.role is Role.SECURITY_OFFICER
    return visit.render(
        "audit/change.html",
        status,
        body=body,
        effects={name: lines for name, lines in effects.items() if lines},
        files=[file_of(each) for each in body["texts"]],
        agreed=agreed,
        decides=officer and not agreed and body["state"] == "pending",
        error=error,
        words={"states": STATES, "how": HOW, "effects": EFFECTS, "matters": MATTERS},
    )


def _lines(visit: Visit, body: dict[str, Any], effect: str) -> list[Told]:
    return [told(visit.gettext, each["text"]) for each in body["difference"] if each["effect"] == effect]
