"""Privacy mode: a grid of switches, what each does, and which the law keeps where it is and why."""

from typing import Any

from hub.api.reply import Reply
from hub.web.calls import Refusal
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(RESIDENT)
FIRST = ("grid_worker", "secretary", "clerk", "organisation", "family")
"""The audiences one meets; departments stand below them."""
EXPLAINED = {
    "contact": msgid("Where you live and how you can be called."),
    "family": msgid("Who belongs to your household, and whom to call in need."),
    "care": msgid("That you live alone, receive aid, or are looked after."),
    "medical": msgid("Illnesses, allergies, and how much help you need."),
    "financial": msgid("Pension, aid and account."),
    "utility_anomaly": msgid("That your water or electricity use is unusual. It starts with the grid worker alone."),
    "activity": msgid("Meter readings, doors and whereabouts."),
}
Rule = dict[str, Any]


@pages.get("/me/privacy", msgid("Who may see what"), order=40)
async def privacy(visit: Visit) -> Reply:
    """Every group with those one meets."""
    groups = groups_of((await visit.ask("GET", "/v1/me/visibility"))["rules"])
    return visit.render("resident/privacy.html", groups=groups, first=FIRST, explained=EXPLAINED)


@pages.get("/me/privacy/{group}")
async def group(visit: Visit) -> Reply:
    """One group with everybody, and what the law shows all the same."""
    rules = groups_of((await visit.ask("GET", "/v1/me/visibility"))["rules"]).get(visit.place("group"))
    if rules is None:
        raise Refusal(404, ["not_found"])
    met = [rules[each] for each in FIRST]
    departments = [rule for audience, rule in rules.items() if audience not in FIRST]
    return visit.render("resident/group.html", met=met, departments=departments, explained=EXPLAINED)


@pages.post("/me/privacy")
async def turn(visit: Visit) -> Reply:
    """Turn one switch: `group|audience|show` or `…|hide`, as its button says."""
    named, audience, wish = [*visit.form.get("turn").split("|"), "", ""][:3]
    rule = {"group": named, "audience": audience, "visible": wish == "show"}
    await visit.ask("PUT", "/v1/me/visibility", {"rules": [rule]})
    back = f"/me/privacy/{named}" if visit.form.get("on") == "group" and named in EXPLAINED else "/me/privacy"
    return visit.redirect(back, "shown" if rule["visible"] else "hidden")


def groups_of(rules: list[Rule]) -> dict[str, dict[str, Rule]]:
    """The rules by group and audience, in the API's order."""
    found: dict[str, dict[str, Rule]] = {}
    for rule in rules:
        found.setdefault(rule["group"], {})[rule["audience"]] = rule
    return found
