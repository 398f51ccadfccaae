"""Counting requests in plain dictionaries: a request costs a microsecond, reading them happens elsewhere.

OpenTelemetry's synchronous instruments cost tens of microseconds a request; its observable ones ask for totals when
they are exported, and these are the totals.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hub.telemetry.vocabulary import METHODS, OTHER, OUTCOMES, REASONS, ROLES, STATUSES, Attribute, Vocabulary

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the latency buckets in seconds, inclusive; one more bucket takes the rest."""


class Total(NamedTuple):
    """One running total.

    Attributes:
        metric: its name.
        value: the sum since the process began.
        attributes: what it is a total of, cleaned.
    """

    metric: str
    value: int | float
    attributes: dict[str, Attribute]


class Meter:
    """Counts the requests of one process; belongs to one event loop, may be read from any thread."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._routes = vocabulary.routes
        self._requests: dict[tuple[str, str, int], int] = {}
        self._decisions: dict[tuple[str, str, str], int] = {}
        self._reasons: dict[tuple[str, str], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            route: the route's template; anything else counts as `_OTHER`, so that no path is kept.
            method: the HTTP method.
            status: the HTTP status; what is none counts as 500.
            seconds: from first byte read to answer made.
        """
        if route not in self._routes:
            route = OTHER
        if method not in METHODS:
            method = OTHER
        if status not in STATUSES:
            status = 500
        key = (route, method, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        buckets = self._buckets.get(route)
        if buckets is None:
            buckets = self._buckets[route] = [0] * (len(BOUNDS) + 1)
            self._seconds[route] = 0.0
        buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds[route] += seconds

    def decision(self, purpose: str, role: str, outcome: str, reasons: Iterable[str] = ()) -> None:
        """Count one decision about one subject.

        Args:
            purpose: the catalogue's id; others count as `_OTHER`.
            role: the caller's role, a `Role`.
            outcome: one of `OUTCOMES`.
            reasons: the distinct reason codes of the refusal or of what was withheld.
        """
        if purpose and purpose not in self._vocabulary.purposes:
            purpose = OTHER
        if role not in ROLES:
            role = OTHER
        if outcome not in OUTCOMES:
            outcome = OTHER
        key = (purpose, role, outcome)
        self._decisions[key] = self._decisions.get(key, 0) + 1
        for reason in reasons:
            cause = (purpose, reason if reason in REASONS else OTHER)
            self._reasons[cause] = self._reasons.get(cause, 0) + 1

    def totals(self) -> Iterator[Total]:
        """Give every running total; latencies as cumulative counts, one for each bound `le` in seconds."""
        # A copy of a dictionary is one step of the interpreter; walking it while the loop counts would fail.
        for (route, method, status), count in self._requests.copy().items():
            said = {"http.route": route, "http.request.method": method, "http.response.status_code": status}
            yield self._total("hub.requests", count, said)
        for (purpose, role, outcome), count in self._decisions.copy().items():
            said = {"hub.purpose": purpose, "hub.role": role, "hub.outcome": outcome}
            yield self._total("hub.decisions", count, said)
        for (purpose, reason), count in self._reasons.copy().items():
            yield self._total("hub.reasons", count, {"hub.purpose": purpose, "hub.reasons": reason})
        for route, seconds in self._seconds.copy().items():
            yield self._total("hub.request.seconds", seconds, {"http.route": route})
            yield from self._latencies(route)

    def _latencies(self, route: str) -> Iterator[Total]:
        reached = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._buckets[route].copy(), strict=True):
            reached += count
            total = self._total("hub.request.latency", reached, {"http.route": route})
            total.attributes["le"] = bound
            yield total

    def _total(self, metric: str, value: float, said: dict[str, object]) -> Total:
        return Total(metric, value, self._vocabulary.clean(said))
