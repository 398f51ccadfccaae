"""What a change of rules widens and narrows, in the visitor's language.

The API says it in English, in sentences of a few forms. Each form is a text of the catalogue; what varies in it, names
and numbers, is taken over as it stands. A sentence of another form stays as it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.pages.audit.differences import visible

Say = Callable[[str], str]
OF_WHAT = (
    msgid("purpose %(purpose)s, requesters"),
    msgid("purpose %(purpose)s, %(requesters)s"),
    msgid("purpose %(purpose)s"),
    msgid("tier %(tier)s"),
    msgid("issuer %(issuer)s, roles"),
    msgid("issuer %(issuer)s"),
    msgid("sign-in, roles"),
    msgid("sign-in"),
)
"""Before a colon: what it is about. Of the forms that fit, the first one counts."""
FORMS = (
    msgid("is dropped"),
    msgid("what residents read before they agree"),
    msgid("is new, for %(requesters)s, with no field"),
    msgid("is new, for %(requesters)s, with %(fields)s"),
    msgid("is new, for %(roles)s"),
    msgid("%(fields)s on approval"),
    msgid("is again as it was once; approvals and consents of that time count again"),
    msgid("adds %(field)s, approval %(approval)s"),
    msgid("adds %(names)s"),
    msgid("takes away %(names)s"),
    msgid("%(field)s needs approval %(approval)s, before %(before)s"),
    msgid("other legal bases, or in another order"),
    msgid("%(requester)s may never be given %(tier)s data"),
    msgid("that %(requester)s may never be given %(tier)s data ends"),
    msgid("approval, %(before)s becomes %(after)s"),
    msgid("whether a reason is required, %(before)s becomes %(after)s"),
    msgid("how long an answer may be kept, %(before)s becomes %(after)s"),
    msgid("how long an approval may last, %(before)s becomes %(after)s"),
    msgid("how often an approval may be used, %(before)s becomes %(after)s"),
    msgid("tiers that do without their approval, %(before)s becomes %(after)s"),
    msgid("masks, %(before)s becomes %(after)s"),
    msgid("legal bases, %(before)s becomes %(after)s"),
    msgid("the service it needs, %(before)s becomes %(after)s"),
    msgid("%(member)s, %(before)s becomes %(after)s"),
    msgid("needs at least approval %(approval)s, before %(before)s"),
    msgid("another %(member)s"),
    msgid("fewer pinned keys"),
    msgid("other pinned keys"),
    msgid("where the client's secret lies, or remarks"),
    msgid("nobody vouches for people at the pages"),
    msgid("%(issuer)s vouches for people at the pages, for %(roles)s"),
    msgid("another provider, address, algorithm or claim"),
    msgid("the trail is kept for %(days)s days at least, before %(before)s"),
    msgid("the calendar, or the days within which filings are answered"),
    msgid("%(who)s is revoked"),
    msgid("%(who)s is appointed from %(first)s until %(last)s"),
    msgid("%(who)s is reinstated from %(first)s until %(last)s"),
    msgid("%(who)s holds the role from %(first)s until %(last)s"),
)
"""The sentences themselves."""
WORDS = frozenset(
    {
        *(msgid("always"), msgid("further notice"), msgid("a resident"), msgid("nothing"), msgid("yes"), msgid("no")),
        *(msgid("none"), msgid("secretary"), msgid("secretary_once"), msgid("two_person"), msgid("break_glass")),
        *(msgid("named_officers"), msgid("identity_check"), msgid("mandate"), msgid("case"), msgid("order")),
    }
)
"""What varies and has a name in every language: how an approval is given, and a few others."""


class Part(NamedTuple):
    """A piece of a sentence.

    Attributes:
        text: what stands there.
        name: whether it is the name of something, a field or a principal.
        title: what a field is called; empty where it is none.
    """

    text: str
    name: bool
    title: object = ""


class Told(NamedTuple):
    """A sentence.

    Attributes:
        parts: its pieces, in order.
        english: whether it could be said in English alone.
    """

    parts: list[Part]
    english: bool


def told(say: Say, text: str) -> Told:
    """A line of a difference for a page.

    Args:
        say: the catalogue's way to translate.
        text: as the API has it.
    """
    words = in_words(say, text)
    pieces = visible(text if words is None else words).split("`")
    parts = [_named(each) if at % 2 else Part(each, name=False) for at, each in enumerate(pieces)]
    return Told(parts, words is None)


def _named(name: str) -> Part:
    field = fields().get(name)
    return Part(name, name=True, title=field.title if field else "")


def in_words(say: Say, text: str) -> str | None:
    """The sentence in another language; None where it has none of the forms."""
    before, colon, after = text.partition(": ")
    head, sentence = _said(say, OF_WHAT, before), _said(say, FORMS, after)
    if colon and head is not None and sentence is not None:
        return head + say(msgid(": ")) + sentence
    return _said(say, FORMS, text)


def _said(say: Say, forms: Iterable[str], text: str) -> str | None:
    for form, pattern in _patterns(tuple(forms)):
        if found := pattern.fullmatch(text):
            values = {name: say(value) if value in WORDS else value for name, value in found.groupdict().items()}
            return say(form) % values if values else say(form)
    return None


@cache
def _patterns(forms: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(form, re.compile("".join(_pieces(form)), re.DOTALL)) for form in forms]


def _pieces(form: str) -> Iterator[str]:
    for at, piece in enumerate(re.split(r"%\((\w+)\)s", form)):
        yield f"(?P<{piece}>.+)" if at % 2 else re.escape(piece)
