"""Signing in with OpenID Connect: the authorisation code flow with PKCE, state and nonce (OpenID Connect Core 3.1).

Authlib makes and reads the messages; the transport is ours: no redirect, no proxy, little time, few bytes, and never
another host than the issuer's own. Imported when somebody first signs in.
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlsplit

import httpx
import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.errors import BadInput, Unauthenticated
from hub.identity.json_web import read_unverified, strict_object
from hub.identity.keys import VerificationKey, verification_keys
from hub.identity.sign_in_settings import SignInSettings
from hub.model.principal import Principal, Role, parse_principal

SECONDS = 5.0
MOST_BYTES = 256 * 1024
MOST_PRINCIPALS = 20
_FRESH_SECONDS = 600.0
_LEEWAY_SECONDS = 30
_ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METADATA = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_OPERATED = frozenset({Role.DEPARTMENT, Role.ORGANISATION})


class ProviderUnavailable(Exception):  # noqa: N818 - the visitor is told to try again
    """The provider cannot be asked now, or says of itself what cannot be."""


class Attempt(NamedTuple):
    """What a browser keeps, sealed, while it is away at the provider.

    Attributes:
        state: comes back with the browser.
        nonce: comes back inside the id token.
        verifier: of PKCE; only the hub ever sends it.
        returning: where the person wanted to go.
    """

    state: str
    nonce: str
    verifier: str
    returning: str


class Vouched(NamedTuple):
    """Who somebody is, as the provider says.

    Attributes:
        principals: every role they may choose from.
        operator: the human operator, for departments and organisations.
    """

    principals: tuple[Principal, ...]
    operator: str


class Provider:
    """An OpenID provider.

    Args:
        settings: which, and how it is asked.
    """

    def __init__(self, settings: SignInSettings) -> None:
        self.settings = settings
        self._metadata: dict[str, Any] = {}
        self._keys: Mapping[str, VerificationKey] = {}
        self._met_at = -_FRESH_SECONDS

    async def address(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises ProviderUnavailable."""
        metadata = await self._meet()
        address: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=self.settings.redirect_uri,
            scope=self.settings.scope,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return address

    async def vouched(self, code: str, attempt: Attempt) -> Vouched:
        """Redeem a code.

        Raises:
            ProviderUnavailable: the provider does not answer.
            Unauthenticated: what it answers proves nothing, or names nobody whom it may name.
        """
        metadata = await self._meet()
        answer = await self._redeem(metadata["token_endpoint"], code, attempt.verifier)
        claims = self._verified(str(answer.get("id_token", "")), str(answer.get("access_token", "")), attempt.nonce)
        return Vouched(self._principals(claims), str(claims.get(self.settings.operator, "")))

    async def _redeem(self, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
        settings = self.settings
        claim = {"code": code, "redirect_uri": settings.redirect_uri, "code_verifier": verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if settings.private_key:
            key = ECKey.import_key(settings.private_key)
            signed = private_key_jwt_sign(key, settings.client_id, endpoint, alg="ES256", expires_in=60)
            claim |= {"client_id": settings.client_id, "client_assertion_type": _ASSERTED, "client_assertion": signed}
            return await _sent("POST", endpoint, headers, prepare_token_request("authorization_code", **claim))
        # RFC 6749, 2.3.1: both are encoded like a form first, which the library leaves to its caller.
        auth = ClientAuth(quote_plus(settings.client_id), quote_plus(settings.secret))
        body = prepare_token_request("authorization_code", **claim)
        _, headers, body = auth.prepare("POST", endpoint, headers, body)
        return await _sent("POST", endpoint, headers, body)

    def _verified(self, token: str, access_token: str, nonce: str) -> dict[str, Any]:
        """The claims of an id token (OpenID Connect Core 3.1.3.7)."""
        settings = self.settings
        header, _ = read_unverified(token)
        key = self._keys.get(str(header.get("kid", "")))
        if key is None:
            raise Unauthenticated("the id token is signed with a key that the provider does not publish")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[settings.algorithm],
                audience=settings.client_id,
                issuer=settings.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud", "iss", "sub"], "strict_aud": True},
            )
            params = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
            CodeIDToken(claims, header, params=params).validate(leeway=_LEEWAY_SECONDS)
        except (jwt.PyJWTError, AuthlibBaseError, JoseError) as error:
            # The libraries' messages may repeat claims; the class says enough.
            raise Unauthenticated(f"the id token does not verify ({type(error).__name__})") from None
        return claims

    def _principals(self, claims: Mapping[str, Any]) -> tuple[Principal, ...]:
        named = claims.get(self.settings.principals)
        texts = named if isinstance(named, list) else [named]
        try:
            found = [parse_principal(str(each)) for each in texts[:MOST_PRINCIPALS] if each]
        except BadInput:
            raise Unauthenticated("the provider names a principal that cannot be one") from None
        operator = str(claims.get(self.settings.operator, ""))
        allowed = tuple(
            each for each in found if each.role in self.settings.roles and (operator or each.role not in _OPERATED)
        )
        if not allowed:
            raise Unauthenticated("the provider names nobody whom it may name")
        return allowed

    async def _meet(self) -> dict[str, Any]:
        """What the provider says of itself, and its keys, not older than ten minutes."""
        if time.monotonic() - self._met_at < _FRESH_SECONDS:
            return self._metadata
        settings = self.settings
        metadata = await _sent("GET", f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != settings.issuer:
            raise ProviderUnavailable("the provider calls itself otherwise")
        if any(not self._is_own(str(metadata.get(name, ""))) for name in _METADATA):
            raise ProviderUnavailable("the provider names an endpoint on another host")
        answer = await _sent("GET", str(metadata["jwks_uri"]))
        try:
            self._keys = verification_keys(list(answer.get("keys", [])), settings.algorithm)
        except (ValueError, TypeError):
            raise ProviderUnavailable("the provider's keys are not usable") from None
        self._metadata, self._met_at = metadata, time.monotonic()
        return metadata

    def _is_own(self, url: str) -> bool:
        own, other = urlsplit(self.settings.issuer), urlsplit(url)
        return (own.scheme, own.netloc) == (other.scheme, other.netloc) and "@" not in other.netloc


async def _sent(method: str, url: str, headers: Mapping[str, str] | None = None, body: str = "") -> dict[str, Any]:
    """One JSON object from the provider. Raises ProviderUnavailable, or Unauthenticated where it refuses."""
    # No proxy from the environment: the connection must end at the issuer's own host.
    client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS)
    held = {"Accept": "application/json", "Accept-Encoding": "identity"} | dict(headers or {})
    try:
        async with client, client.stream(method, url, headers=held, content=body.encode()) as answer:
            content = b""
            async for part in answer.aiter_raw():
                content += part
                if len(content) > MOST_BYTES:
                    raise ProviderUnavailable("the answer is too long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnavailable(type(error).__name__) from None
    if method == "POST" and httpx.codes.is_client_error(answer.status_code):
        raise Unauthenticated("the provider does not redeem the code")
    if answer.status_code != httpx.codes.OK:
        raise ProviderUnavailable(f"status {answer.status_code}")
    try:
        return strict_object(content)
    except ValueError:
        raise ProviderUnavailable("the answer is not a JSON object") from None
