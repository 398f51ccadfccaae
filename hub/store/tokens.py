"""Blind index tokens: what each kind of lookup feeds to the index key."""

from hub.store.keys import Keyring

LISTED_TAGS = ("tag.alone",)
"""Tags by which a grid's people can be listed."""


def idno_token(ring: Keyring, idno: str) -> bytes:
    """The token of a normalised identity number."""
    return ring.index(b"idno\0" + idno.encode())


def rid_token(ring: Keyring, rid: str) -> bytes:
    """The token of an internal rid."""
    return ring.index(b"rid\0" + rid.encode())


def list_token(ring: Keyring, area: str, tag: str = "") -> bytes:
    """The token of a list: everybody of an area, or everybody of an area with a tag."""
    return ring.index(b"list\0" + area.encode() + b"\0" + tag.encode())


def telephone_token(ring: Keyring, number: str) -> bytes:
    """The token of the list of everybody with a telephone number, normalised; a household may share one."""
    return ring.index(b"telephone\0" + number.encode())


def matter_token(ring: Keyring, matter: str, whose: str) -> bytes:
    """The token of a list of people about whom a matter, such as `approvals`, waits for somebody.

    Args:
        ring: the keys.
        matter: what waits.
        whose: a person's name, or an area prefix.
    """
    return ring.index(b"matter\0" + matter.encode() + b"\0" + whose.encode())
