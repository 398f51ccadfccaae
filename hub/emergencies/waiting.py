"""Which emergencies wait for their review: by area for those who review, by person for those who may not go on."""

from hub.model.emergency import UNREVIEWED, Record
from hub.observations.lists import listed_in
from hub.rights.desk import Asked
from hub.rights.recording import act_of
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

WAITING, OPENED_BY = "emergency", "emergency opened by"


def wait_for_review(
    tx: SqlcipherTransaction, ring: Keyring, asked: Asked, resident: int, grid: str, record: Record
) -> None:
    """List an emergency until somebody has reviewed it."""
    lists = [*listed_in(ring, WAITING, grid), matter_token(ring, OPENED_BY, record["person"])]
    tx.list_under(resident, on=lists)
    due = _due(tx, ring, record["person"]) | {record["id"]: record["due"]}
    _put(tx, ring, asked, record["person"], due)


def wait_no_longer(tx: SqlcipherTransaction, ring: Keyring, asked: Asked, person: str, name: str) -> None:
    """Note that an emergency was reviewed: its opener may go on, unless another one is overdue."""
    due = _due(tx, ring, person)
    due.pop(name, None)
    _put(tx, ring, asked, person, due)


def _row(ring: Keyring, person: str) -> str:
    return ring.pseudonym(f"opener\0{person}".encode())


def _due(tx: SqlcipherTransaction, ring: Keyring, person: str) -> dict[str, str]:
    found = current(tx.db, ring, UNREVIEWED, _row(ring, person))
    due = found[0].body["due"] if found else {}
    return dict(due) if isinstance(due, dict) else {}


def _put(tx: SqlcipherTransaction, ring: Keyring, asked: Asked, person: str, due: dict[str, str]) -> None:
    body: dict[str, object] = {"person": person, "due": due}
    act = act_of(asked, UNREVIEWED, "waiting" if due else "done", purpose="SOS", waiting=len(due))
    tx.put_control(UNREVIEWED, _row(ring, person), body, Event(act, {"subject": ""}))
