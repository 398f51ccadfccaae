"""My file: everything that is held about me, in plain words, with where each value comes from; who could see it."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(RESIDENT)
NOT_HERE = frozenset({"rid", "idno", "ssc.no", "disab.no", "minor.guardian"})
"""What has a procedure of its own and is not corrected here; the API says so, too."""
_DERIVED = "derived"


@pages.get("/me/file", msgid("My file"), order=30)
async def file(visit: Visit) -> Reply:
    """The whole file by group."""
    body = await visit.ask("GET", "/v1/me/file")
    groups = [group | {"fields": list(group["fields"])} for group in body["tiers"] if group["fields"]]
    return visit.render(
        "resident/file.html", groups=groups, sealed=body["sealed"], say=_words(visit).say, fixed=NOT_HERE
    )


@pages.get("/me/file/seen")
async def seen(visit: Visit) -> Reply:
    """Who could see one field today, and what others would need first."""
    body = await visit.ask("GET", "/v1/me/explanations", query={"field": visit.query.get("field"), "limit": "200"})
    could = [each for each in body["items"] if each["could_read"]]
    others = [each for each in body["items"] if not each["could_read"]]
    return visit.render("resident/seen.html", body=body, could=could, others=others)


@pages.get("/me/download", msgid("Download my data"), order=80)
async def download(visit: Visit) -> Reply:
    """Say what the copy has and what to mind."""
    return visit.render("resident/download.html")


@pages.post("/me/download")
async def take(visit: Visit) -> Reply:
    """The copy itself, as a file."""
    answer = await visit.call("GET", "/v1/me/export")
    if not answer.good:
        return visit.refuse(answer)
    return visit.attach(answer)


def _words(visit: Visit) -> Any:
    return Values(visit.language, visit.today)
