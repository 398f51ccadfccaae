"""Letting the road's clock go on in the application of this process."""

from datetime import timedelta


class Clock:
    """Moves the clock of an application, and that of the tokens it is asked with.

    Args:
        hub: the application in process.
        monkeypatch: undoes it.
    """

    def __init__(self, hub, monkeypatch):
        self._shift = timedelta()
        self._road, real, token = hub.road, hub.road.clock, hub.installation.token
        hub.road.clock = lambda: real() + self._shift
        monkeypatch.setattr(hub.installation, "token", lambda *who, **more: token(*who, now=hub.road.clock(), **more))

    def go_on(self, **span):
        """Let time pass, `hours=1` say."""
        self._shift += timedelta(**span)

    def set(self, instant):
        """Make it an instant, UTC."""
        self._shift += instant - self._road.clock()
