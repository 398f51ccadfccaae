"""The work on one matter, and the file as far as a guardian or a near relative may read it."""

from collections.abc import Mapping

from hub.api.reply import Reply
from hub.web.disclosed import shown, withheld
from hub.web.pages.acting import ACTING, wishes
from hub.web.pages.acting import consents as agreeing
from hub.web.pages.acting import corrections as correcting
from hub.web.pages.acting.held import Held, Work, on_mandate, refused, words_of
from hub.web.pages.resident.sentences import days
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)
_LISTED, _RIGHTS = "60", "RIGHTS"


async def _accesses(visit: Visit, held: Held) -> Reply:
    query = {"limit": _LISTED}
    if cursor := visit.query.get("cursor"):
        query["cursor"] = cursor
    body = await visit.ask("GET", "/v1/me/accesses", query=query, mandate=held.id)
    # What the reader did here is told by number: the sentences speak to the person whom the list is about.
    told = [
        (day, [each for each in entries if not each.own], sum(each.times for each in entries if each.own))
        for day, entries in days(visit, body)
    ]
    return visit.render("acting/accesses.html", held=held, days=told, body=body, later=bool(cursor))


_WORK: Mapping[str, Work] = {
    "accesses": _accesses,
    "consents": agreeing.listed,
    "corrections": correcting.listed,
    "visibility": wishes.switches,
    "disputes": wishes.disputed,
    "freezes": wishes.frozen,
    "erasure": wishes.erasures,
}


@pages.get("/me/for/{id}")
@on_mandate
async def matter(visit: Visit, held: Held) -> Reply:
    """The matter's own page; that of a purpose is about agreeing to it."""
    return await _WORK.get(held.matter, agreeing.listed)(visit, held)


@pages.post("/me/for/{id}/file")
@on_mandate
async def file(visit: Visit, held: Held) -> Reply:
    """What the file holds, read in one's own right as guardian or near relative; recorded like any read."""
    claim = {"subject": {"rid": held.rid}, "purpose": _RIGHTS}
    claim |= {"reason": visit.form.get("reason")} if visit.form.get("reason") else {}
    answer = await visit.call("POST", "/v1/disclosures", claim)
    kept = withheld(visit, answer.body.get("withheld", ())) if isinstance(answer.body, dict) else []
    if not answer.good and not kept:
        return refused(visit, held, answer)
    given = shown(visit, answer.body["fields"]) if answer.good else []
    absent = [each for each in kept if not answer.good or _absent(answer.body, each.key)]
    kept = [each for each in kept if each not in absent]
    words = None if answer.good else words_of(answer)
    return visit.render("acting/file.html", held=held, shown=given, withheld=kept, absent=absent, words=words)


def _absent(body: Mapping[str, list[Mapping[str, str]]], key: str) -> bool:
    return any(each["field"] == key and each["reason"] == "not_available" for each in body["withheld"])
