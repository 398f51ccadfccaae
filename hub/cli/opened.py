"""A data directory opened for the length of one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hub.errors import BadInput
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.sqlcipher import SqlcipherReader
from hub.store.writer import Writer


class Opened(NamedTuple):
    """What commands work with."""

    directory: Directory
    ring: Keyring
    writer: Writer
    reader: SqlcipherReader


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a directory for writing and reading, and close it. Raises OperatorError or LogError."""
    directory = Directory(path)
    ring = open_keyring(directory)
    writer = open_writer(directory, ring)
    reader = SqlcipherReader(directory, ring)
    try:
        yield Opened(directory, ring, writer, reader)
    finally:
        reader.close()
        writer.close()


def read_text(path: Path) -> list[str]:
    """The lines of a small UTF-8 file, with or without a byte order mark. Raises BadInput."""
    try:
        return path.read_text("utf-8-sig").splitlines(keepends=True)
    except FileNotFoundError:
        raise BadInput("file", f"{path} does not exist") from None
    except (UnicodeDecodeError, IsADirectoryError):
        raise BadInput("file", f"{path} must be a text file in UTF-8") from None
