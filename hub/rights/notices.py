"""Notices that wait to be sent: what a person must learn outside the hub, at an address the hub already knew.

A notice lies among the person's terms, so that it is erased with them. There is no gateway yet that sends it; until
there is one, the person finds the notice among the accesses to their file.
"""

from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import listed
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, actor_part
from hub.store.engine import Event
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

KIND = "notice"
NOTICES = "notices"
TELEPHONE_CHANGES = "telephone_changes"
MOST = 20
"""Notices among one person's terms; the oldest make way."""


def announce(tx: SqlcipherTransaction, desk: Desk, asked: Asked, resident: int, matter: str, to: Any) -> None:
    """Put a notice among those that wait, with its entry, within the write that gives occasion for it.

    Args:
        tx: the transaction.
        desk: the hub's means.
        asked: who gives occasion.
        resident: internal id of whom it concerns.
        matter: what is to be said, such as `TELEPHONE_CHANGES`.
        to: where to send it, as the file had it before.
    """
    facts = tx.facts(resident)
    if facts is None:
        return
    record = {
        "id": desk.ring.sealed_id(KIND, resident),
        "matter": matter,
        "to": to,
        "at": timestamp(asked.caller.at),
        "state": "waiting",
    }
    terms = {**facts.terms, NOTICES: [*listed(facts.terms, NOTICES), record][-MOST:]}
    act = act_of(asked, KIND, "waiting", matter=matter)
    tx.amend(resident, facts._replace(terms=terms), Event(act, actor_part(desk.ring, asked)))
    tx.list_under(resident, on=[matter_token(desk.ring, KIND, matter)])
