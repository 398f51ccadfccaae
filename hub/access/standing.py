"""Who stands how: principals and filings as the control rows say, current on every request."""

from datetime import date

from hub.identity.principals import Appointment
from hub.model.filing import Filing
from hub.model.principal import Principal
from hub.store.engine import Reader


class Standing:
    """Principals and filings, reread whenever a control row of any kind has changed.

    Args:
        reader: the store.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._version = -1
        self._appointments: dict[str, Appointment] = {}
        self._filings: dict[tuple[str, str], list[Filing]] = {}

    def refresh(self) -> None:
        """Take over what changed; costs one small read where nothing did.

        Raises:
            OperatorError: a control row was changed behind the hub's back: nobody stands then.
        """
        version = self._reader.control_version()
        if version == self._version:
            return
        self._version = -1
        self._appointments = {row.id: Appointment.from_record(row.body) for row in self._reader.control("principal")}
        self._filings = {}
        for row in self._reader.control("filing"):
            filing = Filing.from_record(row.body)
            self._filings.setdefault((filing.requester.partition("@")[0], filing.purpose), []).append(filing)
        self._version = version

    def holds(self, principal: str, day: date) -> bool:
        """Whether a principal's role is in force on a day in China."""
        appointment = self._appointments.get(principal)
        return appointment is not None and appointment.in_force_on(day)

    def appointments(self) -> dict[str, Appointment]:
        """Every principal on record by its id."""
        return self._appointments

    def filings(self, principal: Principal, purpose: str, day: date) -> tuple[Filing, ...]:
        """The filings in force that let a department or organisation use a purpose, each within its scope."""
        requester = f"{principal.role}:{principal.code}"
        filed = self._filings.get((requester, purpose), ())
        return tuple(filing for filing in filed if filing.covers(requester, principal.area, day))
