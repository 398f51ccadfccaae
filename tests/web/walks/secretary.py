"""A secretary's way through all pages of the community."""

from tests.web.hostile import hostile
from tests.web.planting import CLERK, SECRETARY


def walk(at, places):  # noqa: ARG001 - all walks are asked alike
    """Decide about one and about many, name a deputy, review an emergency; what is wrong in each form."""
    at.sign_in(SECRETARY)
    for path in ("/secretary", "/secretary/emergencies", "/secretary/deputies", "/secretary/filings"):
        at.get(path)
    at.get("/secretary")
    single, [many, *_] = at.links("/secretary/requests/"), at.links("/secretary/rosters/")
    for path in single:
        at.get(path)
    one = next(path for path in single if len(path) > len(many))
    for path in (one, many):
        at.get(path)
        asked = {"asked": at.value("asked")}
        at.post(path, asked | {"field": [hostile("echo.field", 60)], "decision": "approve"}, 422)
        at.get(path)
        yes = asked | {"field": at.value("field"), "decision": "approve", "reason": hostile("echo.word")}
        at.post(path, yes | ({name: at.value("listed") for name in ("listed", "rid")} if path is many else {}))
        at.get(path)
    at.get("/secretary/requests/x", 404)
    at.get(f"/secretary/rosters/{'0' * 24}", 404)
    at.post("/secretary/deputies", {"deputy": hostile("echo.deputy"), "from": "x", "until": "y"}, 422)
    at.get("/secretary/deputies")
    day = {name: at.value(name) for name in ("from", "until")}
    at.post("/secretary/deputies", day | {"deputy": CLERK})
    at.post("/secretary/deputies/end", {"id": at.value("id")})
    at.get("/secretary/emergencies")
    word = {"id": at.value("id"), "verdict": "unjustified"}
    at.post("/secretary/emergencies", word | {"note": ""}, 422)
    at.post("/secretary/emergencies", word | {"note": hostile("echo.review")})
