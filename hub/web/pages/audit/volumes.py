"""How much there was, by time, department, purpose and hour; what was refused; what was asked for too much."""

from datetime import timedelta
from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.moments import clock, day
from hub.web.pages.audit import AUDIT
from hub.web.pages.audit.charts import Chart, chart
from hub.web.pages.audit.filters import Filters
from hub.web.pages.audit.words import KINDS, Words
from hub.web.people import department_names
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
PERIODS = {
    "1": msgid("Today"),
    "7": msgid("7 days"),
    "30": msgid("30 days"),
    "365": msgid("A year"),
}
_USUAL = "7"
_MOST_HOURS = 48


@pages.get("/audit/volumes", msgid("How much was asked for"), order=30)
async def volumes(visit: Visit) -> Reply:
    """Charts over time and tables by department, purpose and kind."""
    chosen = {name: value for name in ("department", "purpose", "kind") if (value := visit.query.get(name))}
    days = visit.query.get("days") if visit.query.get("days") in PERIODS else _USUAL
    body = await visit.ask("GET", "/v1/audit/volumes", query=chosen | period(visit, days))
    return visit.render(
        "audit/volumes.html",
        body=body,
        days=days,
        chosen=chosen,
        search=Filters(chosen | {"since": _first(visit, days)}),
        over_time=over_time(visit, body),
        clock=chart("clock", ((_hour(each["hour"], visit.language), each) for each in body["hours_of_day"])),
        periods=PERIODS,
        kinds=Words(visit).options(KINDS),
        departments=department_names(visit.language),
        **_labels(visit),
    )


@pages.get("/audit/refusals", msgid("Refusals and over-asks"), order=40)
async def refusals(visit: Visit) -> Reply:
    """Who was refused and who asked for more than needed, of the last 30 days; and the latest of both."""
    query = period(visit, "30")
    body = await visit.ask("GET", "/v1/audit/volumes", query=query | {"kind": "disclosure"})
    denied = await visit.ask(
        "GET", "/v1/audit/events", query={"outcome": "denied", "kind": "disclosure", "limit": "10"}
    )
    asked = await visit.ask("GET", "/v1/audit/events", query={"over_asked": "true", "limit": "10"})
    search = Filters({"since": _first(visit, "30"), "kind": "disclosure"})
    latest = {"denied": denied["items"], "over": asked["items"]}
    labels = _labels(visit)
    return visit.render("audit/refusals.html", body=body, latest=latest, search=search, words=Words(visit), **labels)


def period(visit: Visit, days: str) -> dict[str, str]:
    """The last so many days, today included, as the API takes them."""
    return {"since": f"{_first(visit, days)}T00:00:00+08:00"}


def over_time(visit: Visit, body: dict[str, Any]) -> Chart:
    """The chart over time: hour by hour for two days at most, else day by day."""
    if body["hours"] and len(body["hours"]) <= _MOST_HOURS:
        return chart("time", ((clock(each["hour"], visit.language), each) for each in body["hours"]))
    return by_day(visit, body, "time")


def by_day(visit: Visit, body: dict[str, Any], name: str) -> Chart:
    """The chart of a period's days."""
    return chart(name, ((day(each["day"], visit.language, visit.today), each) for each in body["days"]))


def _labels(visit: Visit) -> dict[str, Any]:
    """What the rows of the tables are called."""
    words = Words(visit)
    nobody, nothing = visit.gettext(msgid("no department")), visit.gettext(msgid("no purpose"))
    return {
        "department": lambda row: words.named(row["name"], row["department"] or nobody),
        "purpose": lambda row: words.named(row["name"], row["purpose"] or nothing),
        "kind": lambda row: words.kind(row["kind"]),
    }


def _first(visit: Visit, days: str) -> str:
    return (visit.today - timedelta(days=int(days) - 1)).isoformat()


def _hour(hour: int, language: str) -> str:
    return clock(f"2026-01-01T{hour:02}:00:00+08:00", language)
