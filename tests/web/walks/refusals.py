"""What each audience is shown where something stands in its way; found by itself for every audience that has pages."""

from datetime import timedelta

from hub.model.instant import day_of, now_utc
from hub.web.routing import all_pages
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER
from tests.web.planting import CHILD, CLERK, IDNO, OFFICER, RESIDENT, SECOND, SECRETARY

_TOMORROW = (day_of(now_utc()) + timedelta(days=1)).isoformat()
WHO = {
    "acting": RESIDENT,
    "audit": OFFICER,
    "developers": CIVIL_AFFAIRS,
    "grid": GRID_WORKER,
    "resident": RESIDENT,
    "secretary": SECRETARY,
    "window": CLERK,
    "witness": SECOND,
}
"""Somebody of each audience."""
RECORDED = {
    "acting": ("/me/for", {"idno": CHILD, "matter": "accesses"}),
    "audit": ("/audit/events", None),
    "developers": ("/developers/filings/{filing}", None),
    "grid": ("/grid/residents", None),
    "resident": ("/me/accesses", None),
    "secretary": ("/secretary/deputies", {"deputy": CLERK, "from": _TOMORROW, "until": _TOMORROW}),
    "window": ("/window/residents/find", {"idno": IDNO}),
    "witness": ("/witness/x", {}),
}
"""A page of each that is nothing without a record, and the form that it takes."""


def audiences():
    """Those that need a sign-in, each with where they begin and the first form that they have."""
    found = {}
    for each in all_pages():
        if each.audience.roles:
            found.setdefault(each.audience, []).extend(each.routes)
    return {
        audience: (_first(routes, "GET", audience.home), _first(routes, "POST")) for audience, routes in found.items()
    }


def _first(routes, method, home=""):
    paths = sorted((route.path for route in routes if method in route.methods), key=lambda path: ("{" in path, path))
    return home or "/".join("x" if part.startswith("{") else part for part in paths[0].split("/"))


def walk(at, places):
    """For each audience: nothing there, somebody else's page, a form of another page, an unreadable one, no trail."""
    everybody = audiences()
    for audience, (home, form) in everybody.items():
        name = audience.name
        elsewhere = next(path for other, (path, _) in everybody.items() if not other.roles & audience.roles)
        at.sign_in(WHO[name])
        at.get(f"{home}/nothing/here", 404)
        at.get(elsewhere, 403)
        at.post(form, {}, 403, keyed=False)
        at.post(form, {}, 422, kind="text/plain")
        path, said = RECORDED[name]
        with at.server.trail_away():
            if said is None:
                at.get(path.format(filing=places.filing), 503)
            else:
                at.post(path, said, 503)
        at.get(home)
        at.page.context.clear_cookies(name="session")
        at.get(home)
        assert "/sign-in?next=" in at.page.url
        at.met.add(name)
    for who, path in ((GRID_WORKER, "/grid/residents/find"), (CLERK, "/window/residents/find")):
        at.sign_in(who)
        at.get(path.rpartition("/residents")[0])
        with at.server.exhausted(who):
            at.post(path, {"idno": IDNO}, 429)
    at.sign_in(OFFICER)
    at.get("/audit/events")
    with at.server.packing():
        at.post("/audit/pack", {"kind": "disclosure"}, 429)
