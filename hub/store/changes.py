"""Whether people or control rows have changed, told to all processes without a read of the store.

The log grows with every answer, and the engine drops all it has cached whenever anything was committed. What
decisions rest on changes rarely: whoever changes it says so here, before and after, and readers go on with the state
they have in view while nothing is said.
"""

import mmap
import os
from pathlib import Path

_COUNT_BYTES = 8


class Changes:
    """A count in memory that the processes of one store share: odd while a change is being committed.

    A process that dies in between leaves an odd count, which makes every reader look at the store each time, until
    the next change is done or the store is opened for writing again.

    Args:
        path: the file behind the memory; it holds nothing else.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < _COUNT_BYTES:
                os.ftruncate(descriptor, _COUNT_BYTES)
            # Cast to one integer, the count is read and written in one step.
            self._count = memoryview(mmap.mmap(descriptor, _COUNT_BYTES)).cast("Q")
        finally:
            os.close(descriptor)

    @property
    def count(self) -> int:
        """The count now."""
        return self._count[0]

    def begin(self) -> None:
        """Say that a change is about to be committed; by whoever holds the turn to write."""
        self._count[0] |= 1

    def end(self) -> None:
        """Say that no change is underway: the last one was committed or given up."""
        if self._count[0] % 2:
            self._count[0] += 1
