"""What departments have filed, and what they did with it."""

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.people import requester_name
from hub.web.refusals import words_for
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
STATES = {
    "pending": msgid("waits for an answer"),
    "approved": msgid("in force"),
    "denied": msgid("denied"),
    "expired": msgid("expired"),
    "withdrawn": msgid("withdrawn"),
    "replaced": msgid("replaced"),
}


@pages.get("/audit/filings", msgid("Filed and used"), order=50)
async def filings(visit: Visit) -> Reply:
    """The filings of the area."""
    query = {"limit": "50"} | ({"cursor": cursor} if (cursor := visit.query.get("cursor")) else {})
    body = await visit.ask("GET", "/v1/filings", query=query)
    return visit.render(
        "audit/filings.html",
        body=body,
        later=bool(cursor),
        states=STATES,
        by=lambda text: requester_name(text, visit.language),
    )


@pages.get("/audit/filings/{id}")
async def filing(visit: Visit) -> Reply:
    """What one was used for in the last month, against what was filed."""
    body = await visit.ask("GET", "/v1/filings/{id}/use", id=visit.place("id"))
    known = fields()
    return visit.render(
        "audit/filing.html",
        body=body,
        states=STATES,
        by=requester_name(body["requester"], visit.language),
        title=lambda key: known[key].title if key in known else key,
        why=lambda code: visit.gettext(words_for(code).what),
    )
