"""Who looked and why, in sentences: what the API tells of an access, as one would tell it to a neighbour."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from hub.web.catalogue import msgid
from hub.web.moments import instant
from hub.web.refusals import words_for
from hub.web.visit import Visit

Item = Mapping[str, Any]
OWN_LOOKS = frozenset(
    {"trail_read", "own_file", "explanation", "consent_read", "request_read", "notice", "sign_in", "sign_out"}
)
"""What one does oneself all the time: several in a row on one day are one line."""
_MOST_NAMED = 6

_BY_YOU = {
    "trail_read": msgid("You looked at this list"),
    "own_file": msgid("You looked at your own file"),
    "own_export": msgid("You took a copy of your data"),
    "explanation": msgid("You asked who could see your data"),
    "consent_read": msgid("You looked at your consents"),
    "consent": msgid("You decided about a consent"),
    "visibility": msgid("You changed who may see your data"),
    "correction": msgid("You asked for a correction"),
    "dispute": msgid("You objected to an access"),
    "freeze": msgid("You froze your file, or ended that"),
    "erasure_request": msgid("You asked to be erased"),
    "sign_in": msgid("You signed in"),
    "sign_out": msgid("You signed out"),
    "request_read": msgid("You looked at what you asked for"),
    "notice": msgid("You looked at your notices"),
    "merge": msgid("You looked at files merged with yours"),
    "disclosure": msgid("You looked at your own data for a matter"),
    "mandate": msgid("You let somebody act for you"),
    "emergency": msgid("You looked at the emergencies about you"),
}
_BY_OTHERS = {
    "import": msgid("%(who)s brought data about you up to date"),
    "approval": msgid("%(who)s dealt with an approval to read more of your data"),
    "approval_roster": msgid("%(who)s dealt with an approval to read more of your data"),
    "consent_request": msgid("%(who)s asked you to agree to something"),
    "consent": msgid("%(who)s recorded a consent for you"),
    "mandate": msgid("%(who)s dealt with a mandate to act for you"),
    "notice": msgid("A notice to you was put on record or sent"),
    "minor_approval": msgid("%(who)s dealt with an approval to read data of children"),
    "case": msgid("%(who)s opened or closed a case that you are a party to"),
    "naming": msgid("%(who)s dealt with who may see what a law seals"),
    "named": msgid("%(who)s saw something of you in somebody else's file"),
    "merge": msgid("%(who)s dealt with two files that may both be yours"),
    "retention": msgid("What is past its date was removed from your file"),
    "erasure": msgid("The erasing of your file began"),
    "visibility": msgid("%(who)s changed for you who may see your data"),
    "request_decision": msgid("%(who)s decided about something you asked for"),
    "deferral": msgid("%(who)s asked that you be told of something later"),
    "search": msgid("%(who)s looked through a list that you are on"),
    "own_export": msgid("%(who)s took a copy of your data in your place"),
    "explanation": msgid("%(who)s asked in your place who could see your data"),
    "consent_read": msgid("%(who)s looked at your consents in your place"),
    "request_read": msgid("%(who)s looked at your requests in your place"),
    "sign_in": msgid("Somebody signed in as you"),
    "sign_out": msgid("Somebody signed out as you"),
    "alarm": msgid("%(who)s raised an alarm about you"),
    "emergency": msgid("%(who)s opened your file in an emergency"),
    "emergency_review": msgid("%(who)s reviewed an emergency about you"),
    "observation": msgid("%(who)s noted something about you at the door"),
    "observation_decision": msgid("%(who)s decided about something noted at your door"),
    "correction": msgid("%(who)s dealt with a correction you asked for"),
    "protection": msgid("%(who)s dealt with the protection of your address"),
    "reidentification": msgid("%(who)s dealt with a request to name you behind a pseudonym"),
    "dispute": msgid("%(who)s dealt with your objection"),
    "freeze": msgid("%(who)s dealt with the freezing of your file"),
    "erasure_request": msgid("%(who)s dealt with your request to be erased"),
    "newcomer": msgid("%(who)s took you into the register"),
    "examination": msgid("The hub checked whether your file is undamaged"),
    "purge": msgid("Old entries of this list were destroyed because their time was over"),
    "own_file": msgid("%(who)s looked at your file in your place"),
    "trail_read": msgid("%(who)s looked at this list in your place"),
}
_OTHERWISE = msgid("%(who)s did something with your file")
_PHRASES = {
    "addr": msgid("your address"),
    "ageband": msgid("about how old you are"),
    "is_60_or_over": msgid("whether you are 60 or over"),
    "is_65_or_over": msgid("whether you are 65 or over"),
    "receives_dibao": msgid("whether you receive the minimum living allowance"),
    "has_permit": msgid("whether you hold a residence permit"),
    "is_insured": msgid("whether you are insured"),
    "tag.alone": msgid("that you live alone"),
    "visit.last": msgid("when you were last visited"),
}
"""How fields are called whose titles do not fit into a sentence."""
_DISCLOSED = msgid("%(who)s looked at %(fields)s for “%(purpose)s”")
_REFUSED = msgid("%(who)s asked for your data for “%(purpose)s” and was refused")
_VISITED = msgid("You were on these pages yourself")
_SOMEBODY_FOR_YOU = msgid("Somebody acting for you")


class Told(NamedTuple):
    """One entry, or several of one's own in a row.

    Attributes:
        when: the newest one's instant.
        sentence: what happened.
        own: whether the reader did it.
        refused: whether it was refused.
        basis: on which legal ground.
        why_not: why it was refused, in words.
        deferred: the law by which the reader is told only now.
        entry: its index in the trail, for objecting to it; None where there is nothing to object to.
        leaf: the entry's leaf in the log.
        times: how many it stands for.
    """

    when: str
    sentence: str
    own: bool
    refused: bool
    basis: str
    why_not: str
    deferred: str
    entry: int | None
    leaf: str
    times: int = 1


def days(visit: Visit, body: Mapping[str, Any]) -> list[tuple[str, list[Told]]]:
    """The accesses of a page by day in China, newest first.

    Args:
        visit: whose page it is.
        body: what `GET /v1/me/accesses` answered.
    """
    reader = body["total"]["receipt"].get("subject", {}).get("actor", "")
    told = _runs(visit, body["items"], reader)
    return [
        (day, list(entries)) for day, entries in groupby(told, key=lambda each: instant(each.when).date().isoformat())
    ]


def tell(visit: Visit, item: Item, reader: str) -> Told:
    """One access in words.

    Args:
        visit: whose page it is.
        item: one of `items`.
        reader: the reader's own pseudonym.
    """
    own = _is_own(item, reader)
    refused = item["outcome"] == "denied"
    reasons = [visit.gettext(words_for(each).what) for each in item["reasons"]]
    return Told(
        item["when"],
        _sentence(visit, item, own=own, refused=refused),
        own,
        refused,
        named(visit, item["basis_name"]) if not own else "",
        _listed(visit, reasons) if refused else "",
        str(item.get("deferred", {}).get("citation", "")),
        None if own else item["index"],
        item["receipt"]["leaf"],
    )


def _is_own(item: Item, reader: str) -> bool:
    if item["role"] != "resident" or reader:
        return bool(item["role"] == "resident" and item["who"] == reader)
    # A clerk reads for the resident: what a resident did on no mandate, and is no look at another's file, they did.
    return item["kind"] != "disclosure" and not item["receipt"]["act"].get("on_behalf_of")


def named(visit: Visit, words: Mapping[str, str] | None) -> str:
    """Words of the hub's data in the reader's language."""
    return str((words or {}).get(visit.language, ""))


def _sentence(visit: Visit, item: Item, *, own: bool, refused: bool) -> str:
    said = visit.gettext
    if own:
        return said(_BY_YOU.get(item["kind"], _OTHERWISE)) % {"who": said(msgid("You"))}
    purpose = named(visit, item["purpose_name"]) or item["purpose"] or ""
    values = {"who": _who(visit, item), "purpose": purpose, "fields": _fields(visit, item)}
    if item["kind"] in ("disclosure", "search"):
        return said(_REFUSED if refused or not item["fields"] else _DISCLOSED) % values
    return said(_BY_OTHERS.get(item["kind"], _OTHERWISE)) % values


def _who(visit: Visit, item: Item) -> str:
    if item["role"] == "resident":
        return visit.gettext(_SOMEBODY_FOR_YOU)
    role = named(visit, item["role_name"])
    if item["role"] == "organisation":
        return visit.gettext(msgid("The organisation %(code)s")) % {"code": item["department"] or ""}
    return named(visit, item["department_name"]) or (f"A {role.lower()}" if visit.language == "en" else role)


def _fields(visit: Visit, item: Item) -> str:
    names = [_phrase(visit, key, words) for key, words in item["field_names"].items()]
    if len(names) > _MOST_NAMED:
        more = visit.gettext(msgid("%(count)s more")) % {"count": len(names) - _MOST_NAMED}
        names = [*names[:_MOST_NAMED], more]
    return _listed(visit, names)


def _phrase(visit: Visit, key: str, words: Mapping[str, str]) -> str:
    if key in _PHRASES:
        return visit.gettext(_PHRASES[key])
    title = named(visit, words) or key
    return title if visit.language == "zh" else f"your {title[:1].lower()}{title[1:]}"


def _listed(visit: Visit, names: list[str]) -> str:
    if visit.language == "zh" or len(names) < 2:  # noqa: PLR2004 - nothing to join
        return "、".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _runs(visit: Visit, items: Iterable[Item], reader: str) -> Iterator[Told]:
    """What is told of some accesses: several looks of one's own in a row, on one day, as one."""
    for (own, _), run in groupby(items, key=lambda item: _run_of(item, reader)):
        told = [tell(visit, item, reader) for item in run]
        if own and len(told) > 1:
            yield told[0]._replace(sentence=visit.gettext(_VISITED), times=len(told))
        else:
            yield from told


def _run_of(item: Item, reader: str) -> tuple[bool, object]:
    own = _is_own(item, reader) and item["kind"] in OWN_LOOKS
    return own, instant(item["when"]).date() if own else item["index"]
