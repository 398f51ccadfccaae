"""Logs to test with: in memory or published in a folder, written to as the hub writes."""

import sqlite3
from datetime import UTC, datetime

from audit import log
from audit.checkpoint import Signer
from audit.entry import canonical, commitment
from audit.policy import Policy, parse_trust
from audit.published import publish
from audit.strict import base64_text

ORIGIN = "hub.example/339999"


class Trail:
    """A log in memory with a key of its own, written to as the hub writes."""

    def __init__(self, db, entries=0, origin=ORIGIN):
        self.db = db
        self.signer = Signer(origin, bytes(range(32)))
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)
        with self:
            log.create(db, origin)
        self.log = log.Log.open(db)
        if entries:
            self.append(entries)

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, error, traceback):
        self.db.execute("ROLLBACK" if kind else "COMMIT")

    def append(self, count):
        with self:
            return self.log.append(self.db, [entry(self.size + n) for n in range(count)])

    def sign(self):
        with self:
            return self.log.sign_checkpoint(self.db, self.signer, self.time)

    @property
    def size(self):
        return log.tree(self.db).size

    @property
    def keys(self):
        return [self.signer.verifier]


def act(n):
    return {"kind": "disclosure", "fields": ["name", "idno"], "number": n, "outcome": "permitted"}


def salt(name, n):
    return commitment(name, bytes(32), str(n).encode())


def entry(n):
    return log.Entry(
        canonical(act(n)),
        salt("act", n),
        commitment("subject", salt("subject", n), canonical({"subject": f"p{n}"})),
        commitment("ordinal", salt("ordinal", n), canonical({"ordinal": n})),
        b"sealed",
    )


class Published(Trail):
    """A log with a folder that shows it."""

    def __init__(self, folder, entries, origin=ORIGIN):
        super().__init__(sqlite3.connect(":memory:", isolation_level=None), origin=origin)
        self.folder = folder
        self.grow(entries)

    def grow(self, entries):
        self.append(entries)
        self.sign()
        publish(self.db, self.folder)

    @property
    def policy(self) -> Policy:
        return parse_trust(str(self.signer.verifier).encode())

    @property
    def note(self):
        return log.latest_checkpoint(self.db).note

    def files(self):
        """The names of all published files."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


def shown(index, parts=("act", "subject", "ordinal")):
    """An event as it goes into a pack."""
    event = {"index": index}
    for name, part in (("act", act(index)), ("subject", {"subject": f"p{index}"}), ("ordinal", {"ordinal": index})):
        if name in parts:
            event |= {name: part, f"{name}_salt": base64_text(salt(name, index))}
        else:
            event[f"{name}_commitment"] = base64_text(commitment(name, salt(name, index), canonical(part)))
    return event


def fork(trail, entries, changed):
    """The same log with another entry in the place of one, signed with the same key."""
    forged = Trail(sqlite3.connect(":memory:", isolation_level=None), origin=trail.log.origin)
    with forged:
        forged.log.append(forged.db, [entry(n if n != changed else 10**6 + n) for n in range(entries)])
    forged.sign()
    return forged
