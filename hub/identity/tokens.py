"""From a token to an identity: every check, once per token.

The profile is RFC 9068 (JWT access tokens) narrowed by RFC 8725 (JWT best practice).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from hub.errors import BadInput, Unauthenticated
from hub.identity.issuers import Issuer
from hub.identity.json_web import read_unverified
from hub.identity.keyring import Fetch, Keyring, UnknownKey
from hub.identity.keys import VerificationKey
from hub.model.principal import Principal, Role, parse_principal

TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
LEEWAY_SECONDS = 30
LONGEST_SECONDS = 24 * 3600
MOST_CACHED = 10_000
MOST_CACHED_CHARACTERS = 2048
"""Longer tokens are verified each time, so that a full cache stays near 20 MB."""

# A header names the algorithm, the type and the key. Whatever else could steer verification (`jku`, `x5u`, `jwk`,
# `x5c`, `crit`, `b64`, `zip`) is refused by not being here; thumbprints are harmless and ignored.
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid", "x5t", "x5t#S256"})
_MOST_ID_CHARACTERS = 256
_OPERATED_ROLES = frozenset({Role.DEPARTMENT, Role.ORGANISATION})
_OPERATOR = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified token proves.

    Attributes:
        principal: the role it speaks for.
        operator: the human operator of a department or organisation; empty for other roles.
        issuer: who says so.
        expires: until when, UTC.
        token_id: the claim `jti`, or a digest of the token where it has none.
    """

    principal: Principal
    operator: str
    issuer: str
    expires: datetime
    token_id: str


class Verifier:
    """Verifies tokens of the configured issuers; belongs to one event loop."""

    def __init__(self, issuers: Iterable[Issuer], fetch: Fetch | None = None) -> None:
        """Trust these issuers and no other.

        Args:
            issuers: as `read_issuers` or `development_issuer` give them.
            fetch: how a key set is fetched; by https, unless a test has another way.
        """
        self._fetch = fetch or _fetch
        self._issuers: dict[str, Issuer] = {}
        self._keyrings: dict[str, Keyring] = {}
        self._verified: dict[str, Identity] = {}
        self.trust(issuers)

    def trust(self, issuers: Iterable[Issuer]) -> None:
        """Trust these issuers and no other, from the next token on; keys of those that stay as they are stay known."""
        before, self._issuers = self._issuers, {issuer.issuer: issuer for issuer in issuers}
        self._keyrings = {
            name: self._keyrings[name] if before.get(name) == issuer else Keyring(issuer, self._fetch)
            for name, issuer in self._issuers.items()
        }
        self._verified.clear()

    def verify(self, token: str, now: datetime) -> Identity:
        """Verify a token; one verified before costs a dictionary lookup.

        Args:
            token: the text after `Bearer`.
            now: the request's time, UTC.

        Raises:
            UnknownKey: the issuer's keys must be fetched first, see `verify_async`.
            Unauthenticated: it proves nothing; the text says which rule it breaks, never what it holds.
        """
        identity = self._verified.get(token)
        if identity is not None and now < identity.expires:
            return identity
        identity = self._verify(token, now)
        if len(token) <= MOST_CACHED_CHARACTERS:
            self._remember(token, identity)
        return identity

    async def verify_async(self, token: str, now: datetime) -> Identity:
        """Verify a token, fetching its issuer's keys when it names one that is not known.

        Raises:
            Unauthenticated: as `verify`.
        """
        try:
            return self.verify(token, now)
        except UnknownKey as unknown:
            await self._renew(self._keyrings[unknown.issuer], now)
        return self.verify(token, now)

    async def refresh(self, now: datetime) -> None:
        """Renew all fetched keys; to be called every few minutes, so that a withdrawn key stops working."""
        for keyring in list(self._keyrings.values()):
            await self._renew(keyring, now)

    async def _renew(self, keyring: Keyring, now: datetime) -> None:
        if await keyring.renew(now):
            self._verified.clear()

    def _remember(self, token: str, identity: Identity) -> None:
        self._verified.pop(token, None)
        if len(self._verified) >= MOST_CACHED:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = identity

    def _verify(self, token: str, now: datetime) -> Identity:
        header, unproved = read_unverified(token)
        name = unproved.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise Unauthenticated("the token's issuer is not configured")
        _check_header(header, issuer.algorithm)
        key = self._keyrings[issuer.issuer].key(header.get("kid"), now)
        claims = _check_signature(token, key, issuer)
        expires = _check_times(claims, now.timestamp())
        principal = _principal(claims["sub"], issuer)
        return Identity(principal, _operator(claims, principal.role), issuer.issuer, expires, _token_id(claims, token))


def _check_header(header: Mapping[str, Any], algorithm: str) -> None:
    if header.keys() - _HEADER_MEMBERS:
        raise Unauthenticated("the token's header may hold only `alg`, `typ`, `kid` and thumbprints")
    if header.get("alg") != algorithm:
        raise Unauthenticated("the token is not signed with its issuer's algorithm")
    kind, kid = header.get("typ"), header.get("kid")
    if not isinstance(kind, str) or kind.lower() not in TOKEN_TYPES:
        raise Unauthenticated("the token's `typ` must be `at+jwt`")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= _MOST_ID_CHARACTERS):
        raise Unauthenticated("the token's `kid` must be a text")


def _check_signature(token: str, key: VerificationKey, issuer: Issuer) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[issuer.algorithm],
            audience=issuer.audience,
            issuer=issuer.issuer,
            # Times are checked below against the request's own time: the clock is read once a request.
            options={
                "require": ["exp", "iat", "aud", "iss", "sub"],
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as error:
        # The library's messages may repeat claims; its class says enough.
        raise Unauthenticated(f"the token does not verify ({type(error).__name__})") from None


def _check_times(claims: Mapping[str, Any], now: float) -> datetime:
    issued, expires, starts = claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])
    if any(type(moment) is not int for moment in (issued, expires, starts)):
        raise Unauthenticated("the token's `exp`, `iat` and `nbf` must be whole seconds")
    if max(issued, starts) > now + LEEWAY_SECONDS:
        raise Unauthenticated("the token is not valid yet")
    if not 0 < expires - issued <= LONGEST_SECONDS:
        raise Unauthenticated(f"a token lives at most {LONGEST_SECONDS} seconds")
    if expires <= now:
        raise Unauthenticated("the token has expired")
    return datetime.fromtimestamp(expires, UTC)


def _principal(subject: str, issuer: Issuer) -> Principal:
    try:
        principal = parse_principal(subject)
    except BadInput:
        raise Unauthenticated("the token's `sub` must be `role:scope#person`") from None
    if principal.role not in issuer.roles:
        raise Unauthenticated("the token's issuer may not assert this role")
    return principal


def _operator(claims: Mapping[str, Any], role: Role) -> str:
    if role not in _OPERATED_ROLES:
        return ""
    operator = claims.get("operator")
    if not isinstance(operator, str) or not _OPERATOR.fullmatch(operator):
        raise Unauthenticated("a department's or organisation's token must name its `operator`")
    return operator


def _token_id(claims: Mapping[str, Any], token: str) -> str:
    token_id = claims.get("jti")
    if isinstance(token_id, str) and 0 < len(token_id) <= _MOST_ID_CHARACTERS:
        return token_id
    return hashlib.sha256(token.encode()).hexdigest()


async def _fetch(uri: str) -> list[Any]:
    # Late, because a hub whose issuers have pinned keys needs no HTTP client.
    from hub.identity.fetch import fetch_jwks  # noqa: PLC0415

    return await fetch_jwks(uri)
