"""The mandate that a page works on: for whom, in which matter, how long still; and the page for when it is over."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, NamedTuple

from hub.api.reply import Reply
from hub.errors import Reason
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import msgid
from hub.web.moments import instant
from hub.web.refusals import Told, told
from hub.web.sealed import open_sealed, seal
from hub.web.visit import Visit

_NAMES = "acting"
_HALF_AN_HOUR = 30 * 60
_MOST_NAMES = 8
_RIGHTS = ("guardian", "relative")
"""Who may also read the file, in their own right and without a mandate."""
MATTERS = {
    "accesses": msgid("Who looked at the file"),
    "consents": msgid("Agree, refuse or take back"),
    "corrections": msgid("Say what is wrong"),
    "visibility": msgid("Who may see what"),
    "disputes": msgid("Object to an access"),
    "freezes": msgid("Freeze the file"),
    "erasure": msgid("Ask for erasure, for somebody who died"),
}
"""Groups of the resident's own routes, in the order in which they are asked for."""
AS = {
    "guardian": msgid("as guardian on record"),
    "relative": msgid("as near relative of somebody who died"),
    "resident": msgid("because they asked you to"),
}
_WORDS = {
    Reason.OUT_OF_SCOPE: Told(
        msgid("You are not on record for this person"),
        msgid(
            "Check the number. A guardian stands in the register of the police, as does a near relative of somebody "
            "who died; whoever is neither goes to the counter with them."
        ),
    ),
    Reason.NOT_ALLOWED: Told(
        msgid("Nobody does this for somebody else"),
        msgid("For a child a guardian does it, for somebody who died a near relative, each only in what a law names."),
    ),
    Reason.NOT_AVAILABLE: Told(
        msgid("This is not shown to you"),
        msgid("It is not in the file, or the person has kept it from family. Both look the same, on purpose."),
    ),
    Reason.APPROVAL_EXPIRED: Told(
        msgid("The time of this matter is over"), msgid("Open it anew if there is more to do.")
    ),
    Reason.RATE_LIMITED: Told(
        msgid("Too many matters were opened for this person"), msgid("Go on with those that are open.")
    ),
}
_OVER = Told(
    msgid("This matter is not open"), msgid("It was ended, or its time is over. Open it anew if there is more to do.")
)


class Held(NamedTuple):
    """A mandate in force.

    Attributes:
        id: of the mandate.
        rid: the reader's own id of the person.
        matter: a purpose, or one of `MATTERS`.
        title: what the matter is called.
        proof: what it rests on, a key of `AS`.
        until: when it ends.
        minutes: how many are left.
        name: of the person; empty where no page needed it.
    """

    id: str
    rid: str
    matter: str
    title: str
    proof: str
    until: str
    minutes: int
    name: str

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/me/for/{self.id}"

    @property
    def reads(self) -> bool:
        """Whether they may read the file, too."""
        return self.proof in _RIGHTS

    @property
    def right(self) -> str:
        """By what right the reader acts, a msgid."""
        return AS.get(self.proof, "")


Work = Callable[[Visit, Held], Awaitable[Reply]]


async def mandates(visit: Visit) -> list[dict[str, Any]]:
    """The mandates in force that the reader acts on, newest first."""
    items = (await visit.ask("GET", "/v1/mandates", query={"limit": "200"}))["items"]
    return [each for each in items if each["acts"] and each["state"] == "open"]


def held_from(visit: Visit, item: dict[str, Any], name: str = "") -> Held:
    """A mandate as the API lists it, for a page."""
    words, matter = item["matter_name"] or {}, item["matter"]
    title = str(words.get(visit.language) or (visit.gettext(MATTERS[matter]) if matter in MATTERS else matter))
    left = max(0, int((instant(item["until"]) - visit.now).total_seconds() // 60))
    return Held(item["id"], item["subject"]["rid"], matter, title, item["proof"], item["until"], left, name)


def known_names(visit: Visit) -> dict[str, str]:
    """What people are called whom this session has acted for lately, by mandate."""
    kept = open_sealed(visit, _NAMES, _HALF_AN_HOUR)
    return dict(kept[1]) if kept and kept[0] == visit.form_key else {}


async def _named(visit: Visit, name: str) -> str:
    """Whom a mandate is for. The look is recorded, so it is kept, sealed, for half an hour of this session."""
    names = known_names(visit)
    if name not in names:
        person = (await visit.ask("GET", "/v1/mandates/{id}", id=name))["person"]
        names = dict([*names.items()][-_MOST_NAMES:]) | {name: str(person["name"] or "")}
        visit.remember(_NAMES, seal(visit, _NAMES, [visit.form_key, names]), _HALF_AN_HOUR)
    return names[name]


def on_mandate(work: Work) -> Callable[[Visit], Awaitable[Reply]]:
    """A page that works on the mandate of its address, and says for whom."""

    @wraps(work)
    async def served(visit: Visit) -> Reply:
        found = next((each for each in await mandates(visit) if each["id"] == visit.place("id")), None)
        if found is None:
            return visit.render("acting/refused.html", 403, held=None, words=_OVER)
        held = held_from(visit, found, await _named(visit, found["id"]))
        try:
            return await work(visit, held)
        except Refusal as refusal:
            return refused(visit, held, refusal)

    return served


def refused(visit: Visit, held: Held | None, refusal: Refusal | Answer) -> Reply:
    """What the API refused: why, and what to do."""
    return visit.render("acting/refused.html", refusal.status, held=held, words=words_of(refusal))


def words_of(refusal: Refusal | Answer) -> Told:
    """The words of a refusal."""
    own = (_WORDS.get(Reason(each)) for each in refusal.reasons if each in Reason.__members__.values())
    return next((each for each in own if each), told(refusal.reasons))
