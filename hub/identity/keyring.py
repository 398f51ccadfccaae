"""The keys of one issuer as they change: pinned, or fetched and renewed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.errors import Unauthenticated
from hub.identity.issuers import Issuer
from hub.identity.keys import VerificationKey, verification_keys

Fetch = Callable[[str], Awaitable[list[Any]]]

BETWEEN_FETCHES = timedelta(seconds=30)
"""However many unknown keys callers name, the issuer is asked no more often."""

LONGEST_TRUST = timedelta(hours=24)
"""Fetched keys that could not be renewed for so long are no longer believed."""

_log = logging.getLogger(__name__)


class UnknownKey(Unauthenticated):
    """The token names a key that is not known yet; fetching the issuer's keys may help.

    Attributes:
        issuer: the issuer whose key it is.
    """

    def __init__(self, issuer: str) -> None:
        super().__init__("the token names no key of its issuer")
        self.issuer = issuer


class Keyring:
    """The verification keys of one issuer."""

    def __init__(self, issuer: Issuer, fetch: Fetch) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._keys: Mapping[str, VerificationKey] = issuer.keys
        self._renewed: datetime | None = None
        self._attempted: datetime | None = None
        self._fetching = asyncio.Lock()

    def key(self, kid: str | None, now: datetime) -> VerificationKey:
        """Find the key that a token names; a token that names none is read with an issuer's only key.

        Raises:
            UnknownKey: there is no such key, or fetched keys have become too old.
        """
        keys = self._keys if self._trusted(now) else {}
        if kid is None and len(keys) == 1:
            return next(iter(keys.values()))
        found = keys.get(kid) if kid else None
        if found is None:
            raise UnknownKey(self._issuer.issuer)
        return found

    async def renew(self, now: datetime) -> bool:
        """Fetch the keys, unless they are pinned or the issuer was asked a moment ago.

        Callers that come while a fetch is under way wait for it instead of starting another. A fetch that fails
        leaves the keys as they were.

        Returns:
            Whether the keys have changed, so that tokens verified before must be verified again.
        """
        if not self._issuer.jwks_uri:
            return False
        async with self._fetching:
            if self._attempted is not None and abs(now - self._attempted) < BETWEEN_FETCHES:
                return False
            self._attempted = now
            try:
                fetched = await self._fetch(self._issuer.jwks_uri)
                keys = verification_keys(fetched, self._issuer.algorithm)
            except (OSError, ValueError) as error:
                _log.warning("the keys of an issuer could not be fetched", exc_info=error)
                return False
            changed = keys != self._keys
            self._keys, self._renewed = keys, now
            return changed

    def _trusted(self, now: datetime) -> bool:
        if not self._issuer.jwks_uri:
            return True
        return self._renewed is not None and now - self._renewed < LONGEST_TRUST
