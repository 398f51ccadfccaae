"""Which encoding a file is in: UTF-8 with or without a mark, UTF-16 with one, or GB 18030."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hub.errors import BadInput

_BLOCK = 1 << 20
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS, the old XLS
_BROKEN = re.compile("[\udc80-\udcff\ufffd]")
_NOT_WIDE = re.compile("[\x00-\u07ff\udc80-\udcff\ufffd]+")
is_broken = _BROKEN.search
"""Whether text holds a place where bytes did not decode."""


class Encoding(NamedTuple):
    """How to read a file.

    Attributes:
        codec: Python's name of the codec.
        errors: the codec's error handler, which marks bytes that do not decode.
        damaged: whether there are any.
    """

    codec: str
    errors: str
    damaged: bool


class _Count(NamedTuple):
    """How many characters of a decoded file are broken, and how many are sound and from U+0800, as ideographs are."""

    broken: int
    sound: int


def detect_encoding(path: Path) -> Encoding:
    """Read a file through once and say how to decode it.

    A few broken bytes do not make a UTF-8 file a GB 18030 one: read so, its names would turn into other names. Some
    damage is therefore tolerated, for the reader to reject the rows that have it.

    Raises:
        BadInput: no encoding fits, or UTF-16 without a mark.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "replace", _count(path, "utf-16", "replace").broken > 0)
    if start.startswith(_SPREADSHEETS):
        raise BadInput(path.name, "is a spreadsheet; save it as CSV in UTF-8")
    if start.count(0) * 4 > len(start):
        raise BadInput(path.name, "looks like UTF-16 without a byte order mark; save it as UTF-8")
    marked = start.startswith(codecs.BOM_UTF8)
    codec = "utf-8-sig" if marked else "utf-8"
    if _decodes(path, codec):
        return Encoding(codec, "surrogateescape", damaged=False)
    utf8 = _count(path, codec, "surrogateescape")
    # Two bytes of GB 18030 may read as a character of UTF-8 by chance, but hardly ever as one that takes three bytes.
    if marked or 2 * utf8.sound >= utf8.broken:
        return Encoding(codec, "surrogateescape", damaged=True)
    national = _count(path, "gb18030", "surrogateescape")
    if national.broken <= 1 or national.sound > 3 * national.broken:
        return Encoding("gb18030", "surrogateescape", national.broken > 0)
    raise BadInput(path.name, "is neither UTF-8 nor GB 18030 text; save it as UTF-8")


def _decoded(path: Path, codec: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _decodes(path: Path, codec: str) -> bool:
    try:
        for _ in _decoded(path, codec, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _count(path: Path, codec: str, errors: str) -> _Count:
    broken = sound = 0
    for text in _decoded(path, codec, errors):
        if not text.isascii():
            broken += len(_BROKEN.findall(text))
            sound += len(_NOT_WIDE.sub("", text))
    return _Count(broken, sound)
