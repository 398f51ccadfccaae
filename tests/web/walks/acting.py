"""The way of somebody who acts for others: a guardian for a child, a near relative for somebody who died."""

from tests.factories import CIVIL_AFFAIRS
from tests.web.hostile import hostile
from tests.web.planting import CHILD, DEAD, REACHED, RESIDENT

MATTERS = ("accesses", "corrections", "visibility", "disputes", "freezes", "consents")
WHY = {"reason": "办理丧葬补助"}


def walk(at, places):  # noqa: ARG001 - all walks are asked alike
    """Open matters, do what each is for, end them; strangers, missing reasons, wrong numbers."""
    at.sign_in(RESIDENT)
    at.get("/me/for")
    at.post("/me/for", {"idno": hostile("echo.idno", 60), "matter": "accesses", "reason": hostile("echo.why")}, 422)
    at.post("/me/for", {"idno": DEAD, "matter": "erasure"}, 403)
    at.post("/me/for", {"idno": REACHED, "matter": "accesses"}, 403)
    held = {}
    for matter in MATTERS:
        at.post("/me/for", {"idno": CHILD, "matter": matter})
        held[matter] = at.path
    at.get("/me/for")
    at.post(f"{held['accesses']}/file")
    _consent(at, held["consents"])
    _wishes(at, held)
    at.post("/me/for", {"idno": DEAD, "matter": "erasure", **WHY})
    path = at.path
    at.post(f"{path}/file", WHY)
    at.post(f"{path}/erasure", {}, 422)
    at.post(f"{path}/erasure", {"sure": "yes"})
    at.post(f"{held['accesses']}/end")
    at.get(held["accesses"], 403)


def _consent(at, path):
    at.get(f"{path}/consents/CHILD")
    given = {name: at.value(name) for name in ("purpose", "version")}
    at.post(f"{path}/consents", given | {"decision": "give"})
    at.post(f"{path}/consents/withdrawal", {"consent": at.value("consent")})
    at.get(f"{path}/consents/NOTHING", 404)


def _wishes(at, held):
    path = held["corrections"]
    for field in ("tel", "med.allergy", "marital"):
        at.post(f"{path}/corrections/new", {"field": field})
    at.post(f"{path}/corrections", {"field": "tel", "value": hostile("echo.value"), "reason": hostile("echo.why")}, 422)
    at.post(f"{path}/corrections", {"field": "place", "value": hostile("child.place")})
    for wish in ("hide", "show"):
        at.post(f"{held['visibility']}/visibility", {"turn": f"medical|organisation|{wish}"})
    with at.server.client(CIVIL_AFFAIRS) as client:
        body = {"subject": {"idno": CHILD}, "purpose": "OLDCARD", "fields": ["name"]}
        index = client.post("/v1/disclosures", json=body).json()["receipt"]["index"]
    path = held["disputes"]
    at.post(f"{path}/disputes", {"index": hostile("echo.index"), "reason": hostile("echo.reason")}, 422)
    at.post(f"{path}/disputes", {"index": str(index), "reason": hostile("child.reason")})
    path = held["freezes"]
    at.post(f"{path}/freezes", {"reason": hostile("child.freeze")})
    at.post(f"{path}/freezes/withdrawal", {"freeze": at.value("freeze")})
