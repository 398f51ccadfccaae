"""Something is wrong in my file: say what it should be, and see what became of it."""

from typing import Any

from hub.api.reply import Reply
from hub.model.tier import Tier
from hub.schema.fields import fields
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.pages.resident.file import NOT_HERE
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(RESIDENT)
LISTS = frozenset({"icd10", "texts", "names"})
"""Kinds of fields that have several values, one on a line."""
_NOT_SHOWN = frozenset({Tier.CONTROL, Tier.SEALED})
_UNPROCESSABLE = 422


@pages.post("/me/corrections/new")
async def begin(visit: Visit) -> Reply:
    """Ask what a field should say; which field it is comes with the form."""
    return _asked(visit, visit.form.get("field"))


@pages.post("/me/corrections")
async def correct(visit: Visit) -> Reply:
    """Send the correction to the department that the value comes from."""
    key = visit.form.get("field")
    claim = {"field": key, "value": value_of(visit, key), "reason": visit.form.get("reason") or None}
    answer = await visit.call("POST", "/v1/me/corrections", claim, once=visit.form.once)
    if answer.status == _UNPROCESSABLE:
        return _asked(visit, key, answer)
    if not answer.good:
        return visit.refuse(answer)
    return visit.redirect("/me/requests", "correction")


def _asked(visit: Visit, key: str, answer: Answer | None = None) -> Reply:
    if not is_correctable(key):
        raise Refusal(404, ["not_found"])
    field = fields()[key]
    wrong = {each["member"].partition(".")[0] for each in answer.errors} if answer else set()
    return visit.render(
        "resident/correction.html",
        _UNPROCESSABLE if answer else 200,
        field=field,
        form=visit.form,
        choices=Values(visit.language, visit.today).choices(key),
        listed=field.kind in LISTS,
        value_error=visit.gettext(msgid("This cannot be right: check its form and send it again."))
        if "value" in wrong
        else "",
        reason_error=visit.gettext(msgid("Please leave numbers of documents and telephones out."))
        if "reason" in wrong
        else "",
    )


def is_correctable(key: str) -> bool:
    """Whether one may ask that a field be corrected here: not what has a procedure of its own, no list of events."""
    field = fields().get(key)
    fixed = field is None or key in NOT_HERE or field.derived or field.kind == "list"
    return not fixed and fields()[key].tier not in _NOT_SHOWN


def value_of(visit: Visit, key: str) -> Any:
    """What a form says that a field should be, in the shape that the API takes."""
    field, form = fields().get(key), visit.form
    kind = field.kind if field else ""
    if kind == "contact_person":
        return {name: form.get(f"value_{name}") for name in ("name", "tel", "relation") if form.get(f"value_{name}")}
    if kind in LISTS:
        text = form.get("value").replace("\r", "").replace("、", "\n").replace("，", "\n").replace(",", "\n")
        return [line.strip() for line in text.split("\n") if line.strip()]
    return form.get("value")
