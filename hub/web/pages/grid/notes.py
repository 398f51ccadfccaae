"""What is seen at the door: it waits until the office it belongs to confirms it."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import name_of
from hub.web.pages.grid import GRID
from hub.web.pages.grid.matters import WALK, head
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(GRID)
TYPED, CHOSEN = ("tel", "mobility", "vehicle.plate"), ("residence",)


@pages.get("/grid/residents/{rid}/note")
async def write(visit: Visit) -> Reply:
    """The form of what was seen."""
    return await _form(visit)


async def _form(visit: Visit, status: int = 200, wrong: dict[str, str] | None = None) -> Reply:
    body, words = await head(visit), Values(visit.language, visit.today)
    return visit.render(
        "grid/note.html",
        status,
        rid=body["rid"],
        given=body["fields"],
        typed=[(key, name_of(visit, key)) for key in TYPED],
        chosen=[(key, name_of(visit, key), [("", "—"), *words.choices(key)]) for key in CHOSEN],
        form=visit.form,
        wrong=wrong or {},
    )


@pages.post("/grid/residents/{rid}/note")
async def send(visit: Visit) -> Reply:
    """Send what was filled in, and nothing else."""
    values: dict[str, Any] = {key: text for key in (*TYPED, *CHOSEN) if (text := visit.form.get(key))}
    if not values:
        nothing = visit.gettext(msgid("Fill in what is different; leave the rest empty."))
        return await _form(visit, 422, {TYPED[0]: nothing})
    claim = {"subject": {"rid": visit.place("rid")}, "purpose": WALK, "values": values}
    answer = await visit.call("POST", "/v1/observations", claim, once=visit.form.once)
    if answer.good:
        return visit.redirect("/grid/requests", "noted")
    if answer.status == 422:  # noqa: PLR2004
        text = visit.gettext(msgid("This does not look right. Check it and send it again."))
        return await _form(visit, 422, {each["member"].removeprefix("values."): text for each in answer.errors})
    return visit.refuse(answer)
