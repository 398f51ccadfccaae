"""Whom the hub believes: the issuers of `issuers.toml`.

```toml
[[issuer]]
issuer = "https://id.example.org/realms/hub"
audience = "resident-hub"
algorithm = "ES256"
roles = ["department", "grid_worker"]
jwks_uri = "https://id.example.org/realms/hub/certs"
```

In place of `jwks_uri`, `[[issuer.jwks]]` pins public keys.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hub.errors import OperatorError
from hub.identity.keys import ALGORITHMS, VerificationKey, verification_keys
from hub.model.principal import Role

DEVELOPMENT_ISSUER = "urn:resident-hub:development"
AUDIENCE = "resident-hub"

_MEMBERS = {"issuer", "audience", "algorithm", "roles", "jwks_uri", "jwks"}
_MOST_CHARACTERS = 512
_HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer of tokens.

    Attributes:
        issuer: the exact claim `iss`.
        audience: the exact and only audience its tokens may have.
        algorithm: the one algorithm it signs with.
        roles: the roles its tokens may assert.
        jwks_uri: where its keys are fetched, on the issuer's own host; empty where keys are pinned.
        keys: the pinned keys by key id; empty where they are fetched.
    """

    issuer: str
    audience: str
    algorithm: str
    roles: frozenset[Role]
    jwks_uri: str = ""
    keys: Mapping[str, VerificationKey] = field(default_factory=dict)


def read_issuers(text: str, name: str = "issuers.toml") -> tuple[Issuer, ...]:
    """Read `issuers.toml` strictly.

    Args:
        text: the file's; where it is empty, no issuer is trusted.
        name: what errors call it.

    Raises:
        OperatorError: naming the file, the issuer's place in it, the member and the rule.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"`{name}` is not TOML: {error}") from None
    entries = document.pop("issuer", [])
    if document or not isinstance(entries, list):
        raise OperatorError(f"`{name}` may only hold tables `[[issuer]]`")
    issuers: dict[str, Issuer] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            issuer = _issuer(entry)
        except ValueError as error:
            raise OperatorError(f"`{name}`, issuer {number}: {error}") from None
        if issuer.issuer in issuers:
            raise OperatorError(f"`{name}`, issuer {number}: `issuer` is there twice")
        issuers[issuer.issuer] = issuer
    return tuple(issuers.values())


def _issuer(entry: Any) -> Issuer:
    if not isinstance(entry, dict):
        raise ValueError("must be a table `[[issuer]]`")  # noqa: TRY004 - the caller adds file and place
    if unknown := sorted(entry.keys() - _MEMBERS):
        raise ValueError(f"`{unknown[0]}` is not known; use {', '.join(sorted(_MEMBERS))}")
    name, audience = _text(entry, "issuer"), _text(entry, "audience")
    if name == DEVELOPMENT_ISSUER:
        raise ValueError("`issuer` is reserved for directories made with `--dev-issuer`")
    algorithm = entry.get("algorithm")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"`algorithm` must be one of {', '.join(ALGORITHMS)}")
    if ("jwks_uri" in entry) == ("jwks" in entry):
        raise ValueError("exactly one of `jwks_uri` and `jwks` must be there")
    roles = _roles(entry.get("roles"))
    if "jwks_uri" in entry:
        uri = _text(entry, "jwks_uri")
        _same_host(name, uri)
        return Issuer(name, audience, algorithm, roles, jwks_uri=uri)
    if not isinstance(entry["jwks"], list):
        raise ValueError("`jwks` must be tables `[[issuer.jwks]]`")  # noqa: TRY004 - the caller adds file and place
    try:
        return Issuer(name, audience, algorithm, roles, keys=verification_keys(entry["jwks"], algorithm))
    except ValueError as error:
        raise ValueError(f"`jwks`: {error}") from None


def _text(entry: Mapping[str, Any], member: str) -> str:
    value = entry.get(member)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"`{member}` must be a text of visible ASCII characters")
    if not 0 < len(value) <= _MOST_CHARACTERS:
        raise ValueError(f"`{member}` must have 1 to {_MOST_CHARACTERS} characters")
    return value


def _roles(value: Any) -> frozenset[Role]:
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        raise ValueError("`roles` must list each role it may assert once")
    if any(role not in Role.__members__.values() for role in value):
        raise ValueError(f"`roles` may hold {', '.join(Role)}")
    return frozenset(Role(role) for role in value)


def _same_host(issuer: str, uri: str) -> None:
    """Keys come by https from the issuer itself, or whoever answers elsewhere could sign in its name."""
    if _origin(issuer, "issuer") != _origin(uri, "jwks_uri"):
        raise ValueError("`jwks_uri` must be on the host and port of `issuer`")


def _origin(url: str, member: str) -> tuple[str, int]:
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError:
        raise ValueError(f"`{member}` must be a URL") from None
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(f"`{member}` must be an https URL")
    if "@" in parts.netloc or parts.fragment or "\\" in url:
        raise ValueError(f"`{member}` must have no user and no fragment")
    return parts.hostname, port
