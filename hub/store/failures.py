"""Failed sign-ins, counted: one entry a minute says how many there were, and none where there were none.

Whoever cannot be authenticated cannot be named, and an entry each would let anybody fill the trail.
"""

import asyncio
from datetime import datetime

from hub.errors import TrailUnavailable
from hub.model.instant import now_utc, timestamp
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.lane import Lane

EVERY = 60.0
"""Seconds between entries."""


class SignInFailures:
    """The count of one serving process."""

    def __init__(self) -> None:
        self._count = 0
        self._since: datetime | None = None

    def note(self) -> None:
        """Count one more."""
        self._count += 1
        self._since = self._since or now_utc()

    async def record(self, lane: Lane, more: list[Event] | None = None) -> None:
        """Record how many there were since the last entry, with further events; nothing where there is nothing to say.

        Raises:
            TrailUnavailable: nothing was recorded, and the count goes on.
        """
        count, since = self._count, self._since
        events = list(more or [])
        if since is not None:
            events.insert(0, system_event("sign_in_failures", now_utc(), count=count, since=timestamp(since)))
        if events:
            await lane.record_all(events)
        self._count -= count
        self._since = now_utc() if self._count else None

    async def record_always(self, lane: Lane) -> None:
        """Record them from time to time, for as long as the task lives."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.record(lane)
            except TrailUnavailable:
                continue  # with the next entry
