"""A security officer's and an auditor's way through all pages of supervision."""

from datetime import timedelta
from urllib.parse import quote

from tests.web.hostile import hostile
from tests.web.planting import AUDITOR, IDNO, OFFICER, REACHED

PATHS = (
    *("/audit", "/audit/events", "/audit/events?kind=disclosure&outcome=denied", "/audit/volumes", "/audit/refusals"),
    *("/audit/volumes?days=1", "/audit/filings", "/audit/log", "/audit/inbox", "/audit/pseudonyms", "/audit/rules"),
    *("/audit/deferrals", "/audit/protections"),
)


def walk(at, places):
    """Search, look at an entry, take proofs and a pack, verify, decide, see once whose pseudonym it is."""
    at.sign_in(OFFICER)
    for path in (*PATHS, f"/audit/events/{places.index}", f"/audit/filings/{places.filing}"):
        at.get(path)
    said = quote(hostile("echo.filter"))
    for name in ("actor", "subject", "purpose", "kind", "outcome", "department", "since"):
        at.get(f"/audit/events?{name}={said}", 422)
    at.file("GET", f"/audit/events/{places.index}/receipt")
    at.file("GET", f"/audit/events/{places.index}/proof")
    at.file("POST", "/audit/pack", {"kind": "disclosure"})
    at.get("/audit/events")
    at.post("/audit/pack", {"kind": "nothing_of_it"}, 422)
    at.post("/audit/pack", {"purpose": hostile("echo.pack")}, 422)
    at.post("/audit/log/verification")
    at.get("/audit/events/999999999", 404)
    at.get("/audit/inbox")
    dispute = _waiting(at, "dispute")
    at.post("/audit/inbox", {"matter": "dispute", "id": dispute, "decision": "approve", "reason": ""}, 422)
    decided = {"matter": "dispute", "id": dispute, "decision": "approve", "reason": hostile("echo.decision")}
    at.post("/audit/inbox", decided)
    at.post("/audit/inbox", decided, 409)
    at.post("/audit/pseudonyms", {"subject": hostile("echo.subject"), "reason": hostile("echo.reason")}, 422)
    at.post("/audit/pseudonyms", {"subject": "0" * 32, "reason": "核查"}, 404)
    at.post("/audit/pseudonyms", {"subject": places.pseudonym, "reason": hostile("echo.asked")})
    _requests(at, places)
    _rules(at)
    _other(at)
    at.sign_in(OFFICER)
    at.get("/audit/pseudonyms")
    name = at.page.locator("form[action='/audit/pseudonyms/identity'] input[name=id]").first.get_attribute("value")
    at.post("/audit/pseudonyms/identity", {"id": name})
    at.post("/audit/pseudonyms/identity", {"id": name})
    at.get("/audit/protections")
    at.post("/audit/protections/lifting", {"id": at.value("id"), "reason": ""}, 422)
    at.post("/audit/protections/lifting", {"id": at.value("id"), "reason": hostile("echo.lifting")})


def _requests(at, places):
    """What officers ask for: that somebody be told later, that an address be kept."""
    form = f"/audit/events/{places.index}/deferral"
    at.get(form)
    at.post(form, {"citation": hostile("echo.citation"), "until": "x"}, 422)
    tomorrow = (at.server.road.clock() + timedelta(days=2)).date().isoformat()
    at.post(form, {"citation": "", "until": tomorrow}, 422)
    at.post(form, {"citation": hostile("echo.citation"), "until": tomorrow})
    at.get(form)
    at.post("/audit/protections", {"idno": hostile("echo.idno", 60), "reason": hostile("echo.protect")}, 422)
    at.post("/audit/protections", {"idno": IDNO, "reason": hostile("echo.protect")}, 409)
    at.post("/audit/protections", {"idno": REACHED, "reason": hostile("echo.protect")})


def _rules(at):
    """Every change line by line; one waits for the officer's word."""
    at.get("/audit/rules")
    for path in at.links("/audit/rules/"):
        at.get(path)
        if at.page.locator("input[name=digest]").count():
            said = {"digest": at.value("digest"), "decision": "approve"}
            at.post(path, said | {"reason": ""}, 422)
            at.post(path, said | {"reason": hostile("echo.rules")})
            at.get(path)


def _other(at):
    """The auditor agrees that the officer may know, and that the address be kept."""
    at.sign_in(AUDITOR)
    for path in ("/audit", "/audit/pseudonyms", "/audit/inbox"):
        at.get(path)
    for matter in ("reidentification", "protection"):
        at.get("/audit/inbox")
        wish = {"matter": matter, "id": _waiting(at, matter), "decision": "approve"}
        at.post("/audit/inbox", wish | {"reason": hostile("echo.agreed")})


def _waiting(at, matter):
    """The id of the last of a sort that waits."""
    form = at.page.locator("main form", has=at.page.locator(f"input[name=matter][value={matter}]")).last
    return form.locator("input[name=id]").get_attribute("value")
