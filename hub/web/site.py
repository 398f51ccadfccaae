"""What the pages of one installation are like, known before the first of them is asked for."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.errors import OperatorError
from hub.identity.sign_in_settings import SignInSettings, read_sign_in
from hub.model.principal import Role
from hub.store.directory import Directory

if TYPE_CHECKING:
    from hub.web.openid import Provider

_log = logging.getLogger("hub")


@dataclass(slots=True)
class Site:
    """The pages of one installation.

    Attributes:
        directory: the data directory.
        development: whether anybody may be anybody, for it holds synthetic people alone.
        sign_in: whom it asks who somebody is; None where nobody was set up.
        is_page: whether a path is one that may be returned to.
        provider: the same, as met over the network; made when it is first needed.
    """

    directory: Directory
    development: bool
    sign_in: SignInSettings | None
    is_page: Callable[[str], bool]
    provider: "Provider | None" = field(default=None)

    @property
    def secure(self) -> bool:
        """Whether browsers must come by https: everywhere but in development, which is served on loopback alone."""
        return not self.development

    def vouched(self, role: Role) -> bool:
        """Whether somebody may be signed in in a role: whom the provider no longer speaks for has signed out."""
        return self.development or (self.sign_in is not None and role in self.sign_in.roles)

    def cookie(self, name: str) -> str:
        """The name of a cookie, with the prefix that binds it to this host where the connection is secure."""
        return f"__Host-{name}" if self.secure else name


def load_site(directory: Directory, sign_in: str, is_page: Callable[[str], bool]) -> Site:
    """The pages of an installation.

    Args:
        directory: the data directory.
        sign_in: the text of `sign_in.toml` among the rules; empty for none.
        is_page: whether a path is one that may be returned to.

    Raises:
        OperatorError: naming what is wrong with the text, or with the secret it names.
    """
    development = directory.is_development
    return Site(directory, development, read_sign_in(sign_in, development=development), is_page)


def renewed_site(site: Site, sign_in: str) -> Site:
    """The pages as another text of `sign_in.toml` wants them; with a secret that cannot be read, nobody signs in."""
    try:
        fresh = load_site(site.directory, sign_in, site.is_page)
    except OperatorError as error:
        _log.critical("nobody can sign in to the pages", exc_info=error)
        return replace(site, sign_in=None, provider=None)
    return site if fresh.sign_in == site.sign_in else fresh


def fresh_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)
