"""The file a pack travels in: a zip archive of which every byte is determined by its members.

Any unzip opens it. Reading is stricter: one order of members, one spelling of every header, nothing before, between
or behind them, no paths, and no more bytes out than are stated, so that a changed byte is a changed pack.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from audit.errors import VerificationError

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _STORED, _DEFLATED = 20, 0x800, 0, 8
# 1980-01-01 00:00, the first moment of the format: when a pack was made changes nothing in it.
_TIME, _DATE = 0, 0x21
_MODE = 0o100644 << 16
_CHUNK = 1 << 16
_MOST = 2**32 - 1
_LEVEL = 6
RATIO = 1032
"""No deflated byte can stand for more than this."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive.

    Attributes:
        name: ASCII, without a folder.
        offset: where its header begins in the archive.
        packed: how many bytes it takes there.
        size: how many it has.
        crc: its CRC-32.
        deflated: whether it is compressed.
    """

    name: str
    offset: int
    packed: int
    size: int
    crc: int
    deflated: bool

    @property
    def data(self) -> int:
        """Where its data begins in the archive."""
        return self.offset + _LOCAL.size + len(self.name)


@dataclass(frozen=True, slots=True)
class Packed:
    """Data as it goes into the archive, with what its header says of it."""

    name: str
    size: int
    crc: int
    deflated: bool
    file: IO[bytes]

    def digest(self) -> str:
        """SHA-256 over the bytes as they stand in the archive, in hexadecimal."""
        self.file.seek(0)
        digest = hashlib.sha256()
        while chunk := self.file.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest()


def pack(name: str, chunks: Iterable[bytes], file: IO[bytes], *, deflated: bool) -> Packed:
    """Make the data of a member ready.

    Args:
        name: of the member.
        chunks: its data.
        file: where to put it, empty and open for reading and writing.
        deflated: whether to compress it.
    """
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    size = crc = 0
    for chunk in chunks:
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        file.write(compressor.compress(chunk) if deflated else chunk)
    if deflated:
        file.write(compressor.flush())
    return Packed(name, size, crc, deflated, file)


def write(file: BinaryIO, members: Iterable[Packed]) -> None:
    """Write an archive.

    Args:
        file: empty and open for writing.
        members: in their order.

    Raises:
        ValueError: more than 4 GiB.
    """
    written = []
    offset = 0
    for packed in members:
        packed.file.seek(0, 2)
        member = Member(packed.name, offset, packed.file.tell(), packed.size, packed.crc, packed.deflated)
        if max(member.data + member.packed, member.size) > _MOST:
            raise ValueError("a pack has at most 4 GiB; take a shorter span of time")
        file.write(_local(member))
        packed.file.seek(0)
        while chunk := packed.file.read(_CHUNK):
            file.write(chunk)
        offset = member.data + member.packed
        written.append(member)
    file.write(_directory(written, offset))


def read(file: BinaryIO, names: tuple[str, ...], most: int) -> dict[str, Member]:
    """Take an archive apart, down to where its members stand.

    Args:
        file: open for reading.
        names: the members it must have, in their order.
        most: how many bytes all members together may have.

    Raises:
        VerificationError: not an archive as `write` makes it, or with other members.
    """
    length = file.seek(0, 2)
    tail = _END.size + sum(_CENTRAL.size + len(name) for name in names)
    if length < tail:
        raise VerificationError("the pack is cut short, or no pack")
    file.seek(length - tail)
    directory = file.read(tail)
    members = []
    start = offset = 0
    for name in names:
        member = _entry(directory, start, name, offset)
        start += _CENTRAL.size + len(name)
        offset = member.data + member.packed
        file.seek(member.offset)
        if file.read(_LOCAL.size + len(name)) != _local(member):
            raise VerificationError(f"the header of {name} in the pack is not the one its directory states")
        members.append(member)
    if directory != _directory(members, offset) or length != offset + tail:
        raise VerificationError("the pack's directory does not state what is in it, and nothing else")
    if sum(member.size for member in members) > most:
        raise VerificationError("the pack unfolds to more than is read at once")
    return {member.name: member for member in members}


def raw(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The bytes of a member as they stand in the archive."""
    file.seek(member.data)
    left = member.packed
    while left and (chunk := file.read(min(left, _CHUNK))):
        left -= len(chunk)
        yield chunk


def content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The data of a member.

    Raises:
        VerificationError: it is damaged, or longer or shorter than stated; no more than stated is given.
    """
    size = crc = 0
    for chunk in _inflated(file, member) if member.deflated else raw(file, member):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        if size > member.size:
            raise VerificationError(f"{member.name} in the pack is longer than stated")
        yield chunk
    if size != member.size or crc != member.crc:
        raise VerificationError(f"{member.name} in the pack is damaged")


def lines(file: BinaryIO, member: Member, most: int) -> Iterator[bytes]:
    """The lines of a member, each without its newline.

    Args:
        file: the archive.
        member: text that ends in a newline, or is empty.
        most: how many bytes a line may have.

    Raises:
        VerificationError: as `content`; a longer line; no newline at the end.
    """
    rest = b""
    for chunk in content(file, member):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        if len(rest) > most:
            raise VerificationError(f"{member.name} in the pack has a line that is too long")
    if rest:
        raise VerificationError(f"{member.name} in the pack does not end in a newline")


def _inflated(file: BinaryIO, member: Member) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for chunk in raw(file, member):
            pending = chunk
            while pending:
                if inflater.eof:
                    raise VerificationError(f"{member.name} in the pack has something after its end")
                yield inflater.decompress(pending, _CHUNK)
                pending = inflater.unconsumed_tail or (inflater.unused_data if inflater.eof else b"")
        while not inflater.eof and (more := inflater.decompress(b"", _CHUNK)):
            yield more
    except zlib.error:
        raise VerificationError(f"{member.name} in the pack is damaged") from None
    if not inflater.eof:
        raise VerificationError(f"{member.name} in the pack is cut short")


def _entry(directory: bytes, start: int, name: str, offset: int) -> Member:
    fields = _CENTRAL.unpack_from(directory, start)
    method, crc, packed, size = fields[4], fields[7], fields[8], fields[9]
    if method not in {_STORED, _DEFLATED} or (method == _STORED and packed != size) or size > packed * RATIO:
        raise VerificationError(f"{name} in the pack cannot be as long as stated")
    return Member(name, offset, packed, size, crc, method == _DEFLATED)


def _local(member: Member) -> bytes:
    name = member.name.encode("ascii")
    method = _DEFLATED if member.deflated else _STORED
    sizes = member.crc, member.packed, member.size
    return _LOCAL.pack(b"PK\x03\x04", _VERSION, _UTF8, method, _TIME, _DATE, *sizes, len(name), 0) + name


def _directory(members: Iterable[Member], offset: int) -> bytes:
    entries = []
    for member in members:
        name = member.name.encode("ascii")
        method = _DEFLATED if member.deflated else _STORED
        sizes = member.crc, member.packed, member.size
        head = b"PK\x01\x02", 3 << 8 | _VERSION, _VERSION, _UTF8, method, _TIME, _DATE
        entries.append(_CENTRAL.pack(*head, *sizes, len(name), 0, 0, 0, 0, _MODE, member.offset) + name)
    central = b"".join(entries)
    return central + _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(central), offset, 0)
