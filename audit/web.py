"""HTTP as this package needs it: one request, a bounded answer, no way to another host."""

import http.client
import urllib.error
import urllib.request
from email.message import Message
from typing import IO, NamedTuple
from urllib.parse import urlsplit

from audit.errors import VerificationError

TIMEOUT = 10.0
"""Seconds to wait for a server before each part of its answer."""


class Answer(NamedTuple):
    """An HTTP answer.

    Attributes:
        status: its code.
        media_type: the value of Content-Type, or an empty text.
        body: at most as many bytes as were asked for.
    """

    status: int
    media_type: str
    body: bytes


def request(url: str, limit: int, body: bytes | None = None, timeout: float = TIMEOUT) -> Answer:
    """GET a URL, or POST a body to it.

    Args:
        url: of scheme http or https.
        limit: how many bytes the answer may have.
        body: what to post; None to get.
        timeout: seconds to wait for each part of the answer.

    Raises:
        VerificationError: another scheme, a way to another host, an answer that is too long or not HTTP.
        OSError: the server cannot be reached, or did not answer in time.
    """
    if not is_url(url):
        raise VerificationError("the address is not that of a web server")
    asked = urllib.request.Request(url, data=body, headers={"User-Agent": "resident-hub-audit"})  # noqa: S310 - checked above
    if body is not None:
        asked.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with _OPENER.open(asked, timeout=timeout) as answer:
            return _read(answer.status, answer.headers, answer, limit)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error.code, error.headers, error, limit)
    except (http.client.HTTPException, ValueError) as error:
        raise VerificationError(f"{urlsplit(url).netloc} does not answer as a web server does") from error


def is_url(place: str) -> bool:
    """Whether a place is on the web, and not a path."""
    return place.startswith(("http://", "https://"))


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirection within the host that was asked; another host was not asked, and gets nothing."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            raise VerificationError(f"{old.netloc} points to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type] # stubs differ


_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.ProxyHandler(),
    urllib.request.HTTPHandler(),
    urllib.request.HTTPSHandler(),
    urllib.request.HTTPDefaultErrorHandler(),
    urllib.request.HTTPErrorProcessor(),
    _SameHost(),
):
    _OPENER.add_handler(_handler)


def _read(status: int, headers: Message, answer: IO[bytes], limit: int) -> Answer:
    body = answer.read(limit + 1)
    if len(body) > limit:
        raise VerificationError("the answer is longer than what was asked for can be")
    return Answer(status, headers.get("Content-Type", ""), body)
