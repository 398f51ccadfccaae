"""Making an evidence pack: record that it is made, sign, write, verify, and only then give it its name."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from audit.checkpoint import parse_checkpoint
from audit.claim import RANGE, SELECTION, SUBJECT
from audit.log import latest_checkpoint
from audit.note import parse
from hub.cli.opened import Opened, opened
from hub.errors import BadInput, OperatorError
from hub.model.instant import read_instant, timestamp
from hub.store.engine import Event
from hub.store.evidence import Period, bounds, entries_about, entries_between, make_pack, resident_behind
from hub.store.installation import signer, system_event
from hub.store.sections import data_key
from hub.store.trail import prepare
from hub.store.warrants import READING_TRAIL
from hub.store.witnesses import against, load_witnesses, unanswered
from hub.store.witnessing import witness_now

_CLAIMS = {
    RANGE: "none between the first and the last left out",
    SUBJECT: "all there are about one person",
    SELECTION: "chosen from those about one person",
}


class Wanted(NamedTuple):
    """What a pack is to hold.

    Attributes:
        period: when.
        subject: the pseudonym of the one person it is about; empty for everybody.
    """

    period: Period
    subject: str = ""

    @property
    def claim(self) -> str:
        """What such a pack says of the entries that are not in it."""
        if not self.subject:
            return RANGE
        return SUBJECT if self.period == Period() else SELECTION


class Made(NamedTuple):
    """What became of an export.

    Attributes:
        entries: how many the pack has.
        claim: in words.
        key: where the log's verifier key is.
        remarks: what the operator should know.
    """

    entries: int
    claim: str
    key: Path
    remarks: tuple[str, ...]


def period_of(since: str, until: str) -> Period:
    """Read a period as somebody types it.

    Args:
        since: a day of China's calendar, from its beginning, or an instant with its time zone; or empty.
        until: a day, to its end, or an instant, which is outside; or empty.

    Raises:
        BadInput: neither, or the end is not behind the beginning.
    """
    period = Period(_bound("since", since), _bound("until", until, timedelta(days=1)))
    if period.until and period.until <= period.since:
        raise BadInput("until", "must be later than `since`")
    return period


def export(path: Path, out: Path, wanted: Wanted) -> Made:
    """Write an evidence pack.

    Args:
        path: the data directory.
        out: the pack; it must not exist, and does not before it is whole and verified.
        wanted: what it is to hold.

    Raises:
        BadInput: the file exists, or there is nothing to put into it.
        TrailUnavailable: the export could not be recorded; nothing was written.
        OperatorError: the log does not verify.
    """
    if out.exists() or out.is_symlink():
        raise BadInput("OUT.zip", f"{out} exists already; a pack is never written over a file")
    if not out.parent.is_dir():
        raise BadInput("OUT.zip", f"there is no directory {out.parent}")
    with opened(path) as hub:
        resident = _resident(hub, wanted.subject)
        _record(hub, wanted, resident)
        key = hub.directory.log_key.read_text("utf-8").strip()
        note, remarks = _witnessed(hub)
        size = parse_checkpoint(parse(note).text).size
        with hub.reader.view(), _appearing(out) as file:
            count = make_pack(file, _events(hub, wanted, resident, size), note, hub.reader.db, key, wanted.claim)
    return Made(count, _CLAIMS[wanted.claim], hub.directory.log_key, remarks)


def _bound(member: str, text: str, more: timedelta = timedelta()) -> str:
    return timestamp(read_instant(member, text, more)) if text else ""


def _resident(hub: Opened, pseudonym: str) -> int | None:
    if not pseudonym:
        return None
    resident = resident_behind(hub.reader.db, hub.ring, pseudonym)
    if resident is None:
        raise BadInput("subject", "is the pseudonym of nobody in the store")
    return resident


def _record(hub: Opened, wanted: Wanted, resident: int | None) -> None:
    """Say in the log what is about to leave; the person it is about finds it among the looks at their file."""
    period = {"since": wanted.period.since or None, "until": wanted.period.until or None}
    event = system_event("export", datetime.now(UTC), claim=wanted.claim, **period)
    if resident is not None:
        sealed = hub.reader.get(resident, ())
        if sealed is None:
            raise OperatorError("the person's data keys are missing; run `hub doctor`")
        key = data_key(hub.ring, sealed.keys, "trail", READING_TRAIL)
        event = Event(event.act, {"subject": wanted.subject}, resident, key)
    prepared = prepare(event)
    [failure] = hub.writer.run([lambda tx: tx.record(prepared)], sign=True)
    if isinstance(failure, Exception):
        raise failure


def _witnessed(hub: Opened) -> tuple[bytes, tuple[str, ...]]:
    """The checkpoint that proves the pack, as many witnesses behind it as can be reached, and who could not be."""
    policy = load_witnesses(hub.directory, signer(hub.directory, hub.ring).verifier)
    gathered = witness_now(hub.directory, policy, hub.reader, hub.writer) if policy else None
    if gathered is None:
        last = latest_checkpoint(hub.reader.db)
        if last is None:
            raise OperatorError("the log has no checkpoint; run `hub doctor`")
        return last.note, ()
    if contradictions := against(gathered):
        raise OperatorError(f"{contradictions[0].reason}: what would be exported is contradicted; run `hub doctor`")
    return gathered.note, tuple(
        f"{each.witness.key.name} has not cosigned: {each.reason}" for each in unanswered(gathered)
    )


def _events(hub: Opened, wanted: Wanted, resident: int | None, size: int) -> Iterator[Mapping[str, Any]]:
    db = hub.reader.db
    if resident is not None:
        return entries_about(db, hub.ring, resident, wanted.period, size)
    found = bounds(db, wanted.period, size)
    if found is None:
        raise BadInput("since", "and `until` have no entry between them")
    return entries_between(db, hub.ring, *found)


@contextmanager
def _appearing(out: Path) -> Iterator[BinaryIO]:
    """A file that has no name until the block has ended well: whatever happens, nothing half-written is left."""
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        descriptor = os.open(out.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor has no path to open
            yield file
            file.flush()
            os.fsync(descriptor)
            # The folder's descriptor means nothing to an absolute path, but without it the link is not followed.
            os.link(f"/proc/self/fd/{descriptor}", out, src_dir_fd=folder, follow_symlinks=True)
        os.fsync(folder)
    except FileExistsError:
        raise BadInput("OUT.zip", f"{out} has come into being meanwhile; it was left alone") from None
    finally:
        os.close(folder)
