"""What waits for a decision of an officer or auditor, each with what is needed to decide; decided on the same page."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hub.api.reply import Reply
from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.people import requester_name
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
_SUPERVISORS_SIDE = "security"
_BAD_INPUT = 422


class Matter(NamedTuple):
    """A sort of thing that is decided.

    Attributes:
        title: what it is, a msgid.
        what: what a yes does, a msgid.
        yes: the word on the button that says yes, a msgid.
        no: the other.
        lists: the route that lists them.
        query: of the list.
        decides: the route that decides about one.
        page: the pages that show one and decide about it, where that takes more than fits a list; else it is decided
            here.
    """

    title: str
    what: str
    yes: str
    no: str
    lists: str
    query: dict[str, str]
    decides: str
    page: str = ""


MATTERS = {
    "dispute": Matter(
        msgid("A resident objects to an access"),
        msgid("Look at the entry. If the access was not in order, uphold the objection."),
        msgid("Uphold the objection"),
        msgid("Dismiss it"),
        "/v1/requests",
        {},
        "/v1/requests/{id}/decision",
    ),
    "erasure_request": Matter(
        msgid("A resident asks to be erased"),
        msgid("A yes freezes the file at once; the operator carries the erasing out."),
        msgid("Erase"),
        msgid("Keep the file"),
        "/v1/requests",
        {},
        "/v1/requests/{id}/decision",
    ),
    "reidentification": Matter(
        msgid("Somebody asks whose pseudonym it is"),
        msgid("With your yes, whoever asked may see name and number once within 24 hours. The resident learns of it."),
        msgid("Agree"),
        msgid("Refuse"),
        "/v1/audit/reidentifications",
        {"state": "pending"},
        "/v1/audit/reidentifications/{id}/decision",
    ),
    "deferral": Matter(
        msgid("A notice is to come later"),
        msgid("Agree only where a law demands secrecy. The number of deferred notices is public."),
        msgid("Agree"),
        msgid("Refuse"),
        "/v1/audit/deferrals",
        {},
        "/v1/audit/deferrals/{id}/decision",
    ),
    "protection": Matter(
        msgid("An address is to be protected"),
        msgid("With your yes, family, counter and lists no longer see address and telephone."),
        msgid("Protect"),
        msgid("Refuse"),
        "/v1/protections",
        {"state": "pending"},
        "/v1/protections/{id}/decision",
    ),
    "lifting": Matter(
        msgid("A protection is to end"),
        msgid("With your yes, address and telephone are shown as before."),
        msgid("End the protection"),
        msgid("Keep it"),
        "/v1/protections",
        {"state": "lifting"},
        "/v1/protections/{id}/lifting/decision",
    ),
    "filing": Matter(
        msgid("A department files a use of data"),
        msgid("You check the form: basis, article, scope, number of people, last day."),
        msgid("Agree"),
        msgid("Refuse"),
        "/v1/filings",
        {"state": "pending"},
        "/v1/filings/{id}/decision",
    ),
    "rules": Matter(
        msgid("Other rules are proposed"),
        msgid("Rules are in force once two different people have agreed."),
        "",
        "",
        "/v1/rules/changes",
        {"state": "pending"},
        "",
        "/audit/rules",
    ),
}
_EFFECTS = {"widens": msgid("widens"), "narrows": msgid("narrows"), "changes": msgid("changes")}
_OFFICERS_ALONE = frozenset({"filing", "rules"})
"""What auditors see and do not decide."""


class Waiting(NamedTuple):
    """One thing that waits.

    Attributes:
        name: a key of `MATTERS`.
        item: as the API lists it.
        pairs: what is known of it, by label.
        entry: an entry of the trail to look at; None without one.
        due: the last day for an answer, or empty.
        overdue: whether that day is over.
    """

    name: str
    item: dict[str, Any]
    pairs: list[tuple[str, str]]
    entry: int | None
    due: str
    overdue: bool

    @property
    def matter(self) -> Matter:
        """What it is."""
        return MATTERS[self.name]


@pages.get("/audit/inbox", msgid("Waiting for a decision"), order=70)
async def inbox(visit: Visit) -> Reply:
    """Everything that waits, the overdue first."""
    return visit.render("audit/inbox.html", waiting=await waiting(visit), error="", failed="")


@pages.post("/audit/inbox")
async def decide(visit: Visit) -> Reply:
    """Decide about one of them."""
    matter = MATTERS.get(visit.form.get("matter"))
    if matter is None or matter.page:
        return visit.redirect("/audit/inbox")
    claim = {"decision": visit.form.get("decision"), "reason": visit.form.get("reason")}
    answer = await visit.call("POST", matter.decides, claim, once=visit.form.once, id=visit.form.get("id"))
    if answer.good:
        return visit.redirect("/audit/inbox", "decided")
    if answer.status != _BAD_INPUT:
        return visit.refuse(answer)
    error = visit.gettext(msgid("Give your reason in a sentence, without any number of a person."))
    return visit.render(
        "audit/inbox.html", _BAD_INPUT, waiting=await waiting(visit), error=error, failed=visit.form.get("id")
    )


async def waiting(visit: Visit) -> list[Waiting]:
    """What waits for anybody in the visitor's role and area."""
    routes = {(each.lists, *each.query.items()): each for each in MATTERS.values()}
    asked = [visit.ask("GET", each.lists, query=each.query | {"limit": "100"}) for each in routes.values()]
    answers = dict(zip(routes, await asyncio.gather(*asked), strict=True))
    found: list[Waiting] = []
    for name, matter in MATTERS.items():
        if name in _OFFICERS_ALONE and visit.principal.role is not Role.SECURITY_OFFICER:
            continue
        items = answers[(matter.lists, *matter.query.items())]["items"]
        found += [_waiting(visit, name, each) for each in items if _is(name, each) and not _agreed(visit, each)]
    return sorted(found, key=lambda each: (not each.overdue, each.due or "9999"))


