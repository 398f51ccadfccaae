"""Saying what is wrong in somebody's file: it waits for the department that the value comes from."""

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of
from hub.web.pages.acting import ACTING
from hub.web.pages.acting.held import Held, on_mandate, refused
from hub.web.pages.resident.corrections import LISTS, is_correctable, value_of
from hub.web.pages.resident.requests import STATES
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(ACTING)
_UNPROCESSABLE = 422


async def listed(visit: Visit, held: Held) -> Reply:
    """What may be corrected, and what one has sent for this person, with how it stands."""
    body = await visit.ask("GET", "/v1/me/corrections", query={"limit": "100"}, mandate=held.id)
    return visit.render(
        "acting/corrections.html",
        held=held,
        options=[(key, name_of(visit, key)) for key in fields() if is_correctable(key)],
        items=body["items"],
        states=STATES,
        name=lambda key: name_of(visit, key),
        say=Values(visit.language, visit.today).say,
    )


@pages.post("/me/for/{id}/corrections/new")
@on_mandate
async def begin(visit: Visit, held: Held) -> Reply:
    """Ask what it should be."""
    return _asked(visit, held)


@pages.post("/me/for/{id}/corrections")
@on_mandate
async def send(visit: Visit, held: Held) -> Reply:
    """Send the correction."""
    key, reason = visit.form.get("field"), visit.form.get("reason") or None
    claim = {"field": key, "value": value_of(visit, key), "reason": reason}
    answer = await visit.call("POST", "/v1/me/corrections", claim, mandate=held.id, once=visit.form.once)
    if answer.status == _UNPROCESSABLE:
        return _asked(visit, held, answer)
    if not answer.good:
        return refused(visit, held, answer)
    return visit.redirect(held.path, "correction")


def _asked(visit: Visit, held: Held, answer: Answer | None = None) -> Reply:
    key = visit.form.get("field")
    if not is_correctable(key):
        raise Refusal(404, ["not_found"])
    wrong = {each["member"].partition(".")[0] for each in answer.errors} if answer else set()
    value_error = msgid("This cannot be right: check its form and send it again.") if "value" in wrong else ""
    reason_error = msgid("Please leave numbers of documents and telephones out.") if "reason" in wrong else ""
    return visit.render(
        "acting/correction.html",
        _UNPROCESSABLE if answer else 200,
        held=held,
        field=fields()[key],
        form=visit.form,
        choices=Values(visit.language, visit.today).choices(key),
        listed=fields()[key].kind in LISTS,
        value_error=visit.gettext(value_error),
        reason_error=visit.gettext(reason_error),
    )
