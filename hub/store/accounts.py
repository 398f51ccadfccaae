"""How an entry accounts for what is written with it: by version and digest of every row and section.

Whoever replays the log against the store finds what was changed, removed or put back behind the log's back. The act
says how many sections, or whose control row, an entry accounts for; which ones, and their digests, stands in the
subject part, for it may concern a person.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from hub.model.tier import Tier
from hub.store.keys import Keyring
from hub.store.sections import version_of

SECTIONS = "sections"
"""Member of an act: how many sections of a person's file its entry accounts for."""
ROW, OF_HUB, OF_PERSON = "row", "hub", "person"
"""Member of an act: whether the control row that its entry accounts for is the hub's own or about a person."""
DIGEST_BYTES = 32
_TIERS, _VERSIONS, _DIGESTS = "tiers", "versions", "digests"
_ROW, _ROW_VERSION, _ROW_DIGEST = "row", "row_version", "row_digest"
_ALL_TIERS = [tier.value for tier in Tier]
_FIRST = [1] * len(_ALL_TIERS)


class Accounted(NamedTuple):
    """What an entry says of a section or a control row.

    Attributes:
        name: the tier, or the row's name as `row_name` gives it.
        version: counts from 1.
        digest: SHA-256 of what was written, 32 bytes.
    """

    name: str
    version: int
    digest: bytes


def for_new_file(envelopes: Sequence[bytes]) -> dict[str, object]:
    """Members of the subject part of an entry that a person was added with, given every tier's envelope in order."""
    return {_TIERS: _ALL_TIERS, _VERSIONS: _FIRST, _DIGESTS: _digests(envelopes)}


def for_sections(envelopes: Mapping[Tier, bytes]) -> dict[str, object]:
    """Members of the subject part of an entry that sections of a person were replaced with."""
    return {
        _TIERS: [tier.value for tier in envelopes],
        _VERSIONS: [version_of(envelope) for envelope in envelopes.values()],
        _DIGESTS: _digests(envelopes.values()),
    }


def for_row(name: str, version: int, body: bytes) -> dict[str, object]:
    """Members of the subject part of an entry that a control row was written with; `body` is sealed."""
    return {_ROW: name, _ROW_VERSION: version, _ROW_DIGEST: b64encode(sha256(body).digest()).decode()}


def row_name(ring: Keyring, kind: str, name: str) -> str:
    """The trail's name for a control row."""
    return ring.pseudonym(f"control\0{kind}\0{name}".encode())


def sections_in(subject: Mapping[str, Any]) -> Iterator[Accounted]:
    """The sections that a subject part accounts for. Raises ValueError where it is malformed."""
    digests = b64decode(subject.get(_DIGESTS, ""), validate=True)
    parts = [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]
    for tier, version, digest in zip(subject.get(_TIERS, ()), subject.get(_VERSIONS, ()), parts, strict=True):
        yield Accounted(tier, version, digest)


def row_in(subject: Mapping[str, Any]) -> Accounted | None:
    """The control row that a subject part accounts for, or None. Raises ValueError where it is malformed."""
    if _ROW not in subject:
        return None
    return Accounted(subject[_ROW], subject[_ROW_VERSION], b64decode(subject[_ROW_DIGEST], validate=True))


def _digests(envelopes: Any) -> str:
    return b64encode(b"".join([sha256(envelope).digest() for envelope in envelopes])).decode()
