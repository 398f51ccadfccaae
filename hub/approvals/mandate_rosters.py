"""On whose list a resident stands while a mandate is in force: that of who acts on it, and of the second person."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from hub.access.flow import Road
from hub.model.mandate import MANDATES, Record, State, state_at
from hub.model.terms import listed
from hub.store.keys import Keyring
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

_MATTER = "mandate"
_MOST_SETTLED = 50
_Rosters = Mapping[str, tuple[bytes, list[int]]]


def roster_of(ring: Keyring, name: str) -> bytes:
    """The token of the list of a principal."""
    return matter_token(ring, _MATTER, name)


def rosters(road: Road, names: Iterable[str]) -> _Rosters:
    """The lists of some principals, each with the first residents on it, to be settled in `put_on`."""
    tokens = {name: roster_of(road.ring, name) for name in names}
    return {name: (token, road.reader.roster(token, 0, _MOST_SETTLED)) for name, token in tokens.items()}


def put_on(tx: SqlcipherTransaction, resident: int, before: _Rosters, at: datetime) -> None:
    """Put a resident on lists, and take off them whom no mandate in force keeps there: time ends most by itself."""
    for name, (token, residents) in before.items():
        for each in residents:
            facts = tx.facts(each)
            if facts is None or not any(_in_force(record, name, at) for record in listed(facts.terms, MANDATES)):
                tx.list_under(each, off=[token])
        tx.list_under(resident, on=[token])


def _in_force(record: Record, name: str, at: datetime) -> bool:
    return name in (record["by"], record["witness"]) and state_at(record, at) is not State.ENDED
