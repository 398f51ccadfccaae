"""What telemetry may say: a closed list of attributes, each with a closed set of values.

Nothing is scrubbed on its way out, since nothing but listed values can get in: no path, query, header, body, exception
text or SQL. A value outside its set becomes `_OTHER`, an attribute outside the list is dropped.
"""

from collections.abc import Iterable, Mapping

from hub.errors import Reason
from hub.model.principal import Role

OTHER = "_OTHER"
"""OpenTelemetry's own word for a value outside the known ones."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER})
OUTCOMES = frozenset({"disclosed", "denied", "error"})
STATUSES = frozenset(range(100, 600))
ROLES = frozenset(Role)
REASONS = frozenset(Reason)

Attribute = str | int | tuple[str, ...]


class Vocabulary:
    """The attributes of spans, metrics and log lines, and the values each may have.

    Attributes:
        routes: the templates of the service's routes.
        purposes: the ids of the catalogue's purposes.
    """

    def __init__(self, routes: Iterable[str], purposes: Iterable[str]) -> None:
        self.routes = frozenset(routes)
        self.purposes = frozenset(purposes)
        self._known: dict[str, frozenset[str] | frozenset[int]] = {
            "http.route": self.routes,
            "http.request.method": METHODS,
            "http.response.status_code": STATUSES,
            "hub.purpose": self.purposes,
            "hub.role": ROLES,
            "hub.outcome": OUTCOMES,
            "hub.reasons": REASONS,
        }

    def name_purposes(self, purposes: Iterable[str]) -> None:
        """Let telemetry name these purposes and no other."""
        self._known["hub.purpose"] = self.purposes = frozenset(purposes)

    def clean(self, attributes: Mapping[str, object]) -> dict[str, Attribute]:
        """Keep the listed attributes, each with a known value or `_OTHER`.

        Args:
            attributes: whatever somebody wants to say; empty values say nothing.
        """
        said = {name: value for name, value in attributes.items() if name in self._known and value not in ("", None)}
        return {name: self._value(name, value) for name, value in said.items()}

    def _value(self, name: str, value: object) -> Attribute:
        if name == "hub.reasons" and isinstance(value, list | tuple | set | frozenset):
            return tuple(sorted({str(self._word(name, reason)) for reason in value}))
        return self._word(name, value)

    def _word(self, name: str, value: object) -> str | int:
        if type(value) is int and value in self._known[name]:
            return value
        return str(value) if isinstance(value, str) and value in self._known[name] else OTHER
