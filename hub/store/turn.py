"""One state of the store for everything that is ready in one turn of the event loop."""

import asyncio
from collections.abc import Callable

from hub.store.engine import Reader


class Turn:
    """Opens a view when it is first needed in a turn of the loop, and closes it before the next.

    A request that came later than a change was durable never sees the state before it: the loop learns of a request
    before the turn in which it is served begins.

    Args:
        reader: used by this loop's thread alone.
        begun: called at the beginning of each view, to take over what changed.
    """

    def __init__(self, reader: Reader, begun: Callable[[], None]) -> None:
        self._reader = reader
        self._begun = begun
        self._open = False

    def begin(self) -> None:
        """Make sure that a view is open until everything that is ready now has run."""
        if self._open:
            return
        self._reader.begin()
        self._open = True
        asyncio.get_running_loop().call_soon(self._end)
        self._begun()

    def _end(self) -> None:
        self._open = False
        self._reader.end()