def _is(name: str, item: dict[str, Any]) -> bool:
    """Whether an item of a list is of a sort, and waits."""
    if name in ("dispute", "erasure_request"):
        return bool(item["kind"] == name)
    if name == "filing":
        return _SUPERVISORS_SIDE in item["awaits"]
    return name != "deferral" or item["state"] == "pending"


def _agreed(visit: Visit, item: dict[str, Any]) -> bool:
    """Whether the visitor has said yes already, and somebody else's is still needed."""
    return any(each["by"] == visit.principal.id for each in item.get("approvals", ()))


def _waiting(visit: Visit, name: str, item: dict[str, Any]) -> Waiting:
    pairs = [(visit.gettext(label), text) for label, text in _PAIRS[name](visit, item) if text]
    return Waiting(name, item, pairs, item.get("index"), item.get("due") or "", bool(item.get("overdue")))


def _requested(_visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return ((msgid("Pseudonym"), item["subject"]), (msgid("Asked on"), item["filed"][:10]))


def _named(_visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return (
        (msgid("Pseudonym"), item["subject"]),
        (msgid("Why"), item["reason"]),
        (msgid("Asked by"), item["requested_by"]),
    )


def _deferred(_visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return (
        (msgid("Article that demands it"), item["citation"]),
        (msgid("Until"), str(item["until"])),
        (msgid("Asked by"), item["by"]),
    )


def _protected(_visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return ((msgid("Pseudonym"), item["pseudonym"]), (msgid("Asked on"), item["asked"][:10]))


def _filed(visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return (
        (msgid("By"), requester_name(item["requester"], visit.language)),
        (msgid("Purpose"), item["purpose"]),
        (msgid("Article"), item["citation"]),
        (msgid("For what"), item["scenario"]),
        (msgid("Area"), item["scope"]),
        (msgid("People a day"), str(item["volume"])),
        (msgid("Last day"), item["valid_until"]),
    )


def _ruled(visit: Visit, item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    counted = Counter(each["effect"] for each in item["difference"])
    said = (f"{visit.gettext(word)} {counted[effect]}" for effect, word in _EFFECTS.items() if counted[effect])
    return (
        (msgid("Asked by"), item["proposed_by"]),
        (msgid("Why"), item["reason"]),
        (msgid("Agreed so far"), "、".join(each["by"] for each in item["approvals"])),
        (msgid("What it does"), " · ".join(said)),
    )


_PAIRS: dict[str, Callable[[Visit, dict[str, Any]], Iterable[tuple[str, str]]]] = {
    "dispute": _requested,
    "erasure_request": _requested,
    "reidentification": _named,
    "deferral": _deferred,
    "protection": _protected,
    "lifting": _protected,
    "filing": _filed,
    "rules": _ruled,
}
