"""Which encoding a file is in: UTF-8 with or without a mark, UTF-16 with one, or GB 18030."""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from hub.errors import BadInput

_BLOCK = 1 << 20
_BROKEN = re.compile("[\udc80-\udcff]")
_TOLERATED = 10  # one broken byte among so many characters beyond ASCII is damage; more is another encoding


class Encoding(NamedTuple):
    """How to read a file.

    Attributes:
        codec: Python's name of the codec.
        damaged: whether some bytes do not decode; the codec's error handler `surrogateescape` marks them.
    """

    codec: str
    damaged: bool


class _Count(NamedTuple):
    broken: int
    beyond_ascii: int

    @property
    def tolerable(self) -> bool:
        return self.broken * _TOLERATED <= self.beyond_ascii


def detect_encoding(path: Path) -> Encoding:
    """Read a file through once and say how to decode it.

    A few broken bytes do not make a UTF-8 file a GB 18030 one: read so, its names would turn into other names. The
    encoding with tolerable damage is chosen, and the rows with the damage are for the reader to reject.

    Raises:
        BadInput: neither encoding fits, or UTF-16 without a mark.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", _count(path, "utf-16", "surrogateescape").broken > 0)
    if start.count(0) * 4 > len(start):
        raise BadInput(path.name, "looks like UTF-16 without a byte order mark; save it as UTF-8")
    codec = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    utf8 = _count(path, codec)
    if not utf8.broken:
        return Encoding(codec, damaged=False)
    national = _count(path, "gb18030")
    if utf8.tolerable and (codec == "utf-8-sig" or utf8.broken < utf8.beyond_ascii):
        return Encoding(codec, damaged=True)
    if national.tolerable:
        return Encoding("gb18030", national.broken > 0)
    raise BadInput(path.name, "is neither UTF-8 nor GB 18030 text; save it as UTF-8")


def _count(path: Path, codec: str, errors: str = "surrogateescape") -> _Count:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    broken = beyond = 0
    with path.open("rb") as file:
        final = False
        while not final:
            block = file.read(_BLOCK)
            final = not block
            text = decoder.decode(block, final)
            if not text.isascii():
                broken += len(_BROKEN.findall(text)) if _BROKEN.search(text) else 0
                beyond += len(text) - len(text.encode("ascii", "ignore"))
    return _Count(broken, beyond)
