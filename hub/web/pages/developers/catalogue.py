"""What a department may ask for, how it signs in as a program, and a trial that is a real, recorded request."""

from typing import Any

import orjson

from hub.api.reply import Reply
from hub.web.calls import Refusal
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of, named
from hub.web.pages.developers import DEVELOPERS
from hub.web.pages.developers.samples import SYNTHETIC, samples
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(DEVELOPERS)


@pages.get("/developers", msgid("Start"), order=10)
async def start(visit: Visit) -> Reply:
    """What to do first, second and third."""
    return visit.render("developers/start.html", principal=visit.principal)


@pages.get("/developers/credentials", msgid("Credentials"), order=30)
async def credentials(visit: Visit) -> Reply:
    """What a token must say, and who must vouch for it."""
    return visit.render("developers/credentials.html", principal=visit.principal)


@pages.get("/developers/purposes", msgid("Purposes"), order=20)
async def purposes(visit: Visit) -> Reply:
    """The caller's part of the catalogue."""
    items = await _catalogue(visit)
    told = [each | {"named": named(visit, each["fields"])} for each in items]
    return visit.render("developers/purposes.html", items=told)


@pages.get("/developers/purposes/{purpose}")
async def purpose(visit: Visit) -> Reply:
    """One purpose: its fields, programs that ask for it, and the form that tries it."""
    return await _shown(visit)


@pages.post("/developers/purposes/{purpose}")
async def attempt(visit: Visit) -> Reply:
    """Ask the API once, as the program would; the answer as it came."""
    form = visit.form
    claim: dict[str, Any] = {"subject": {"idno": form.get("idno")}, "purpose": visit.place("purpose")}
    claim |= {"fields": form.all("field")} if form.all("field") else {}
    claim |= {"reason": form.get("reason")} if form.get("reason") else {}
    answer = await visit.call("POST", "/v1/disclosures", claim)
    text = orjson.dumps(answer.body, option=orjson.OPT_INDENT_2).decode()
    return await _shown(visit, {"status": answer.status, "text": text, "good": answer.good, "reasons": answer.reasons})


async def _shown(visit: Visit, said: dict[str, Any] | None = None) -> Reply:
    found = next((each for each in await _catalogue(visit) if each["id"] == visit.place("purpose")), None)
    if found is None:
        raise Refusal(404, ["not_found"])
    asked = visit.form.all("field") or found["fields"]
    fields = [(key, name_of(visit, key), key in asked) for key in (*found["fields"], *found["on_approval"])]
    return visit.render(
        "developers/purpose.html",
        purpose=found,
        fields=fields,
        samples=samples(found),
        said=said,
        idno=visit.form.get("idno") or (SYNTHETIC if visit.site.development else ""),
        reason=visit.form.get("reason"),
    )


async def _catalogue(visit: Visit) -> list[dict[str, Any]]:
    body = await visit.ask("GET", "/v1/purposes")
    return list(body["items"])
