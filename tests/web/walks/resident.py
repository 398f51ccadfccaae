"""A resident's way through all pages of their own, with every form once as it should be and once as it should not."""

from tests.web.hostile import hostile
from tests.web.planting import RESIDENT

PATHS = (
    *("/me", "/me/accesses", "/me/file", "/me/file/seen?field=tel", "/me/file/seen?field=alias", "/me/privacy"),
    *("/me/privacy/contact", "/me/consents", "/me/consents/MEAL", "/me/requests", "/me/stop", "/me/download"),
    *("/me/notices", "/me/merges"),
)
KINDS = ("alias", "marital", "dob", "ec", "med.allergy")
"""A field for each form that a correction may have: text, choice, day, person, list."""


def walk(at, places):
    """Read, object, answer, correct, switch, freeze, ask to be erased, take away."""
    at.sign_in(RESIDENT)
    for path in PATHS:
        at.get(path)
    said = {"index": str(places.index), "about": hostile("echo.about")}
    at.post("/me/accesses/objection", said)
    at.post("/me/disputes", said | {"reason": ""}, 422)
    at.post("/me/disputes", said | {"reason": hostile("echo.reason")})
    at.post("/me/disputes", {"index": "x", "reason": "不是我"}, 422)
    _consent(at)
    for field in KINDS:
        at.post("/me/corrections/new", {"field": field})
    at.post("/me/corrections", {"field": "tel", "value": hostile("echo.value"), "reason": hostile("echo.why")}, 422)
    at.post("/me/corrections", {"field": "ec", "value_name": hostile("echo.name")}, 422)
    at.post("/me/corrections", {"field": "alias", "value": "阿明"})
    at.post("/me/corrections/new", {"field": "idno"}, 404)
    at.post("/me/privacy", {"turn": "medical|organisation|hide"})
    at.post("/me/privacy", {"turn": "medical|organisation|show", "on": "group"})
    at.post("/me/privacy", {"turn": hostile("echo.turn")}, 422)
    at.post("/me/freezes", {"reason": ""})
    at.get("/me/stop")
    at.get("/me/requests")
    at.post("/me/freezes/withdrawal", {"id": at.value("id")})
    at.post("/me/freezes/withdrawal", {"id": "x"}, 404)
    at.post("/me/erasure", {}, 422)
    at.post("/me/erasure", {"sure": "yes"})
    at.file("POST", "/me/download")


def _consent(at):
    at.get("/me/consents/MEAL")
    given = {name: at.value(name) for name in ("purpose", "version")}
    at.post("/me/consents", given | {"decision": "give"})
    at.post("/me/consents/withdrawal", {"id": at.value("id")})
    at.post("/me/consents", given | {"decision": "refuse"})
    at.post("/me/consents", given | {"version": hostile("echo.version"), "decision": "give"}, 422)
