"""What a browser sends: queries, forms, cookies; and whether a form was really sent from a page of ours."""

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlsplit

from starlette.types import Receive, Scope

from hub.api.body import read
from hub.api.routes import header_of
from hub.errors import BadInput

MOST_FIELDS = 2000
_FORM = "application/x-www-form-urlencoded"
KEY = "form_key"
ONCE = "once"


class Form:
    """A form as sent: names with one value or several."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a name, without spaces around it."""
        return self._values.get(name, [default])[0].strip()

    def all(self, name: str) -> list[str]:
        """All values of a name, as check boxes send them."""
        return self._values.get(name, [])

    def __contains__(self, name: object) -> bool:
        """Whether there is a value of a name."""
        return name in self._values

    @property
    def once(self) -> str:
        """The key under which what this form asks for happens once, however often it is sent."""
        return self.get(ONCE)


def query_of(scope: Scope) -> Form:
    """The query of an address."""
    return Form(_pairs(scope["query_string"].decode("latin-1")))


async def read_form(scope: Scope, receive: Receive, form_key: str) -> Form:
    """Read a form that a page of this site has sent.

    Args:
        scope: of the request.
        receive: its body.
        form_key: what forms of this session carry; empty where nobody has signed in.

    Raises:
        ForeignForm: it comes from another site, or from a page of a session that has ended.
        BadInput: it is no form, or too large.
    """
    if not _is_own(scope):
        raise ForeignForm
    if (header_of(scope, b"content-type") or "").partition(";")[0].strip() != _FORM:
        raise BadInput("body", f"must be {_FORM}")
    form = Form(_pairs((await read(receive)).decode("utf-8", "replace")))
    if form_key and not hmac.compare_digest(form.get(KEY).encode(), form_key.encode()):
        raise ForeignForm
    return form


class ForeignForm(Exception):  # noqa: N818 - the visitor is told, and may send it again from a fresh page
    """A form that no page of this session has made."""


def cookies_of(scope: Scope) -> dict[str, str]:
    """The cookies of a request; what cannot be read counts as none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header_of(scope, b"cookie") or "")
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _is_own(scope: Scope) -> bool:
    """Whether a page of this very host has sent it; a browser that does not say is believed, for the form has a key."""
    if (fetched := header_of(scope, b"sec-fetch-site")) is not None:
        return fetched == "same-origin"
    origin = header_of(scope, b"origin")
    return origin in (None, "null") or urlsplit(str(origin)).netloc == header_of(scope, b"host")


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadInput("body", f"must have at most {MOST_FIELDS} fields") from None
