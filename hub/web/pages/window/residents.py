"""One resident at the counter: is it them, what do they want, and what shows that they want it."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named, shown
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import EXPLAINED, MATTERS, Served, held_from, serve, served_now
from hub.web.pages.window.home import BASICS
from hub.web.pages.window.refusals import at_the_counter
from hub.web.people import person_name
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
_WRONG = {
    "matter": msgid("Choose what the resident wants."),
    "proof.form": msgid("The number of the form: letters, digits and - / . only, and no identity or telephone number."),
    "proof.witness": msgid("Choose who has heard it: another clerk, a grid worker or the secretary of this community."),
    "proof": msgid("Enter the number of the form, or choose who has heard it."),
}


@pages.get("/window/residents/{rid}")
async def resident(visit: Visit) -> Reply:
    """Who it is, and the matters."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, wrong: dict[str, str] | None = None) -> Reply:
    served = served_now(visit)
    if served.rid != visit.place("rid"):
        claim = {"subject": {"rid": visit.place("rid")}, "purpose": BASICS}
        answer = await visit.call("POST", "/v1/disclosures", claim)
        if not answer.good:
            words = at_the_counter(answer.reasons, opening=True)
            return visit.render("window/refused.html", answer.status, held=None, words=words, back="/window")
        served = Served.from_basics(answer.body)
        serve(visit, served)
    body = await visit.ask("GET", "/v1/mandates", query={"limit": "200"})
    forms = [(each, named(visit, each["fields"])) for each in body["offered"]]
    mine = [held_from(visit, each) for each in body["items"] if each["acts"] and each["subject"]["rid"] == served.rid]
    return visit.render(
        "window/resident.html",
        status,
        served=served,
        shown=shown(visit, served.beside),
        matters=MATTERS,
        explained=EXPLAINED,
        forms=forms,
        colleagues=[(each, person_name(each, visit.language)) for each in body["second_persons"]],
        held=mine,
        form=visit.form,
        wrong=wrong or {},
    )


@pages.post("/window/residents/{rid}/mandates")
async def take(visit: Visit) -> Reply:
    """Take the mandate, and go on to the matter."""
    form, rid = visit.form, visit.place("rid")
    proof = _proof(visit)
    if not form.get("matter") or not proof:
        missing = {} if form.get("matter") else {"matter": _WRONG["matter"]}
        missing |= (
            {} if proof else {"proof.form" if form.get("proof") != "spoken" else "proof.witness": _WRONG["proof"]}
        )
        return await _shown(visit, 422, {key: visit.gettext(text) for key, text in missing.items()})
    claim = {"subject": {"rid": rid}, "matter": form.get("matter"), "proof": proof}
    answer = await visit.call("POST", "/v1/mandates", claim, once=form.once)
    if answer.good:
        if (served := served_now(visit)).rid == rid:
            serve(visit, served._replace(form=str(proof.get("form", ""))))
        return visit.redirect(f"/window/mandates/{answer.body['id']}")
    if answer.status == 422:  # noqa: PLR2004
        known = (each["member"] for each in answer.errors)
        return await _shown(visit, 422, {key: visit.gettext(_WRONG.get(key, _WRONG["proof"])) for key in known})
    words = at_the_counter(answer.reasons, opening=True)
    return visit.render("window/refused.html", answer.status, held=None, words=words, back=f"/window/residents/{rid}")


def _proof(visit: Visit) -> dict[str, Any]:
    """What the form offers as proof; nothing where it is not filled in."""
    form = visit.form
    if form.get("proof") == "code":
        return {"code": True}
    if form.get("proof") == "spoken":
        return {"spoken": True, "witness": form.get("witness")} if form.get("witness") else {}
    return {"form": form.get("form")} if form.get("form") else {}
