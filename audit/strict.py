"""Base64 and decimals as the text formats demand them: one spelling for each value.

Python's own decoders are laxer: `int` takes signs, underscores, spaces and the digits of every script, `b64decode`
takes padding bits that are not zero. A format in which one value has two spellings lets signed text be changed.
"""

import base64
import binascii
import re

from audit.errors import VerificationError

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
MAX_SIZE = 2**63 - 1
"""The largest tree size and index: signed 64-bit integers, as in other implementations of the formats."""


def decimal(text: str, name: str) -> int:
    """Read an ASCII decimal without sign or leading zeroes.

    Args:
        text: the digits.
        name: what they stand for, for the error.

    Raises:
        VerificationError: anything else, or more than `MAX_SIZE`.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise VerificationError(f"the {name} is not a decimal number below 2^63 without leading zeroes")
    return int(text)


def base64_bytes(text: str, name: str, length: int | None = None) -> bytes:
    """Decode standard Base 64 (RFC 4648, section 4) with its padding.

    Args:
        text: the encoding.
        name: what it stands for, for the error.
        length: how many bytes it must decode to; None for any number.

    Raises:
        VerificationError: a character outside the alphabet, missing or surplus padding, padding bits that are not
            zero, another length.
    """
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise VerificationError(f"the {name} is not standard base64") from None
    if base64_text(decoded) != text:
        raise VerificationError(f"the {name} is not standard base64")
    if length is not None and len(decoded) != length:
        raise VerificationError(f"the {name} is not {length} bytes long")
    return decoded


def base64_text(data: bytes) -> str:
    """Encode in standard Base 64 (RFC 4648, section 4) with padding."""
    return base64.b64encode(data).decode("ascii")
