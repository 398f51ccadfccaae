"""The people of the grid: the list, looking somebody up, and one person's page by matter."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named, shown, withheld
from hub.web.pages.grid import GRID
from hub.web.pages.grid.matters import BASICS, head, matter, matters
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(GRID)
_LISTED = 40


@pages.get("/grid/residents", msgid("My residents"), order=20)
async def residents(visit: Visit) -> Reply:
    """A page of everybody of the grid."""
    return await _listed(visit, cursor=visit.query.get("cursor"))


@pages.post("/grid/residents")
async def look_up(visit: Visit) -> Reply:
    """Those with a part of a name; names never stand in an address."""
    return await _listed(visit, part=visit.form.get("q"), cursor=visit.form.get("cursor"))


async def _listed(visit: Visit, part: str = "", cursor: str = "") -> Reply:
    body = {"grid": visit.principal.area, "limit": _LISTED}
    body |= ({"q": part} if part else {}) | ({"cursor": cursor} if cursor else {})
    found = await visit.ask("POST", "/v1/residents/search", body)
    people = [
        (each["rid"], each["fields"].get("name"), shown(visit, _beside(each["fields"]))) for each in found["items"]
    ]
    return visit.render("grid/residents.html", people=people, part=part, later=bool(cursor), next=found["next"])


def _beside(given: dict[str, Any]) -> dict[str, Any]:
    """What stands beside a name in a list."""
    return {key: given[key] for key in ("ageband", "sex", "life") if key in given and given[key] != "alive"}


@pages.post("/grid/residents/find")
async def find(visit: Visit) -> Reply:
    """The person with an identity number, which goes no further than this."""
    number = visit.form.get("idno")
    answer = await visit.call("POST", "/v1/disclosures", {"subject": {"idno": number}, "purpose": BASICS})
    if answer.good:
        return visit.redirect(f"/grid/residents/{answer.body['rid']}")
    if answer.status == 422:  # noqa: PLR2004
        error = visit.gettext(msgid("This is not a complete identity number. Check each digit."))
        return visit.render("grid/home.html", 422, grid=visit.principal.area, wrong=error)
    return visit.refuse(answer)


@pages.get("/grid/residents/{rid}")
async def resident(visit: Visit) -> Reply:
    """One person: the basics, a visit to record, and the matters for which there is more."""
    body = await head(visit)
    offered = [(each, named(visit, each["fields"])) for each in await matters(visit)]
    return visit.render(
        "grid/resident.html", rid=body["rid"], given=body["fields"], shown=shown(visit, body["fields"]), offered=offered
    )


@pages.post("/grid/residents/{rid}/read")
async def read(visit: Visit) -> Reply:
    """What one matter shows of this person; or one field more of it, which somebody has approved."""
    purpose, more = visit.form.get("purpose"), visit.form.all("field")
    chosen = await matter(visit, purpose)
    claim: dict[str, Any] = {"subject": {"rid": visit.place("rid")}, "purpose": purpose}
    claim |= {"fields": [*chosen["fields"], *more]} if more else {}
    claim |= {"reason": visit.form.get("reason")} if visit.form.get("reason") else {}
    answer = await visit.call("POST", "/v1/disclosures", claim)
    kept = withheld(visit, answer.body.get("withheld", ())) if isinstance(answer.body, dict) else []
    if not answer.good and not kept:
        return visit.refuse(answer)
    given = answer.body["fields"] if answer.good else {}
    further = [key for key in chosen["on_approval"] if key not in given]
    return visit.render(
        "grid/read.html",
        rid=visit.place("rid"),
        matter=chosen,
        shown=shown(visit, given),
        withheld=[each for each in kept if each.key not in further],
        further=list(zip(further, named(visit, further), strict=True)),
        asked=more,
        until=answer.body.get("expires"),
        name=given.get("name", ""),
    )
