"""Whom the pages ask who somebody is: `DIR/sign_in.toml`.

```toml
issuer = "https://id.example.org/realms/hub"
client_id = "resident-hub"
private_key_file = "/etc/hub/sign_in.pem"
address = "https://hub.example.org"
algorithm = "ES256"
principals = "hub_principals"
operator = "preferred_username"
roles = ["resident", "grid_worker", "secretary"]
```

In place of `private_key_file` (private_key_jwt, ES256), `client_secret_file` or `client_secret_env` says where the
client's secret lies; the secret itself never stands here.
"""

import ipaddress
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub.errors import OperatorError
from hub.identity.keys import ALGORITHMS
from hub.model.principal import Role
from hub.store.keyring_file import refuse_open_to_others

NAME = "sign_in.toml"
RETURN_PATH = "/sign-in/return"
_REQUIRED = ("issuer", "client_id", "address", "algorithm", "principals", "roles")
_SECRETS = ("private_key_file", "client_secret_file", "client_secret_env")
_MEMBERS = frozenset({*_REQUIRED, *_SECRETS, "operator", "scope"})


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """An OpenID provider and how it is asked.

    Attributes:
        issuer: its exact name, a URL.
        client_id: the hub's own name there.
        address: where browsers reach the hub, without a path.
        algorithm: the one algorithm its id tokens are signed with.
        principals: the claim of the id token that names one principal or several.
        operator: the claim that names the human operator of a department or organisation; may be empty.
        roles: the roles it may assert.
        scope: what is asked for.
        secret: the client's secret, or empty.
        private_key: PEM of the client's key, or empty.
        loopback: whether plain http on the loopback will do.
    """

    issuer: str
    client_id: str
    address: str
    algorithm: str
    principals: str
    operator: str
    roles: frozenset[Role]
    scope: str
    secret: str
    private_key: str
    loopback: bool

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to."""
        return self.address + RETURN_PATH


def read_sign_in(text: str, *, development: bool, complete: bool = True) -> SignInSettings | None:
    """Read the file's text strictly; None where it is empty.

    Args:
        text: TOML.
        development: whether plain http on the loopback is accepted.
        complete: whether the client's secret is read from where the text says it lies.

    Raises:
        OperatorError: naming the member and the rule.
    """
    if not text.strip():
        return None
    try:
        return _settings(tomllib.loads(text), development=development, complete=complete)
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"`{NAME}` is not TOML: {error}") from None
    except (OSError, ValueError) as error:
        raise OperatorError(f"`{NAME}`: {error}") from None


def _settings(document: dict[str, Any], *, development: bool, complete: bool) -> SignInSettings:
    if unknown := sorted(document.keys() - _MEMBERS):
        raise ValueError(f"`{unknown[0]}` is not known; use {', '.join(sorted(_MEMBERS))}")
    texts = {name: _text(document, name) for name in _REQUIRED if name != "roles"}
    for name in ("issuer", "address"):
        _check_url(name, texts[name], development=development)
    texts["address"] = texts["address"].rstrip("/")
    if texts["algorithm"] not in ALGORITHMS:
        raise ValueError(f"`algorithm` must be one of {', '.join(ALGORITHMS)}")
    secret, private_key = _credentials(document, complete=complete)
    return SignInSettings(
        **texts,
        operator=str(document.get("operator", "")),
        roles=_roles(document.get("roles")),
        scope=str(document.get("scope", "openid")),
        secret=secret,
        private_key=private_key,
        loopback=development,
    )


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{name}` is required and must be a text")
    return value.strip()


def _credentials(document: dict[str, Any], *, complete: bool) -> tuple[str, str]:
    """The client's secret and private key, of which exactly one is there."""
    given = [name for name in _SECRETS if name in document]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(f'`{name}`' for name in _SECRETS)} must be there")
    [name] = given
    where = _text(document, name)
    if not complete:
        return "", ""
    if name == "client_secret_env":
        if not (secret := os.environ.get(where, "")):
            raise ValueError(f"`{name}`: the environment variable `{where}` is empty")
        return secret, ""
    path = Path(where)
    refuse_open_to_others(path)
    content = path.read_text("utf-8").strip()
    return ("", content) if name == "private_key_file" else (content, "")


def _roles(value: Any) -> frozenset[Role]:
    if not isinstance(value, list) or not value or any(each not in Role.__members__.values() for each in value):
        raise ValueError(f"`roles` must list some of {', '.join(Role)}")
    return frozenset(Role(each) for each in value)


def _check_url(name: str, url: str, *, development: bool) -> None:
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"`{name}` must be a URL with a host, without user, query or fragment")
    if parts.scheme == "https" or (development and parts.scheme == "http" and is_loopback(parts.hostname)):
        return
    raise ValueError(f"`{name}` must begin with https://")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
