"""What is searched for, as it stands in an address: days, codes, principals, pseudonyms; no resident's name."""

from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from hub.web.catalogue import msgid
from hub.web.forms import Form

NAMES = ("since", "until", "actor", "subject", "purpose", "kind", "outcome", "department", "over_asked")
_DAYS = frozenset({"since", "until"})
_MIDNIGHT = "T00:00:00+08:00"
ERRORS = {
    "actor": msgid("A principal, such as grid_worker:339999001001001#1; or hub, or resident."),
    "subject": msgid("A pseudonym has 32 of the digits 0 to 9 and a to f."),
    "purpose": msgid("The code of a purpose, such as OLDCARD."),
    "since": msgid("A day that is not after the last one, such as 2026-11-22."),
    "until": msgid("A day that is not before the first one, such as 2026-11-22."),
}


class Filters(NamedTuple):
    """Filters as a form gives them.

    Attributes:
        said: what is not empty, by name.
        wrong: the first name whose value cannot be right; empty where all may be.
    """

    said: dict[str, str]
    wrong: str = ""

    def get(self, name: str) -> str:
        """What is said of a name."""
        return self.said.get(name, "")

    def query(self) -> dict[str, str]:
        """The same as the API takes them: days are China's, the last one included."""
        made = {name: value for name, value in self.said.items() if name not in _DAYS}
        if since := self.get("since"):
            made["since"] = f"{date.fromisoformat(since).isoformat()}{_MIDNIGHT}"
        if until := self.get("until"):
            made["until"] = f"{(date.fromisoformat(until) + timedelta(days=1)).isoformat()}{_MIDNIGHT}"
        return made

    def address(self, path: str, **more: str) -> str:
        """A path with these filters, and others in place of theirs; an empty one drops a filter."""
        said = {name: value for name, value in (self.said | more).items() if value}
        return f"{path}?{urlencode(said)}" if said else path


def filters_of(form: Form) -> Filters:
    """Read filters from an address or a form."""
    said = {name: value for name in NAMES if (value := form.get(name))}
    return Filters(said, next((name for name in _DAYS if name in said and not _is_day(said[name])), ""))


def _is_day(text: str) -> bool:
    try:
        # A day far from now cannot be moved by one.
        return 1 < date.fromisoformat(text).year < 9999  # noqa: PLR2004 - as above
    except ValueError:
        return False
