"""What the pages of one installation are like, known before the first of them is asked for."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.store.directory import Directory
from hub.web.sign_in_settings import SignInSettings, load_sign_in

if TYPE_CHECKING:
    from hub.web.openid import Provider


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

    def cookie(self, name: str) -> str:
        """The name of a cookie, with the prefix that binds it to this host where the connection is secure."""
        return f"__Host-{name}" if self.secure else name


def load_site(directory: Directory, is_page: Callable[[str], bool]) -> Site:
    """Read how people sign in. Raises OperatorError naming what is wrong in `DIR/sign_in.toml`."""
    development = directory.is_development
    return Site(directory, development, load_sign_in(directory.sign_in, development=development), is_page)


def fresh_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)
