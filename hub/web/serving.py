"""Around every page: is there a session, is it theirs, is the form ours; and a page for whatever goes wrong."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply
from hub.errors import BadInput, Reason, TrailUnavailable, Unauthenticated
from hub.web.assets import asset
from hub.web.calls import Refusal
from hub.web.forms import ForeignForm
from hub.web.headers import page_reply
from hub.web.refusals import FOREIGN_FORM, Told, told
from hub.web.visit import Visit

if TYPE_CHECKING:
    from hub.web.routing import Audience

SIGN_IN_PATH = "/sign-in"
_UNAUTHENTICATED = 401
_WORDS: dict[type[Exception], tuple[int, Told]] = {
    ForeignForm: (403, FOREIGN_FORM),
    BadInput: (422, told([Reason.BAD_INPUT])),
    TrailUnavailable: (503, told([Reason.AUDIT_UNAVAILABLE])),
}
_AWAY = """<!doctype html>
<html lang="zh-CN" data-type="large"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="{style}">
<title>暂时无法使用 · Not available just now</title></head><body><div class="frame alone"><main><h1>暂时无法使用</h1>
<p>没有显示也没有更改任何内容。请过一分钟再试。</p>
<div lang="en"><h2>Not available just now</h2><p>Nothing was shown or changed. Please try again in a minute.</p></div>
</main></div></body></html>
"""
"""Where not even the session can be read: in both languages and large type, for nobody knows what was chosen."""
_log = logging.getLogger("hub")


async def serve_page(
    audience: "Audience",
    page: Callable[[Visit], Awaitable[Reply]],
    road: Road,
    scope: Scope,
    receive: Receive,
) -> Reply:
    """Serve one page, or say what stands in its way.

    Args:
        audience: whose page it is.
        page: what makes it.
        road: the road's means.
        scope: of the request.
        receive: its body.
    """
    try:
        visit = Visit(road, scope, receive, audience)
    except TrailUnavailable:
        return page_reply(_AWAY.format(style=asset("style.css")), 503)
    try:
        return await _served(visit, page, scope["method"])
    except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets a page
        return _explained(visit, error)


def _explained(visit: Visit, error: Exception) -> Reply:
    """The page of an error: what happened, what to do next, and nothing of what the error itself says."""
    if isinstance(error, Unauthenticated) or (isinstance(error, Refusal) and error.status == _UNAUTHENTICATED):
        return to_sign_in(visit)
    if isinstance(error, Refusal):
        return refused(visit, error.status, told(error.reasons))
    for kind, (status, words) in _WORDS.items():
        if isinstance(error, kind):
            return refused(visit, status, words)
    # The formatter names the exception's class and place; its text may quote data and is left out.
    _log.error("page failed", exc_info=error, extra={"trace_id": visit.trace_id})
    return refused(visit, 500, told([]))


async def _served(visit: Visit, page: Callable[[Visit], Awaitable[Reply]], method: str) -> Reply:
    if visit.audience.roles and visit.principal.role not in visit.audience.roles:
        raise Refusal(403, [Reason.NOT_ALLOWED.value])
    if method == "POST":
        await visit.read_form()
    return await page(visit)


def to_sign_in(visit: Visit) -> Reply:
    """Ask for a sign-in, after which this page is shown; a form that was sent is not sent again."""
    returning = visit.own_path(visit.here)
    return visit.redirect(f"{SIGN_IN_PATH}?{urlencode({'next': returning})}" if returning else SIGN_IN_PATH)


def refused(visit: Visit, status: int, words: Told) -> Reply:
    """A page that says what happened and what to do next."""
    return visit.render("site/refused.html", status, words=words)
