"""Search of the trail with the filters in the address, one entry with its proof, and evidence packs."""

from typing import Any

import orjson

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.headers import file_reply
from hub.web.pages.audit import AUDIT
from hub.web.pages.audit.deferrals import may_defer
from hub.web.pages.audit.filters import ERRORS, Filters, filters_of
from hub.web.pages.audit.words import KINDS, OUTCOMES, Words
from hub.web.people import department_names
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
_LISTED = "25"
_BAD_INPUT, _BUSY = 422, 429


@pages.get("/audit/events", msgid("Search the trail"), order=20)
async def events(visit: Visit) -> Reply:
    """A page of entries, newest first."""
    return await _found(visit, filters_of(visit.query), visit.query.get("cursor"))


async def _found(visit: Visit, filters: Filters, cursor: str, problem: str = "", status: int = 200) -> Reply:
    """The search, or beside its field what is wrong in it."""
    body: dict[str, Any] = {"items": [], "next": None}
    wrong = filters.wrong
    if not wrong:
        query = filters.query() | {"limit": _LISTED} | ({"cursor": cursor} if cursor else {})
        answer = await visit.call("GET", "/v1/audit/events", query=query)
        if answer.status == _BAD_INPUT:
            wrong = next((each["member"] for each in answer.errors), "")
        elif not answer.good:
            return visit.refuse(answer)
        else:
            body = answer.body
    error = {wrong: visit.gettext(ERRORS.get(wrong, msgid("This is not right.")))} if wrong else {}
    words = Words(visit)
    return visit.render(
        "audit/events.html",
        _BAD_INPUT if wrong else status,
        body=body,
        filters=filters,
        later=bool(cursor),
        error=error,
        problem=problem,
        words=words,
        kinds=words.options(KINDS),
        outcomes=words.options(OUTCOMES),
        departments=department_names(visit.language),
    )


@pages.get("/audit/events/{index}")
async def event(visit: Visit) -> Reply:
    """One entry: what happened, and how it is proven."""
    body = await visit.ask("GET", "/v1/audit/events/{index}", index=visit.place("index"))
    receipt = orjson.dumps(body["receipt"], option=orjson.OPT_INDENT_2).decode()
    known = fields()
    withheld = [(known[key].title if key in known else key, reason) for key, reason in body["withheld"]]
    may, words = may_defer(visit, body), Words(visit)
    return visit.render("audit/event.html", body=body, withheld=withheld, receipt=receipt, may_defer=may, words=words)


@pages.get("/audit/events/{index}/receipt")
async def receipt(visit: Visit) -> Reply:
    """The receipt as a file, for whoever checks it elsewhere."""
    body = await visit.ask("GET", "/v1/audit/events/{index}", index=visit.place("index"))
    return _file(orjson.dumps(body["receipt"]), "application/json", "receipt.json")


@pages.get("/audit/events/{index}/proof")
async def proof(visit: Visit) -> Reply:
    """The proof as a file."""
    answer = await visit.call("GET", "/v1/receipts/{index}", index=visit.place("index"))
    if not answer.good:
        return visit.refuse(answer)
    return _file(answer.content, "text/plain; charset=utf-8", "proof.txt")


@pages.post("/audit/pack")
async def pack(visit: Visit) -> Reply:
    """An evidence pack of what the search finds."""
    filters = filters_of(visit.form)
    if filters.wrong:
        return await _found(visit, filters, "")
    claim: dict[str, object] = dict(filters.query())
    if "over_asked" in claim:
        claim["over_asked"] = True
    answer = await visit.call("POST", "/v1/audit/packs", claim)
    if answer.good:
        return visit.attach(answer)
    if answer.status == _BUSY:
        busy = visit.gettext(msgid("A pack is just being made. Please try again in a minute."))
        return await _found(visit, filters, "", busy, _BUSY)
    if answer.status == _BAD_INPUT:
        words = msgid("A pack holds 1 to 20,000 entries. Choose a shorter or another period.")
        return await _found(visit, filters, "", visit.gettext(words), _BAD_INPUT)
    return visit.refuse(answer)


def _file(content: bytes, kind: str, name: str) -> Reply:
    named = f'attachment; filename="{name}"'.encode()
    return file_reply(content, ((b"content-type", kind.encode()), (b"content-disposition", named)))
