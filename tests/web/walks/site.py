"""The pages that everybody has: signing in, by a click and by a provider, and out; language, type, no pages at all."""

from urllib.parse import quote, urlsplit

from tests.factories import GRID_WORKER
from tests.web.hostile import hostile
from tests.web.planting import ADMIN, RESIDENT, SECRETARY


def walk(at, places):  # noqa: ARG001 - all walks are asked alike
    """In and out, and what is said where that does not work."""
    at.sign_in()
    at.get("/")
    at.get(f"/sign-in?next={quote(hostile('echo.next'))}")
    at.get("/me")
    at.post("/sign-in/persona", {"principal": hostile("echo.principal"), "next": hostile("echo.next")}, 403)
    at.get("/sign-in")
    for kind in ("large", "normal"):
        at.post("/preferences", {"type": kind, "language": at.language, "next": "/sign-in"})
    with at.server.store_away():
        at.page.context.add_cookies([{"name": "session", "value": "x", "url": at.server.url}])
        at.get("/sign-in", 503)
    at.sign_in(ADMIN)
    at.get("/")
    at.post("/sign-out")
    at.post("/sign-in/persona", {"principal": RESIDENT, "next": "/me/download"})
    at.post("/sign-out", {"everywhere": "yes"})


def walk_with_provider(at, provider):
    """The same by way of a provider: `provider.start()` starts it, for at first it is away."""
    at.sign_in()
    at.get("/sign-in/start", 503)
    at.get("/sign-in/return?state=x&code=y", 403)
    with provider.running():
        at.visitor.hosts.add(urlsplit(provider.issuer).netloc)
        page, complaints = at.page, len(at.visitor.complaints)
        page.context.route("https://**", lambda route: route.abort())
        at.server.rendered.clear()
        page.goto(f"{at.server.url}/sign-in/start?next=/grid")
        page.locator("[name=login]").fill("worker")
        page.locator("[name=password]").fill("any")
        page.locator("[type=submit]").click()
        page.locator("[type=submit]").click()
        page.wait_for_url("**/sign-in/return?*")
        # The provider's own pages ask for a font of somebody else's; that is no page of ours.
        del at.visitor.complaints[complaints:]
        at.arrived("GET", "/sign-in/return", 200, 200)
        at.answered[("GET", "/sign-in/start")].add(200)
        at.post("/sign-in/role", {"principal": f"{GRID_WORKER}#1"})
        at.post("/sign-in/role", {"principal": f"{SECRETARY}#1"}, 403)
