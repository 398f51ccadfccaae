"""What the worker has looked at themselves, as the trail has it."""

from itertools import groupby
from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named
from hub.web.moments import instant
from hub.web.pages.grid import GRID
from hub.web.refusals import words_for
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(GRID)
_LISTED = "60"
_DONE = {
    "disclosure": msgid("You looked at %(fields)s"),
    "search": msgid("You opened a list of your residents"),
    "approval": msgid("You asked for an approval"),
    "minor_approval": msgid("You asked for an approval about minors"),
    "observation": msgid("You noted something at the door"),
    "emergency": msgid("You opened an emergency"),
    "sign_in": msgid("You signed in"),
    "sign_out": msgid("You signed out"),
}
_OTHERWISE, _REFUSED = msgid("You did something else"), msgid("You asked and were refused")
_MANY = 3


@pages.get("/grid/accesses", msgid("What I looked at"), order=60)
async def own(visit: Visit) -> Reply:
    """Newest first, by day; a list of many people is one line."""
    query = {"limit": _LISTED} | ({"cursor": cursor} if (cursor := visit.query.get("cursor")) else {})
    body = await visit.ask("GET", "/v1/accesses", query=query)
    purposes = {each["id"]: each["name"] for each in (await visit.ask("GET", "/v1/purposes"))["items"]}
    told = [_told(visit, list(items), purposes) for _, items in groupby(body["items"], key=_together)]
    days = [(day, list(each)) for day, each in groupby(told, key=lambda one: instant(one["when"]).date().isoformat())]
    return visit.render("grid/own.html", days=days, next=body["next"], later=bool(cursor))


def _together(item: dict[str, Any]) -> tuple[Any, ...]:
    """The entries of one list, or of the same thing done again within a moment, differ in the person alone."""
    return item["kind"], item["purpose"], item["outcome"], item["time"][:19], tuple(item["fields"])


def _told(visit: Visit, items: list[dict[str, Any]], purposes: dict[str, Any]) -> dict[str, Any]:
    first = items[0]
    refused = first["outcome"] == "denied"
    sentence = _REFUSED if refused else _DONE.get(first["kind"], _OTHERWISE)
    listing = ("、" if visit.language == "zh" else ", ").join(named(visit, first["fields"]))
    return {
        "when": first["time"],
        "sentence": visit.gettext(sentence) % ({"fields": listing} if "%(" in sentence else {}),
        "matter": purposes.get(first["purpose"]),
        "refused": refused,
        "why": [visit.gettext(words_for(each).what) for each in first["reasons"]],
        "people": len({each["rid"] for each in items if each["rid"]}),
        "rid": first["rid"] if len(items) == 1 else None,
    }
