"""One state of the store for everything that is ready in one turn of the event loop, and for as long as it stands."""

import asyncio
from collections.abc import Callable

from hub.store.changes import Changes
from hub.store.engine import Reader

PERIOD = 1.0
"""Seconds after which a view is given up even where no person and no control row has changed."""
PAUSE = 0.03
"""Seconds at the beginning of each period in which views last one turn only, in all processes at the same time: the
engine can start its write-ahead log anew only when nobody looks at an old state."""


def pausing(now: float) -> bool:
    """Whether views last one turn only, in all processes.

    Args:
        now: monotonic seconds, which processes share.
    """
    return now % PERIOD < PAUSE


class Turn:
    """Keeps a view open until what decisions rest on has changed.

    A request that came later than a change was durable never sees the state before it: whoever changes something says
    so before it is durable, and the view is looked at again in every turn of the loop.

    Args:
        reader: used by this loop's thread alone.
        changes: says whether people or control rows have changed.
        begun: called at the beginning of each view, to take over what changed.
    """

    def __init__(self, reader: Reader, changes: Changes, begun: Callable[[], None]) -> None:
        self._reader = reader
        self._changes = changes
        self._begun = begun
        self._loop = asyncio.get_running_loop()
        self._open = self._current = False
        self._count = 0
        self._until = 0.0

    def begin(self) -> None:
        """Make sure that a view is open, no older than this turn of the loop but for entries of the log."""
        if self._current:
            return
        if self._open and (self._changes.count != self._count or self._loop.time() >= self._until):
            self.end()
        if not self._open:
            self._begin()
        self._current = True
        self._loop.call_soon(self._pass)

    def fresh(self) -> None:
        """Begin a view that holds all entries of the log that are durable now."""
        self.end()
        self.begin()

    def end(self) -> None:
        """Give the view up."""
        self._current = False
        if self._open:
            self._open = False
            self._reader.end()

    def _begin(self) -> None:
        # The count comes first: a change that is committed in between is in view, and ends the view nevertheless.
        self._count = self._changes.count
        now = self._loop.time()
        begun = now - now % PERIOD
        lasts = now - begun >= PAUSE and not self._count % 2
        self._until = begun + PERIOD if lasts else now
        self._reader.begin()
        self._open = True
        try:
            self._begun()
        except BaseException:
            self.end()
            raise
        if lasts:
            self._loop.call_at(self._until, self._expire, self._until)

    def _pass(self) -> None:
        self._current = False
        if self._loop.time() >= self._until:
            self.end()

    def _expire(self, until: float) -> None:
        # Timers may fire a moment early, so the clock is not asked again: an idle process must not keep its view.
        if until != self._until:
            return
        if self._current:
            self._until = 0.0
        else:
            self.end()
