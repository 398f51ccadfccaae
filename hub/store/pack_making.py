"""Make an evidence pack in a process of its own, beside whoever serves.

`python -m hub.store.pack_making DIR` reads from its standard input which entries and the checkpoint that proves them,
and writes the pack to its standard output, a file without a name. Exit status 0: it is whole, and verified.
"""

import base64
import os
import sys
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from hub.store.directory import Directory, open_keyring
from hub.store.evidence import acts_at, make_pack
from hub.store.sqlcipher import SqlcipherReader

_LESS_IMPORTANT = 10


class Order(NamedTuple):
    """What a pack is to hold.

    Attributes:
        indexes: of its entries, ascending.
        note: the checkpoint that proves them, base64.
        claim: what the pack says of entries that are not in it.
    """

    indexes: list[int]
    note: str
    claim: str


def make(directory: Directory, order: Order, file: BinaryIO) -> None:
    """Write the pack of an order. Raises OperatorError where the log does not prove what it holds."""
    reader = SqlcipherReader(directory, open_keyring(directory))
    key = directory.log_key.read_text("utf-8").strip()
    try:
        with reader.view():
            note = base64.b64decode(order.note)
            make_pack(file, acts_at(reader.db, order.indexes), note, reader.db, key, order.claim)
    finally:
        reader.close()


def main() -> None:
    """Make what standard input orders."""
    os.nice(_LESS_IMPORTANT)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w+b") as file:
        make(Directory(Path(sys.argv[1])), order, file)


if __name__ == "__main__":
    main()
