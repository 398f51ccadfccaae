"""The slip that a resident takes home: what was done on a matter, told to them in large type, to be signed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.disclosed import named
from hub.web.moments import clock, full_day
from hub.web.pages.window import WINDOW
from hub.web.pages.window.held import served_now, title_of
from hub.web.people import person_name
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(WINDOW)
DONE = {
    "mandate": msgid("The matter was opened, confirmed or ended"),
    "mandate open": msgid("You let us act for you in this matter"),
    "mandate pending": msgid("You said that you want this matter"),
    "mandate confirmed": msgid("A second person has confirmed that you said so"),
    "mandate ended": msgid("The matter was ended"),
    "disclosure": msgid("The form's data were looked at"),
    "trail_read": msgid("The list of who looked was printed"),
    "correction": msgid("A correction was asked for"),
    "consent": msgid("A consent was given, refused or taken back"),
    "consent given": msgid("You agreed"),
    "consent refused": msgid("You did not agree"),
    "consent withdrawn": msgid("You took your agreement back"),
    "consent_read": msgid("Your consents were looked at"),
    "visibility": msgid("You changed who may see your data"),
    "visibility_read": msgid("Who may see your data was looked at"),
    "explanation": msgid("It was asked who could see your data"),
    "dispute": msgid("You objected to an access"),
    "request_read": msgid("What you asked for was looked at"),
    "freeze": msgid("Your file was frozen, or that was ended"),
    "freeze in_force": msgid("Your file was frozen"),
    "freeze ended": msgid("The freezing of your file was ended"),
    "notice": msgid("You are told of the change"),
}
"""What was done, told to the resident: by kind of entry, and for some by what came of it."""
_REFUSED = msgid("This was refused")
_OTHERWISE = msgid("Something else was done on this matter")
_LOOKS = frozenset({"trail_read", "consent_read", "visibility_read", "request_read", "explanation"})
_UNNAMED = frozenset({"PROXY", "RIGHTS"})
"""Purposes that only say that somebody acted for the resident."""


@pages.get("/window/mandates/{id}/slip")
async def slip(visit: Visit) -> Reply:
    """What was done, to be printed in large type and signed."""
    body = await visit.ask("GET", "/v1/mandates/{id}/slip", id=visit.place("id"))
    served, rid, opened = served_now(visit), body["subject"]["rid"], body["opened"]
    head = [
        (msgid("For"), served.name if served.rid == rid else ""),
        (msgid("Matter"), title_of(visit, body)),
        (msgid("When"), f"{full_day(opened, visit.language)} {clock(opened, visit.language)}"),
        (msgid("Served by"), person_name(body["by"], visit.language)),
        (msgid("Paper form"), body["form"]),
        (msgid("Second person"), body["witness"] and person_name(body["witness"], visit.language)),
    ]
    return visit.render(
        "window/slip.html",
        head=[(visit.gettext(label), text) for label, text in head if text],
        items=[_told(visit, each) for each in _once(body["done"])],
        rid=rid,
    )


def _told(visit: Visit, done: Mapping[str, Any]) -> dict[str, Any]:
    """One thing done, in a sentence."""
    kind, outcome = done["kind"], done["outcome"]
    words = _REFUSED if outcome == "denied" else DONE.get(f"{kind} {outcome}", DONE.get(kind, _OTHERWISE))
    matter = {} if done["purpose"] in _UNNAMED else done["purpose_name"] or {}
    what = visit.gettext(words)
    if matter:
        what = visit.gettext(msgid("%(what)s: %(matter)s")) % {"what": what, "matter": matter.get(visit.language, "")}
    return {**done, "what": what, "names": named(visit, done["fields"])}


def _once(done: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What was done, in order; looks at the same list again and again as the first of them."""
    seen = set()
    for each in done:
        if each["kind"] not in _LOOKS or each["kind"] not in seen:
            yield each
        seen.add(each["kind"])
