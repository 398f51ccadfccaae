"""For whom I act: the matters that are open, the form that opens one, and their end."""

from hub.api.reply import Reply
from hub.errors import Reason
from hub.web.calls import Answer
from hub.web.catalogue import msgid
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import MATTERS, held_from, known_names, mandates, words_of
from hub.web.refusals import Told
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(ACTING)
_UNPROCESSABLE, _CONFLICT = 422, 409


@pages.get("/me/for", msgid("For whom I act"), order=80)
async def home(visit: Visit) -> Reply:
    """What is open, and the form that opens a matter."""
    return await _shown(visit)


async def _shown(
    visit: Visit, status: int = 200, wrong: dict[str, str] | None = None, words: Told | None = None
) -> Reply:
    names = known_names(visit)
    held = [held_from(visit, each, names.get(each["id"], "")) for each in await mandates(visit)]
    matters = [(key, visit.gettext(title)) for key, title in MATTERS.items()]
    return visit.render(
        "acting/home.html", status, held=held, matters=matters, form=visit.form, wrong=wrong or {}, words=words
    )


@pages.post("/me/for")
async def begin(visit: Visit) -> Reply:
    """Open a matter; nothing that was typed is lost where it is refused."""
    form = visit.form
    claim = {"subject": {"idno": form.get("idno")}, "matter": form.get("matter")}
    claim |= {"reason": form.get("reason")} if form.get("reason") else {}
    answer = await visit.call("POST", "/v1/mandates", claim, once=form.once)
    if answer.good:
        return visit.redirect(f"/me/for/{answer.body['id']}")
    wrong = _wrong(visit, answer)
    return await _shown(visit, answer.status, wrong, None if wrong else words_of(answer))


def _wrong(visit: Visit, answer: Answer) -> dict[str, str]:
    said = visit.gettext
    if Reason.REASON_REQUIRED in answer.reasons:
        return {"reason": said(msgid("Say why: for somebody who died, a law asks for it."))}
    if answer.status != _UNPROCESSABLE:
        return {}
    if any(each["member"].startswith("reason") for each in answer.errors):
        return {"reason": said(msgid("Please leave numbers of documents and telephones out."))}
    return {"idno": said(msgid("This is not a complete identity number. Check each digit."))}


@pages.post("/me/for/{id}/end")
async def end(visit: Visit) -> Reply:
    """End it; what has ended already has ended."""
    answer = await visit.call("POST", "/v1/mandates/{id}/closure", {}, id=visit.place("id"))
    if not answer.good and answer.status != _CONFLICT:
        return visit.refuse(answer)
    return visit.redirect("/me/for", "ended")
