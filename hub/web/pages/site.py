"""What everybody has: the first page, signing in and out, language and type."""

import secrets
import tomllib
from typing import Any

import orjson

from hub.api.reply import Reply
from hub.errors import BadInput, Unauthenticated
from hub.identity.sign_in_settings import RETURN_PATH
from hub.model.principal import Principal, Role, parse_principal
from hub.web.calls import Refusal
from hub.web.catalogue import msgid
from hub.web.refusals import told
from hub.web.routing import Audience, Pages, home_of
from hub.web.sealed import open_sealed, seal
from hub.web.serving import SIGN_IN_PATH, refused
from hub.web.visit import LANGUAGE, TYPE, Visit

EVERYBODY = Audience("site", msgid("Resident hub"), "", frozenset())
pages = Pages(EVERYBODY)
_ATTEMPT, _CHOICE = "sign-in", "sign-in-role"
_MINUTES = 10 * 60
_OPERATED = frozenset({Role.DEPARTMENT, Role.ORGANISATION})


@pages.get("/")
async def first(visit: Visit) -> Reply:
    """Lead to one's own pages, or to the sign-in."""
    if visit.signed_in is None:
        return visit.redirect(SIGN_IN_PATH)
    home = home_of(visit.principal.role)
    return visit.redirect(home) if home else visit.render("site/no_pages.html")


@pages.get("/sign-in")
async def sign_in(visit: Visit) -> Reply:
    """Offer the ways to sign in: a provider, and in development a click."""
    personas = _personas(visit) if visit.site.development else []
    return visit.render("site/sign_in.html", personas=personas, returning=visit.own_path(visit.query.get("next")))


@pages.post("/sign-in/persona")
async def sign_in_as(visit: Visit) -> Reply:
    """Sign in as anybody on record; in development alone, where all people are synthetic."""
    if not visit.site.development:
        raise Refusal(404, ["not_found"])
    try:
        principal = parse_principal(visit.form.get("principal"))
        operator = principal.id.partition("#")[2] if principal.role in _OPERATED else ""
        await visit.begin_session(principal, operator)
    except (BadInput, Unauthenticated):
        return refused(visit, 403, told(["unauthenticated"]))
    return visit.go_back(visit.form.get("next"))


@pages.get("/sign-in/start")
async def start(visit: Visit) -> Reply:
    """Send the browser to the provider."""
    from hub.web.openid import Attempt, ProviderUnavailable  # noqa: PLC0415 - imported where somebody signs in

    returning = visit.own_path(visit.query.get("next"))
    attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), returning)
    try:
        address = await _provider(visit).address(attempt)
    except ProviderUnavailable:
        return visit.render("site/provider_away.html", 503)
    visit.remember(_ATTEMPT, seal(visit, _ATTEMPT, list(attempt)), _MINUTES)
    return visit.leave(address)


@pages.get(RETURN_PATH)
async def returned(visit: Visit) -> Reply:
    """Take up the browser that comes back from the provider."""
    from hub.web.openid import Attempt, ProviderUnavailable  # noqa: PLC0415 - as above

    kept = open_sealed(visit, _ATTEMPT, _MINUTES)
    visit.forget(_ATTEMPT)
    attempt = Attempt(*kept) if kept else None
    state, issuer = visit.query.get("state"), visit.query.get("iss")
    provider = _provider(visit)
    if attempt is None or not secrets.compare_digest(state.encode(), attempt.state.encode()):
        return _not_signed_in(visit)
    if issuer and issuer != provider.settings.issuer:
        return _not_signed_in(visit)  # RFC 9207: another provider's answer
    try:
        vouched = await provider.vouched(visit.query.get("code"), attempt)
    except ProviderUnavailable:
        return visit.render("site/provider_away.html", 503)
    except Unauthenticated:
        return _not_signed_in(visit)
    if len(vouched.principals) > 1:
        names = [each.id for each in vouched.principals]
        visit.remember(_CHOICE, seal(visit, _CHOICE, [names, vouched.operator, attempt.returning]), _MINUTES)
        return visit.render("site/choose_role.html", principals=vouched.principals)
    return await _begin(visit, vouched.principals[0], vouched.operator, attempt.returning)


@pages.post("/sign-in/role")
async def choose_role(visit: Visit) -> Reply:
    """Sign in in one of the roles that the provider has named."""
    kept = open_sealed(visit, _CHOICE, _MINUTES)
    visit.forget(_CHOICE)
    if not kept or visit.form.get("principal") not in kept[0]:
        return _not_signed_in(visit)
    return await _begin(visit, parse_principal(visit.form.get("principal")), kept[1], kept[2])


@pages.post("/sign-out")
async def sign_out(visit: Visit) -> Reply:
    """End this session, or all of this person's."""
    await visit.end_session(everywhere="everywhere" in visit.form)
    return visit.redirect(SIGN_IN_PATH, "signed-out")


@pages.post("/preferences")
async def prefer(visit: Visit) -> Reply:
    """Remember a language or a size of type, and show the same page again."""
    if visit.form.get("language") in ("zh", "en"):
        visit.prefer(LANGUAGE, visit.form.get("language"))
    if visit.form.get("type") in ("large", "normal"):
        visit.prefer(TYPE, visit.form.get("type"))
    return visit.go_back(visit.form.get("next"))


async def _begin(visit: Visit, principal: Principal, operator: str, returning: str) -> Reply:
    try:
        await visit.begin_session(principal, operator if principal.role in _OPERATED else "")
    except Unauthenticated:
        return _not_signed_in(visit)
    return visit.go_back(returning)


def _not_signed_in(visit: Visit) -> Reply:
    return visit.render("site/not_signed_in.html", 403)


def _provider(visit: Visit) -> Any:
    from hub.web.openid import Provider  # noqa: PLC0415 - as above

    if visit.site.sign_in is None:
        raise Refusal(404, ["not_found"])
    if visit.site.provider is None:
        visit.site.provider = Provider(visit.site.sign_in)
    return visit.site.provider


def _personas(visit: Visit) -> list[dict[str, Any]]:
    path = visit.site.directory.personas
    if not path.is_file():
        return []
    document = tomllib.loads(path.read_text("utf-8"))
    return list(orjson.loads(orjson.dumps(document)).get("persona", []))
