"""A resident's list of accesses as a hub answers with it, over a log published in a folder."""

import copy
import json

from audit import log
from audit.entry import canonical, commitment, leaf_data
from audit.published import publish
from audit.purge import ranges_of
from audit.strict import base64_text
from tests.unit.audit.trails import ORIGIN, Published, salt

ME, OTHER = "5d0c" * 6, "77aa" * 6
_TOLD = ("kind", "operator", "role", "department", "purpose", "fields", "basis", "outcome", "reasons")


class OwnList:
    """Entries about one person among others, and the answers that list them.

    Args:
        folder: where the log is published.
        subjects: whom each entry is about, in the log's order.
    """

    def __init__(self, folder, subjects):
        self.published = Published(folder, 1)
        self.receipts = []
        self._counts = {}
        for subject in subjects:
            self.add(subject)

    def add(self, subject, kind="disclosure", more=(), said=()):
        """One more entry, with further members of its act and its subject part; returns its receipt."""
        index = self.published.size
        self._counts[subject] = self._counts.get(subject, 0) + 1
        act = {"kind": kind, "time": "2026-11-22T10:00:01.000Z", "actor": "clerk:339999001001#1", "role": "clerk"}
        act |= {"purpose": "OLDCARD", "fields": ["name"], "basis": "statutory", "outcome": "disclosed", "reasons": []}
        act |= dict(more)
        subject_part = {"subject": subject, **dict(said)}
        parts = {"act": act, "subject": subject_part, "ordinal": {"ordinal": self._counts[subject]}}
        salts = {name: salt(name, index) for name in parts}
        commitments = {name: commitment(name, salts[name], canonical(parts[name])) for name in parts}
        entry = log.Entry(canonical(act), salts["act"], commitments["subject"], commitments["ordinal"], b"sealed")
        with self.published:
            self.published.log.append(self.published.db, [entry])
        self.published.sign()
        publish(self.published.db, self.published.folder)
        receipt = {"origin": ORIGIN, "index": index, "leaf": base64_text(leaf_data(*commitments.values()))}
        for name, part in parts.items():
            receipt |= {name: part, f"{name}_salt": base64_text(salts[name])}
        self.receipts.append(receipt)
        return receipt

    def purge(self, *ordinals, below, ranges=None):
        """Take entries about the person out, with an entry that accounts for them."""
        self.receipts = [
            each
            for each in self.receipts
            if each["subject"]["subject"] != ME or each["ordinal"]["ordinal"] not in ordinals
        ]
        said = {"purged": ranges or ranges_of(ordinals)}
        return self.add(ME, "purge", {"below": below}, said)

    def pages(self, limit=200, between=0):
        """Look at all pages; `between` entries about the person come in after each."""
        look = self.add(ME, "trail_read")
        mine = [each for each in self.receipts if each["subject"]["subject"] == ME and each["index"] < look["index"]]
        mine.reverse()
        found = []
        while True:
            shown, mine = mine[:limit], mine[limit:]
            total = {"count": look["ordinal"]["ordinal"] - 1, "receipt": look}
            page = {"items": [item(each) for each in shown], "next": "more" if mine else None, "total": total}
            found.append(copy.deepcopy(page))
            if not mine:
                return found
            for _ in range(between):
                self.add(ME)
            look = self.add(ME, "trail_read")


def item(receipt):
    """An item as the hub tells it."""
    act = receipt["act"]
    told = {name: act.get(name) for name in _TOLD}
    told |= {"index": receipt["index"], "when": act["time"], "who": act["actor"], "receipt": receipt}
    if "purged" in receipt["subject"]:
        told["purged"] = receipt["subject"]["purged"]
    return told | {"purpose_name": {"zh": "老年人优待证办理", "en": "Senior citizen card"}}


def sent(pages):
    """Pages as they are saved."""
    return [json.dumps(page, ensure_ascii=False).encode() for page in pages]
