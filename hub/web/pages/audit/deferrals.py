"""Telling a resident later of one access, where a law demands secrecy: one asks from its entry, another decides."""

from typing import Any

from hub.api.reply import Reply
from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.pages.audit.words import Words
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
STATES = {
    "pending": msgid("waits for another person"),
    "approved": msgid("the resident is told later"),
    "denied": msgid("denied"),
    "ended": msgid("over: the resident can see it"),
}
ERRORS = {
    "citation": msgid("Name the law and its article, without any number of a person."),
    "until": msgid("A day from tomorrow on, at most a year ahead, such as 2026-11-22."),
}
_BAD_INPUT = 422
_LISTED = "100"


@pages.get("/audit/deferrals", msgid("Deferred notices"), order=82)
async def deferrals(visit: Visit) -> Reply:
    """Those of the area, whatever became of them."""
    cursor = visit.query.get("cursor")
    query = {"limit": _LISTED} | ({"cursor": cursor} if cursor else {})
    body = await visit.ask("GET", "/v1/audit/deferrals", query=query)
    items = [_standing(visit, each) for each in body["items"]]
    return visit.render("audit/deferrals.html", items=items, next=body["next"], later=bool(cursor), states=STATES)


@pages.get("/audit/events/{index}/deferral")
async def ask(visit: Visit) -> Reply:
    """The form that asks for one, with the entry that it is about."""
    return await _asking(visit)


@pages.post("/audit/events/{index}/deferral")
async def send(visit: Visit) -> Reply:
    """Ask for it."""
    index = visit.place("index")
    claim = {
        "index": int(index) if index.isascii() and index.isdigit() else -1,
        "citation": visit.form.get("citation"),
        "until": visit.form.get("until"),
    }
    answer = await visit.call("POST", "/v1/audit/deferrals", claim, once=visit.form.once)
    if answer.good:
        return visit.redirect("/audit/deferrals", "asked")
    wrong = next((each["member"] for each in answer.errors if each["member"] in ERRORS), "")
    if answer.status == _BAD_INPUT and wrong:
        return await _asking(visit, {wrong: visit.gettext(ERRORS[wrong])}, _BAD_INPUT)
    return visit.refuse(answer)


def may_defer(visit: Visit, entry: dict[str, Any]) -> bool:
    """Whether the visitor may ask that whom an entry is about be told later."""
    officer = visit.principal.role is Role.SECURITY_OFFICER
    return officer and bool(entry["subject"]) and entry["role"] != Role.RESIDENT


async def _asking(visit: Visit, error: dict[str, str] | None = None, status: int = 200) -> Reply:
    body = await visit.ask("GET", "/v1/audit/events/{index}", index=visit.place("index"))
    listed = await visit.ask("GET", "/v1/audit/deferrals", query={"limit": "200"})
    before = [_standing(visit, each) for each in listed["items"] if each["index"] == body["index"]]
    return visit.render(
        "audit/deferral.html",
        status,
        body=body,
        before=before,
        states=STATES,
        open=any(each["stands"] in ("pending", "approved") for each in before),
        may=may_defer(visit, body),
        error=error or {},
        words=Words(visit),
    )


def _standing(visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
    """A deferral as it stands today."""
    over = item["state"] == "approved" and item["until"] <= visit.today.isoformat()
    return item | {"stands": "ended" if over else item["state"], "own": item["by"] == visit.principal.person}
