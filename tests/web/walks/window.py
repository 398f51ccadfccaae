"""A clerk's way through all pages of the counter, and a second person's through theirs."""

from tests.web.hostile import hostile
from tests.web.planting import CLERK, IDNO, REACHED, SECOND

MATTERS = ("accesses", "corrections", "consents", "visibility", "explanations", "disputes", "freezes", "TIER")
PAPER = {"proof": "form", "form": "WD-2026/0113"}


def walk(at, places):
    """Find somebody, take mandates, do what each is for, print the slip."""
    at.sign_in(CLERK)
    at.get("/window")
    at.post("/window/residents/find", {"idno": hostile("echo.idno", 60)}, 422)
    at.post("/window/residents/find", {"idno": IDNO})
    person = at.path
    at.get(person)
    taken = f"{person}/mandates"
    at.post(taken, {}, 422)
    at.post(taken, {"matter": "accesses", "proof": "form", "form": hostile("echo.form", 60)}, 422)
    at.post(taken, {"matter": "accesses", "proof": "spoken", "witness": hostile("echo.witness")}, 422)
    at.post(taken, {"matter": hostile("echo.matter", 60), **PAPER}, 403)
    at.post(taken, {"matter": "SOS", **PAPER}, 403)
    at.post(taken, {"matter": "EXAM", "proof": "code"}, 403)
    held = {}
    for matter in MATTERS:
        at.get(person)
        at.post(taken, {"matter": matter, **PAPER})
        held[matter] = at.path
    _consents(at, held)
    _corrections(at, held["corrections"])
    _wishes(at, held, places)
    at.get(held["TIER"])
    at.post(f"{held['TIER']}/form")
    at.post(f"{held['corrections']}/end", {"then": "next", "rid": person.rpartition("/")[2]})
    at.post(f"{held['consents']}/end", {"then": "slip"})
    at.get(f"{held['disputes']}/slip")
    at.answer_of_the_api(CLERK, f"/v1/mandates/{held['TIER'].rpartition('/')[2]}/slip")
    at.get(held["consents"], 403)
    at.post(f"{held['freezes']}/visibility", {"turn": "medical|organisation|hide"}, 403)
    at.get("/window")
    _by_code(at)
    _spoken(at, person)


def _by_code(at):
    """A matter that a code confirms: it waits, the code is wrong, the code is right."""
    at.post("/window/residents/find", {"idno": REACHED})
    with at.server.sending():
        at.post(f"{at.path}/mandates", {"matter": "EXAM", "proof": "code"})
    path = at.path
    code = at.server.code_for(REACHED)
    at.post(f"{path}/code", {"code": hostile("echo.code")}, 422)
    at.post(f"{path}/code", {"code": f"{(int(code) + 1) % 10**6:06d}"}, 422)
    at.post(f"{path}/code", {"code": code})


def _consents(at, held):
    path = held["consents"]
    at.get(f"{path}/consents")
    at.get(f"{path}/consents/TIMEBANK")
    given = {name: at.value(name) for name in ("purpose", "version")}
    at.post(f"{path}/consents", given | {"decision": "give"})
    at.post(f"{path}/consents/withdrawal", {"consent": at.value("consent")})
    at.post(f"{path}/consents", given | {"decision": "refuse"})
    at.post(f"{path}/consents", given | {"version": hostile("echo.version"), "decision": "give"}, 422)
    at.get(f"{path}/consents/NOTHING", 404)


def _corrections(at, path):
    for field in ("tel", "ec", "marital", "med.allergy"):
        at.post(f"{path}/corrections/new", {"field": field})
    at.post(f"{path}/corrections", {"field": "tel", "value": hostile("echo.value"), "reason": hostile("echo.why")}, 422)
    at.post(f"{path}/corrections", {"field": "place", "value": hostile("counter.place"), "reason": "居民所述"})
    at.post(f"{path}/corrections/new", {"field": "idno"}, 404)


def _wishes(at, held, places):
    at.post(f"{held['visibility']}/visibility", {"turn": "medical|organisation|hide"})
    at.post(f"{held['visibility']}/visibility", {"turn": "medical|organisation|show"})
    at.get(f"{held['explanations']}?field=tel")
    at.post(f"{held['disputes']}/disputes", {"index": hostile("echo.index"), "reason": hostile("echo.reason")}, 422)
    at.post(f"{held['disputes']}/disputes", {"index": str(places.index), "reason": "居民不认识"})
    at.post(f"{held['freezes']}/freezes", {"reason": hostile("counter.freeze")})
    at.post(f"{held['freezes']}/freezes/withdrawal", {"freeze": at.value("freeze")})


def _spoken(at, person):
    """A matter that a second person has heard; it waits until they say so."""
    at.get(person)
    at.post(f"{person}/mandates", {"matter": "accesses", "proof": "spoken", "witness": SECOND})
    path = at.path
    at.get(path)
    name = path.rpartition("/")[2]
    at.sign_in(SECOND)
    at.get("/witness")
    at.get(f"/witness/{name}")
    at.post(f"/witness/{name}")
    at.get("/witness/x", 404)
    at.post(f"/witness/{name}", {}, 409)
