"""The way of whoever connects a department's system."""

from tests.factories import CIVIL_AFFAIRS
from tests.web.hostile import hostile
from tests.web.planting import IDNO

PURPOSE = "/developers/purposes/OLDCARD"


def walk(at, places):
    """The catalogue, credentials, what was filed and used, and a trial that is refused, mistaken and answered."""
    at.sign_in(CIVIL_AFFAIRS)
    for path in ("/developers", "/developers/purposes", "/developers/credentials", "/developers/filings", PURPOSE):
        at.get(path)
    at.get(f"/developers/filings/{places.filing}")
    at.get(f"/developers/filings/{'0' * 24}", 404)
    at.get("/developers/purposes/NOTHING", 404)
    at.get(PURPOSE)
    at.post(PURPOSE, {"idno": IDNO, "field": ["name", "ec"]})
    at.post(PURPOSE, {"idno": hostile("echo.idno", 60), "field": [hostile("echo.field", 60)]})
