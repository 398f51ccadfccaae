"""What waits for the secretary: one request, or many people at once; approve, narrow or refuse."""

from typing import Any

from hub.api.reply import Reply
from hub.model.duration import parse_duration
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of, named
from hub.web.pages.secretary import SECRETARY
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(SECRETARY)
_LISTED = "100"
_DURATIONS = (
    ("PT1H", msgid("one hour")),
    ("PT24H", msgid("one day")),
    ("P7D", msgid("one week")),
    ("P30D", msgid("30 days")),
    ("P90D", msgid("90 days")),
)
_STANDING = 24
"""Characters of the id of an approval that stands for a grid."""


@pages.get("/secretary", msgid("Inbox"), order=10)
async def inbox(visit: Visit) -> Reply:
    """Everything that waits, the oldest first."""
    asked = await visit.ask("GET", "/v1/approvals", query={"state": "pending", "limit": _LISTED})
    many = await visit.ask("GET", "/v1/approvals/rosters", query={"limit": _LISTED})
    urgent = await visit.ask("GET", "/v1/emergencies", query={"state": "unreviewed"})
    filed = await visit.ask("GET", "/v1/filings", query={"limit": _LISTED})
    own = visit.principal.id
    return visit.render(
        "secretary/inbox.html",
        asked=[_told(visit, each) for each in reversed(asked["items"]) if each["requested_by"] != own],
        many=[_told(visit, each) for each in reversed(many["items"]) if each["state"] == "pending"],
        urgent=[each for each in urgent["items"] if each["opened_by"] != own],
        late=[each for each in filed["items"] if each["overdue"]],
    )


def _told(visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
    return item | {"named": named(visit, item["fields"]), "lasting": _lasting(visit, item["duration"])}


def _lasting(visit: Visit, duration: str) -> str:
    """A duration in words; an odd one in hours."""
    span = parse_duration("duration", duration)
    same = (words for text, words in _DURATIONS if parse_duration("duration", text) == span)
    hours = visit.gettext(msgid("%(count)s hours")) % {"count": round(span.total_seconds() / 3600)}
    return next((visit.gettext(words) for words in same), hours)


def _shorter(duration: str) -> list[tuple[str, str]]:
    """The durations that narrow one, from the longest."""
    span = parse_duration("duration", duration)
    return [each for each in reversed(_DURATIONS) if parse_duration("duration", each[0]) < span]


@pages.get("/secretary/requests/{id}")
async def request(visit: Visit) -> Reply:
    """One request, with the name of whom it is about."""
    name = visit.place("id")
    if len(name) == _STANDING:
        asked = await visit.ask("GET", "/v1/approvals", query={"limit": _LISTED})
        item = next((each for each in asked["items"] if each["id"] == name), None)
        if item is None:
            item = await visit.ask("GET", "/v1/approvals/{id}", id=name)
    else:
        item = await visit.ask("GET", "/v1/approvals/{id}", id=name)
    return _shown(visit, "secretary/request.html", item)


@pages.get("/secretary/rosters/{id}")
async def roster(visit: Visit) -> Reply:
    """Many people at once, each of whom can be left out."""
    item = await visit.ask("GET", "/v1/approvals/rosters/{id}", id=visit.place("id"))
    return _shown(visit, "secretary/roster.html", item)


def _shown(visit: Visit, template: str, item: dict[str, Any]) -> Reply:
    fields = [(key, name_of(visit, key)) for key in item["fields"]]
    return visit.render(template, item=_told(visit, item), fields=fields, shorter=_shorter(item["duration"]))


@pages.post("/secretary/requests/{id}")
async def decide(visit: Visit) -> Reply:
    """Say yes, perhaps to less, or no."""
    claim = _claim(visit)
    answer = await visit.call("POST", "/v1/approvals/{id}/decision", claim, id=visit.place("id"), once=visit.form.once)
    return _decided(visit, answer)


@pages.post("/secretary/rosters/{id}")
async def decide_many(visit: Visit) -> Reply:
    """The same for everybody whose box is still ticked."""
    covered = set(visit.form.all("rid"))
    out = [{"rid": each} for each in visit.form.all("listed") if each not in covered]
    claim = _claim(visit) | ({"excluded": out} if out else {})
    route = "/v1/approvals/rosters/{id}/decision"
    return _decided(visit, await visit.call("POST", route, claim, id=visit.place("id"), once=visit.form.once))


def _claim(visit: Visit) -> dict[str, Any]:
    form = visit.form
    claim: dict[str, Any] = {"decision": form.get("decision"), "reason": form.get("reason")}
    if form.get("decision") == "approve":
        narrowed = form.all("field") != form.all("asked")
        claim |= {"fields": form.all("field")} if narrowed else {}
        claim |= {"duration": form.get("duration")} if form.get("duration") else {}
    return claim


def _decided(visit: Visit, answer: Answer) -> Reply:
    if answer.good:
        return visit.redirect("/secretary", "approved" if answer.body["state"] == "approved" else "decided")
    return visit.refuse(answer)
