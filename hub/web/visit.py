"""One request for a page: who visits, in which language, what they ask the API, and what they are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply
from hub.errors import Unauthenticated
from hub.model.instant import day_of
from hub.model.principal import Principal
from hub.web import calls, sessions
from hub.web.calls import Answer, Refusal
from hub.web.catalogue import catalogue
from hub.web.forms import Form, cookies_of, query_of, read_form
from hub.web.headers import cookie, file_reply, page_reply, redirect
from hub.web.sessions import SignedIn
from hub.web.site import Site, fresh_secret

if TYPE_CHECKING:
    from hub.web.routing import Audience

SESSION, LANGUAGE, TYPE = "session", "language", "type"
"""The names of the cookies."""
_YEAR = 365 * 86400


class Visit:
    """What a page works with.

    Args:
        road: the road's means; pages themselves never touch it.
        scope: of the request.
        receive: its body.
        audience: whose page it is.

    Attributes:
        site: the pages of this installation.
        now: when the request came, UTC.
        signed_in: the session in force, or None.
        language: `zh` or `en`.
        query: of the address.
        form: as sent; empty until it was read.
    """

    def __init__(self, road: Road, scope: Scope, receive: Receive, audience: "Audience") -> None:
        self._road, self._scope, self._receive = road, scope, receive
        self.audience = audience
        state = scope["state"]
        self.site: Site = state["site"]
        self.trace_id: str = state["trace_id"]
        self.now = road.clock()
        self.today = day_of(self.now)
        self._cookies = cookies_of(scope)
        self._set_cookies: list[str] = []
        self.ring = road.ring
        self.query, self.form = query_of(scope), Form([])
        secret = self._cookies.get(self.site.cookie(SESSION))
        found = sessions.find(road, secret) if secret else None
        self.signed_in: SignedIn | None = found if found and self.site.vouched(found.principal.role) else None
        self.language = "en" if self._cookies.get(self.site.cookie(LANGUAGE)) == "en" else "zh"
        self.gettext = catalogue(self.language).gettext

    @property
    def path(self) -> str:
        """The path asked for."""
        return str(self._scope["path"])

    @property
    def here(self) -> str:
        """The address asked for, with its query."""
        query = self._scope["query_string"].decode("latin-1")
        return f"{self.path}?{query}" if query else self.path

    @property
    def returning(self) -> str:
        """Where a choice of language or type leads back to: this page, or the first where it cannot be shown again."""
        return self.own_path(self.here) or "/"

    @property
    def large(self) -> bool:
        """Whether type is large: by choice, else where it was fitting at sign-in."""
        chosen = self._cookies.get(self.site.cookie(TYPE))
        return chosen == "large" or (chosen is None and self.signed_in is not None and self.signed_in.session.large)

    @property
    def form_key(self) -> str:
        """What forms of this session carry; empty where nobody has signed in."""
        return self.signed_in.session.form_key if self.signed_in else ""

    @property
    def principal(self) -> Principal:
        """Who has signed in. Raises Unauthenticated."""
        if self.signed_in is None:
            raise Unauthenticated("nobody has signed in")
        return self.signed_in.principal

    def place(self, name: str) -> str:
        """A parameter of the path."""
        return str(self._scope["path_params"][name])

    async def read_form(self) -> None:
        """Read the form that was sent. Raises ForeignForm or BadInput."""
        self.form = await read_form(self._scope, self._receive, self.form_key)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        mandate: str = "",
        once: str = "",
        **ids: str,
    ) -> Answer:
        """Ask the API, for whoever has signed in; arguments as in `hub.web.calls.call`."""
        operator = self.signed_in.session.operator if self.signed_in else ""
        caller = calls.Caller(self._scope["state"]["ask"], self.trace_id, self.principal, operator)
        return await calls.call(caller, method, path, body, query=query, mandate=mandate, once=once, **ids)

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The same where the page is nothing without the answer; returns its JSON. Raises Refusal."""
        answer = await self.call(method, path, body, **more)
        return answer.body if answer.good else self.refuse(answer)

    def refuse(self, answer: Answer) -> Reply:
        """Show that the API has refused. Raises Refusal, which becomes a page."""
        raise Refusal(answer.status, answer.reasons, answer.errors)

    def render(self, template: str, status: int = 200, **values: Any) -> Reply:
        """Show a page.

        Args:
            template: its path below `templates`.
            status: the HTTP status.
            values: what it shows.
        """
        from hub.web.templating import renderer  # noqa: PLC0415 - a hub that shows no page needs no templates

        content = renderer(self.language).render(template, self.today, {"visit": self, "fresh": fresh_secret} | values)
        return page_reply(content, status, self._set_cookies)

    def attach(self, answer: Answer) -> Reply:
        """Hand on what the API has answered as a file, under the name that it gave."""
        kept = (b"content-type", b"content-disposition")
        return file_reply(answer.content, tuple(each for each in answer.headers if each[0] in kept))

    def redirect(self, to: str, said: str = "") -> Reply:
        """Go on to another page of this site; `said` names a notice that it shows."""
        return redirect(f"{to}?said={said}" if said else to, self._set_cookies)

    def leave(self, address: str) -> Reply:
        """Go on to the provider that signs people in."""
        return redirect(address, self._set_cookies)

    def go_back(self, to: str, otherwise: str = "/") -> Reply:
        """Go on to a path that came from outside, if it is a page of this site; never anywhere else."""
        return redirect(self.own_path(to) or otherwise, self._set_cookies)

    def own_path(self, to: str) -> str:
        """A path as given where it leads to a page of this site, else an empty text."""
        path = to.partition("?")[0]
        plain = to.isascii() and to.isprintable() and "\\" not in to and to.startswith("/") and not to.startswith("//")
        return to if plain and self.site.is_page(path) else ""

    def remember(self, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie with the answer."""
        secure = self.site.secure
        self._set_cookies.append(cookie(self.site.cookie(name), value, secure=secure, seconds=seconds))

    def recall(self, name: str) -> str:
        """The value of a cookie; empty where there is none."""
        return self._cookies.get(self.site.cookie(name), "")

    def forget(self, name: str) -> None:
        """Take a cookie back."""
        self.remember(name, "", 0)

    def prefer(self, name: str, value: str) -> None:
        """Remember a choice of language or type for a year."""
        self.remember(name, value, _YEAR)

    async def begin_session(self, principal: Principal, operator: str) -> None:
        """Sign somebody in, under an id that is always fresh. Raises Unauthenticated, TrailUnavailable."""
        secret, _ = await sessions.sign_in(self._road, principal, operator, self.trace_id)
        if self.signed_in:
            await sessions.sign_out(self._road, self.signed_in, self.trace_id)
        self.remember(SESSION, secret)

    async def end_session(self, *, everywhere: bool = False) -> None:
        """Sign out here, or wherever this person is signed in. Raises TrailUnavailable where that failed."""
        if self.signed_in:
            end = sessions.sign_out_everywhere if everywhere else sessions.sign_out
            await end(self._road, self.signed_in, self.trace_id)
        self.forget(SESSION)
