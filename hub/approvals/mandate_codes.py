"""A code to the resident's telephone as the proof of a mandate: sent to a number that has stood for seven days.

The clerk asks for the code, the resident reads it from their telephone, the clerk enters it. What is kept of it cannot
be turned back into it, and three wrong ones end the mandate.
"""

import secrets
from datetime import date, timedelta
from hmac import compare_digest
from typing import Any

from hub.access.flow import Road
from hub.errors import Reason
from hub.model.mandate import Proof, Record, State, confirmed, ended, state_at
from hub.model.notice import Matter
from hub.model.tier import Tier
from hub.rights.desk import Asked
from hub.rights.notices import Wanted, announce
from hub.store.keys import Keyring
from hub.store.sections import data_key, decode, unseal
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import NOTIFYING

UNCHANGED_FOR = timedelta(days=7)
"""For which a number must have stood before a code to it proves anything."""
MOST_TRIES = 3
_DIGITS = 6
_TELEPHONE = "tel"


def number_for_code(tx: SqlcipherTransaction, ring: Keyring, resident: int, today: date) -> str:
    """The number that a code may be sent to, as it stands within a write; empty where none has stood long enough."""
    sealed = tx.sealed(resident, (Tier.CONTACT,))
    if sealed is None:
        return ""
    key = data_key(ring, sealed.keys, Tier.CONTACT, NOTIFYING)
    held = decode(unseal(key, resident, Tier.CONTACT, sealed.sections[Tier.CONTACT])).get(_TELEPHONE, ())
    stands = bool(held) and held[0].at <= (today - UNCHANGED_FOR).isoformat()
    return str(held[0].value) if stands else ""


def with_code(tx: SqlcipherTransaction, road: Road, asked: Asked, resident: int, record: Record) -> Record | Reason:
    """A mandate that waits for its code, which is on record to be sent.

    Returns:
        The mandate; or why no code can be sent: there is no number that has stood long enough.
    """
    number = number_for_code(tx, road.ring, resident, asked.caller.today)
    if not number:
        return Reason.NOT_AVAILABLE
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    announce(tx, road.ring, asked, resident, [Wanted(Matter.MANDATE_CODE, number, code=code)])
    return record | {"code": _digest(road.ring, record["id"], code), "tries": 0}


def after_code(ring: Keyring, record: Record, code: str, asked: Asked) -> Record | Reason:
    """A mandate after somebody entered a code: open, or one try nearer to its end.

    Args:
        ring: the keys.
        record: the mandate.
        code: as entered.
        asked: who entered it; only whoever acts on the mandate may.
    """
    caller = asked.caller
    if record["proof"] != Proof.CODE or record["by"] != caller.principal.id:
        return Reason.NOT_ALLOWED
    if state_at(record, caller.at) is not State.PENDING:
        return Reason.ALREADY_DECIDED
    if compare_digest(record["code"], _digest(ring, record["id"], code)):
        return {name: value for name, value in confirmed(record, caller.at).items() if name not in ("code", "tries")}
    tries = record["tries"] + 1
    fresh: dict[str, Any] = record | {"tries": tries}
    return ended(fresh, caller.at) if tries >= MOST_TRIES else fresh


def _digest(ring: Keyring, name: str, code: str) -> str:
    return ring.pseudonym(f"code\0{name}\0{code}".encode())
