"""What is collected under an order is sealed under a key of the order's own, which ends with it (突发事件应对法 85)."""

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.access.flow import Road
from hub.model.emergency import ORDER
from hub.model.observation import OBSERVATIONS
from hub.model.terms import listed
from hub.rights.desk import Asked
from hub.rights.recording import act_of
from hub.store.engine import Event
from hub.store.keyring_file import KEY_BYTES, NONCE_BYTES
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

COLLECTED = "collected under order"
_TOGETHER = 100


def fresh_key() -> str:
    """A key for one order, as its control row holds it."""
    return b64encode(os.urandom(KEY_BYTES)).decode()


def sealed_under(key: str, name: str, envelope: bytes) -> bytes:
    """Seal an envelope a second time.

    Args:
        key: the order's.
        name: id of the observation: it cannot stand in another's place.
        envelope: sealed under the person's key already.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(b64decode(key)).encrypt(nonce, envelope, name.encode())


def opened_under(key: str, name: str, sealed: bytes) -> bytes | None:
    """What `sealed_under` sealed; None where the order's key is gone, or something was changed."""
    try:
        return AESGCM(b64decode(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError):
        return None


def key_of(road: Road, order: str) -> str:
    """An order's key; empty where it was destroyed, or there is no such order."""
    return next((str(row.body["key"]) for row in road.reader.control(ORDER) if row.id == order), "")


async def destroy_collected(road: Road, asked: Asked, order: str) -> None:
    """Remove what was collected under an order, whose key is destroyed already: this clears what is noise by now.

    Each person it was about finds the destruction among the accesses to their file.
    """
    token = matter_token(road.ring, COLLECTED, order)
    act = act_of(asked, "observation", "destroyed", purpose="EMERG", approval=order)
    while True:
        road.turn.fresh()
        residents = road.reader.roster(token, 0, _TOGETHER)
        if not residents:
            return

        def action(tx: SqlcipherTransaction, residents: list[int] = residents) -> None:
            for resident in residents:
                facts = tx.facts(resident)
                if facts is not None:
                    rest = [each for each in listed(facts.terms, OBSERVATIONS) if each["order"] != order]
                    terms = {**facts.terms, OBSERVATIONS: rest}
                    tx.amend(resident, facts._replace(terms=terms), Event(act, {}))
                tx.list_under(resident, off=[token])

        await road.lane.write(action)
