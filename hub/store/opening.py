"""Opening what the log keeps sealed, whoever an entry is about: for evidence, and to hold the log against the store."""

from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from hub.errors import OperatorError
from hub.store.keys import Keyring
from hub.store.sections import data_key
from hub.store.trail import unsealed
from hub.store.warrants import READING_TRAIL

_KEYS = 1 << 14
_SOURCE = "log_entry e LEFT JOIN about a ON a.entry = e.idx LEFT JOIN keys.data_key k ON k.resident = a.resident"
COLUMNS = "e.idx, e.act, e.act_salt, e.subject_commitment, e.ordinal_commitment, e.sealed, a.resident, k.wrapped"
ALL_ENTRIES = f"SELECT {COLUMNS} FROM {_SOURCE}"  # noqa: S608 - constants of this module
"""Every entry with whom it is about and their wrapped keys; add WHERE and ORDER BY."""


class Opened(NamedTuple):
    """The parts of an entry that are kept sealed, as they were committed to.

    Attributes:
        subject_salt: 32 bytes.
        subject: whom the entry concerns.
        ordinal_salt: 32 bytes.
        ordinal: which entry about them it is.
    """

    subject_salt: bytes
    subject: dict[str, Any]
    ordinal_salt: bytes
    ordinal: dict[str, Any]


class Opener:
    """Opens sealed parts with the key of whoever an entry is about.

    Args:
        ring: the keys.
    """

    def __init__(self, ring: Keyring) -> None:
        self._strangers = ring.strangers
        self._trail_key = lru_cache(_KEYS)(lambda wrapped: data_key(ring, wrapped, "trail", READING_TRAIL))

    def open(
        self, act: bytes, act_salt: bytes, committed: bytes, sealed: bytes, resident: int | None, wrapped: bytes
    ) -> Opened | None:
        """Open an entry's sealed parts.

        Args:
            act: canonical bytes.
            act_salt: 32 bytes.
            committed: the subject part's commitment, 32 bytes.
            sealed: as stored.
            resident: whom the entry is about, or None.
            wrapped: that person's wrapped data keys; means nothing without one.

        Returns:
            None where they do not open: the person was erased, or the entry was changed.
        """
        if not sealed or (resident is not None and not wrapped):
            return None
        try:
            key = self._strangers if resident is None else self._trail_key(wrapped)
            subject_salt, subject, ordinal_salt, ordinal = unsealed(sealed, commitment("act", act_salt, act), key)
            if commitment("subject", subject_salt, subject) != committed:
                return None
            return Opened(subject_salt, orjson.loads(subject), ordinal_salt, orjson.loads(ordinal))
        except (InvalidTag, ValueError, OperatorError):
            return None
