"""A grid worker's way through all pages of the grid."""

from tests.factories import GRID_WORKER
from tests.web.hostile import hostile
from tests.web.planting import IDNO

PATHS = ("/grid", "/grid/residents", "/grid/visits", "/grid/requests", "/grid/emergencies", "/grid/accesses")


def walk(at, places):  # noqa: ARG001 - all walks are asked alike
    """Find somebody, visit, note, read, ask for more, break the glass; what is wrong in each form."""
    at.sign_in(GRID_WORKER)
    for path in PATHS:
        at.get(path)
    at.post("/grid/residents", {"q": "测试"})
    at.post("/grid/residents", {"q": hostile("echo.q", 50)})
    at.post("/grid/residents", {"q": hostile("long.q")}, 422)
    at.post("/grid/residents/find", {"idno": hostile("echo.idno", 60)}, 422)
    at.post("/grid/residents/find", {"idno": "339999194303120020"[:17] + "X"}, 422)
    at.post("/grid/residents/find", {"idno": IDNO})
    person = at.path
    asking = ("/request?purpose=VISIT", "/request?purpose=VISIT&field=med.chronic")
    for part in ("", "/visit", "/note", "/emergency", *asking):
        at.get(person + part)
    _at_the_door(at, person)
    _reading(at, person)
    claim = {"trigger": "alarm", "number": hostile("echo.number", 60)}
    at.post(f"{person}/emergency", claim | {"reason": f"身份证{IDNO}"}, 422)
    at.post(f"{person}/emergency", claim | {"reason": hostile("echo.emergency")})
    at.post(f"{person}/emergency/read")
    at.get("/grid/emergencies")
    at.get("/grid/accesses")


def _at_the_door(at, person):
    at.post(f"{person}/visit", {"outcome": "met", "note": "身份证339999194303120020"}, 422)
    at.post(f"{person}/visit", {"outcome": hostile("echo.outcome")}, 422)
    at.post(f"{person}/visit", {"outcome": "met", "note": hostile("echo.note")})
    at.post(f"{person}/visit", {"outcome": "absent", "round": "yes"})
    at.post(f"{person}/note", {}, 422)
    at.post(f"{person}/note", {"tel": hostile("echo.tel"), "vehicle.plate": hostile("echo.plate")}, 422)
    at.post(f"{person}/note", {"tel": "15400000777", "residence": "rented"})


def _reading(at, person):
    for purpose in ("WALK", "VISIT"):
        at.post(f"{person}/read", {"purpose": purpose})
    at.post(f"{person}/read", {"purpose": "VISIT", "field": "med.chronic"})
    at.post(f"{person}/read", {"purpose": hostile("echo.purpose", 60)}, 403)
    asked = {"purpose": "VISIT", "field": "med.chronic", "duration": "P7D"}
    at.post(f"{person}/request", asked | {"reason": ""}, 422)
    at.post(f"{person}/request", asked | {"reason": hostile("echo.reason")})
    minors = {"purpose": "VISIT", "duration": "P30D"}
    at.post("/grid/requests/minors", minors, 422)
    at.post("/grid/requests/minors", minors | {"reason": hostile("echo.minors")})
    at.get("/grid/requests")
    at.post("/grid/requests/end", {"id": at.value("id")})
    at.post("/grid/requests/end", {"id": "x"}, 404)
