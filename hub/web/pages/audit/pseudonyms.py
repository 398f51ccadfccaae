"""Whose pseudonym it is: asked here, decided by somebody else in the inbox, seen here once."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
STATES = {
    "pending": msgid("waits for another person"),
    "approved": msgid("agreed to: may be seen once"),
    "denied": msgid("denied"),
    "read": msgid("was seen"),
    "expired": msgid("expired"),
}
_BAD_INPUT, _NOT_FOUND = 422, 404


@pages.get("/audit/pseudonyms", msgid("Whose pseudonym it is"), order=80)
async def pseudonyms(visit: Visit) -> Reply:
    """The requests, the newest first, and the form for another one."""
    return await _shown(visit, visit.query.get("subject"))


async def _shown(visit: Visit, subject: str, reason: str = "", error: str = "", status: int = 200) -> Reply:
    body = await visit.ask("GET", "/v1/audit/reidentifications", query={"limit": "50"})
    said = {"subject": subject, "reason": reason, "error": error}
    return visit.render(
        "audit/pseudonyms.html", status, items=body["items"], states=STATES, own=visit.principal.id, **said
    )


@pages.post("/audit/pseudonyms")
async def ask(visit: Visit) -> Reply:
    """Ask whose it is."""
    subject, reason = visit.form.get("subject"), visit.form.get("reason")
    claim = {"subject": subject, "reason": reason}
    answer = await visit.call("POST", "/v1/audit/reidentifications", claim, once=visit.form.once)
    if answer.good:
        return visit.redirect("/audit/pseudonyms", "asked")
    if answer.status == _NOT_FOUND:
        error = visit.gettext(msgid("Nobody in your area has this pseudonym."))
        return await _shown(visit, subject, reason, error, answer.status)
    if answer.status == _BAD_INPUT:
        error = visit.gettext(msgid("A pseudonym and a reason in words are needed, without any number of a person."))
        return await _shown(visit, subject, reason, error, answer.status)
    return visit.refuse(answer)


@pages.post("/audit/pseudonyms/identity")
async def see(visit: Visit) -> Reply:
    """See who it is, once: with a form, so that no reload and no link sees it by chance."""
    body = await visit.ask("GET", "/v1/audit/reidentifications/{id}", id=visit.form.get("id"))
    if "identity" not in body:
        return visit.redirect("/audit/pseudonyms", "seen")
    return visit.render("audit/identity.html", body=body)
