"""The mandate that a page works on: whose, in which matter, how much time is left; and a page for when it is over."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.api.reply import Reply
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import msgid
from hub.web.moments import instant
from hub.web.pages.window.refusals import OVER, at_the_counter
from hub.web.sealed import open_sealed, seal
from hub.web.visit import Visit

_SERVED = "served"
_HALF_AN_HOUR = 30 * 60
_BESIDE = ("ageband", "sex", "life")
MATTERS = {
    "accesses": msgid("Who looked, and why"),
    "corrections": msgid("Correct something"),
    "consents": msgid("Agree, refuse or take back"),
    "visibility": msgid("Who may see what"),
    "explanations": msgid("Who could see this"),
    "disputes": msgid("Object to an access"),
    "freezes": msgid("Freeze the file"),
}
"""Groups of the resident's own routes, in the order in which they are asked for."""
EXPLAINED = {
    "accesses": msgid("A list in large type to take home."),
    "corrections": msgid("A changed telephone number, a wrong address."),
    "consents": msgid("Read the text aloud, enter the answer."),
    "visibility": msgid("The switches of privacy mode."),
    "explanations": msgid("For one kind of data, who could see it today."),
    "disputes": msgid("“I don't recognise this” about one entry of the list."),
    "freezes": msgid("Stop what needs consent or a contract; or end that."),
}


class Served(NamedTuple):
    """Who stands at the counter, as the clerk has seen them last.

    Attributes:
        rid: the clerk's own id of them.
        name: what they are called.
        form: number of the paper form they signed last.
        beside: what stands beside the name: about how old they are, sex, whether they are alive.
    """

    rid: str = ""
    name: str = ""
    form: str = ""
    beside: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def from_basics(cls, body: Mapping[str, Any]) -> "Served":
        """Somebody as the API has just disclosed them."""
        given = body["fields"]
        beside = {key: given[key] for key in _BESIDE if key in given and given[key] != "alive"}
        return cls(body["rid"], str(given.get("name") or ""), "", beside)


class Held(NamedTuple):
    """A mandate in force.

    Attributes:
        id: of the mandate.
        rid: the clerk's own id of the resident.
        matter: a purpose, or one of `MATTERS`.
        title: what the matter is called.
        state: `pending` or `open`.
        proof: what it rests on.
        witness: the second person's name in the hub.
        until: when it ends.
        minutes: how many are left.
        name: of the resident; empty where this browser has seen somebody else since.
    """

    id: str
    rid: str
    matter: str
    title: str
    state: str
    proof: str
    witness: str
    until: str
    minutes: int
    name: str

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/window/mandates/{self.id}"


Work = Callable[[Visit, Held], Awaitable[Reply]]


def title_of(visit: Visit, item: dict[str, Any]) -> str:
    """What the matter of a mandate is called."""
    words = item["matter_name"] or {}
    matter = item["matter"]
    return str(words.get(visit.language) or (visit.gettext(MATTERS[matter]) if matter in MATTERS else matter))


def held_from(visit: Visit, item: dict[str, Any]) -> Held:
    """A mandate as the API lists it, for a page."""
    left = instant(item["until"]) - visit.now
    served = served_now(visit)
    return Held(
        item["id"],
        item["subject"]["rid"],
        item["matter"],
        title_of(visit, item),
        item["state"],
        item["proof"],
        item["witness"] or "",
        item["until"],
        max(0, int(left.total_seconds() // 60)),
        served.name if served.rid == item["subject"]["rid"] else "",
    )


def served_now(visit: Visit) -> Served:
    """Who stands at the counter: sealed, for half an hour, and for the session in which the look was recorded alone."""
    kept = open_sealed(visit, _SERVED, _HALF_AN_HOUR)
    return Served(*kept[1:]) if kept and kept[0] == visit.form_key else Served()


def serve(visit: Visit, served: Served) -> None:
    """Remember who stands at the counter, so that no page has to look their name up again."""
    kept = [visit.form_key, *served[:-1], dict(served.beside)]
    visit.remember(_SERVED, seal(visit, _SERVED, kept), _HALF_AN_HOUR)


def on_mandate(work: Work, *, waiting: bool = False) -> Callable[[Visit], Awaitable[Reply]]:
    """A page that works on the mandate of its address.

    Args:
        work: what makes the page.
        waiting: whether it also works before the mandate is confirmed.
    """

    @wraps(work)
    async def served(visit: Visit) -> Reply:
        items = (await visit.ask("GET", "/v1/mandates", query={"limit": "200"}))["items"]
        found = next((each for each in items if each["id"] == visit.place("id") and each["acts"]), None)
        if found is None:
            return visit.render("window/over.html", 403, name=visit.place("id"), words=OVER, served=served_now(visit))
        held = held_from(visit, found)
        if held.state == "pending" and not waiting:
            return visit.redirect(held.path)
        try:
            return await work(visit, held)
        except Refusal as refusal:
            return refused_work(visit, held, refusal)

    return served


def refused_work(visit: Visit, held: Held, refusal: Refusal | Answer) -> Reply:
    """What the API refused on a mandate: why, and what to do instead."""
    words = at_the_counter(refusal.reasons)
    return visit.render("window/refused.html", refusal.status, held=held, words=words, back=held.path)
