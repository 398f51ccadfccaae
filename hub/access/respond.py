"""Step 7: the answer. It needs a receipt: no record, no answer."""

from binascii import b2a_base64
from datetime import timedelta
from typing import Any

import orjson

from hub.model.decision import Denial, Disclosure, Withheld
from hub.model.instant import timestamp
from hub.store.engine import Receipt

SHOWN_FOR = timedelta(hours=1)
"""How long a disclosed value may be shown before it must be asked for again."""


def respond(disclosure: Disclosure, receipt: Receipt, rid: str) -> dict[str, Any]:
    """The body of a disclosure.

    Args:
        disclosure: what leaves.
        receipt: proof that it is recorded.
        rid: the caller's own pairwise id of the data subject.
    """
    request = disclosure.permit.request
    return {
        "id": _id(receipt),
        "rid": rid,
        "purpose": request.purpose.id if request.purpose else "",
        "basis": disclosure.permit.basis,
        "fields": disclosure.fields,
        "withheld": _withheld(disclosure.withheld),
        "expires": timestamp(request.caller.at + SHOWN_FOR),
        "receipt": rendered(receipt),
    }


def refuse(denial: Denial, receipt: Receipt) -> dict[str, Any]:
    """What a refusal says besides its status: reasons, the fields asked, the denial's own receipt."""
    return {"reasons": list(denial.reasons), "withheld": _withheld(denial.withheld)} | evidence(receipt)


def evidence(receipt: Receipt) -> dict[str, Any]:
    """What every refusal shows of its own entry."""
    return {"id": _id(receipt), "receipt": rendered(receipt)}


def rendered(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON holds it."""
    return {
        "origin": receipt.origin,
        "index": receipt.position,
        "leaf": _b64(receipt.leaf),
        "act": orjson.Fragment(receipt.act),
        "act_salt": _b64(receipt.act_salt),
        "subject_commitment": _b64(receipt.subject_commitment),
        "ordinal_commitment": _b64(receipt.ordinal_commitment),
    }


def _withheld(withheld: tuple[Withheld, ...]) -> list[dict[str, str]]:
    return [{"field": each.field, "reason": each.reason} for each in withheld]


def _id(receipt: Receipt) -> str:
    # The leaf is salted, so it identifies the entry and says nothing about it.
    return receipt.leaf[:12].hex()


def _b64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
