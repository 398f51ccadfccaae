"""What the trail says of an import: one entry a batch, and one about each person whose file it wrote."""

import secrets
from datetime import datetime
from hashlib import sha256

from hub.feeds.sealing import Change, NewFile
from hub.store.accounts import SECTIONS, for_new_file, for_sections
from hub.store.engine import Event, Prepared
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.trail import canonical, prepare, salts_of_entry


class Batch:
    """The entries of one transaction of an import. Acts of people differ in little, so their bytes are written once.

    Args:
        ring: the keys.
        feed: the feed's name.
        at: when, UTC.
    """

    def __init__(self, ring: Keyring, feed: str, at: datetime) -> None:
        self._ring, self._feed, self._at = ring, feed, at
        self._id = secrets.token_hex(16)
        self._acts: dict[tuple[str, int], bytes] = {}

    def whole(self, created: int, updated: int) -> Prepared:
        """The entry of the batch itself: how many people it added, and changed."""
        more = {"created": created, "updated": updated}
        return prepare(system_event("import", self._at, feed=self._feed, batch=self._id, **more))

    def person(self, made: NewFile | Change, trail_key: bytes) -> Prepared:
        """The entry about one person: which sections were written, by version and digest.

        Args:
            made: what is written.
            trail_key: the key of what the trail says of the person, 32 bytes.
        """
        if isinstance(made, NewFile):
            outcome, accounts = "created", for_new_file(made.envelopes)
        else:
            outcome, accounts = "updated", for_sections(made.envelopes)
        resident = made.resident
        subject = {"subject": self._ring.pseudonym_of(resident)} | accounts
        act = self._act(outcome, len(made.envelopes))
        return self._prepared(Event(act, subject, resident, trail_key), act)

    def besides(self, resident: int, trail_key: bytes) -> Prepared:
        """The entry about somebody whose sections another entry of the same transaction accounts for.

        Args:
            resident: the internal id.
            trail_key: the key of what the trail says of the person, 32 bytes.
        """
        act = self._act("updated", 0)
        return self._prepared(Event(act, {"subject": self._ring.pseudonym_of(resident)}, resident, trail_key), act)

    @staticmethod
    def _prepared(event: Event, act: bytes) -> Prepared:
        # As `prepare`, written out: it runs once for every row.
        salts = salts_of_entry()
        act_salt, subject_salt, subject = salts[:32], salts[32:64], canonical(event.subject)
        return Prepared(
            event,
            act,
            act_salt,
            sha256(b"act" + act_salt + act).digest(),
            subject,
            subject_salt,
            sha256(b"subject" + subject_salt + subject).digest(),
            salts[64:],
        )

    def _act(self, outcome: str, sections: int) -> bytes:
        if (act := self._acts.get((outcome, sections))) is None:
            # The department that brought the data stands where a caller's would.
            more = {"feed": self._feed, "batch": self._id, "department": self._feed}
            said = system_event("import", self._at, **more | ({SECTIONS: sections} if sections else {})).act
            if isinstance(said, bytes):
                raise AssertionError("an event of the hub's own is not written out yet")
            act = self._acts[outcome, sections] = canonical(said | {"outcome": outcome})
        return act
