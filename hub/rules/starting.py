"""Rules at the beginning: the founding ones of a new directory, those a process starts with, and how it goes on.

Outside development a process serves what is on record, whatever the files on the disk say. In a development directory
the files count whenever they have changed.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from hub.errors import OperatorError
from hub.model.instant import now_utc, timestamp
from hub.rules.records import IN_FORCE as ROW
from hub.rules.records import (
    KIND,
    TEXTS,
    Held,
    held,
    held_now,
    keep_outside,
    must_be_held,
    put_in_force,
    put_texts,
    refuse_older,
    texts_of,
)
from hub.rules.texts import Rules, Texts, read_texts, rules_from
from hub.store.directory import Directory
from hub.store.engine import Reader
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

_log = logging.getLogger("hub")


def found(directory: Directory, writer: Writer, reader: Reader, ring: Keyring) -> Rules:
    """Put the files on record as a new directory's first rules. Raises OperatorError where one of them is wrong."""
    rules = rules_from(read_texts(directory), development=directory.is_development)
    _take_over(writer, ring, rules, now_utc(), "founded")
    keep_at(directory, reader)
    return rules


def rules_at_start(directory: Directory, writer: Writer, reader: Reader, ring: Keyring) -> tuple[Rules, Held]:
    """The rules to serve by.

    Args:
        directory: the data directory.
        writer: writes where a development directory's files have changed.
        reader: the store.
        ring: the keys.

    Raises:
        OperatorError: there are none on record, they were changed, or older ones were put back; in development, a file
            is wrong.
    """
    if directory.is_development:
        on_disk = rules_from(read_texts(directory))
        standing = held(reader.control(KIND, ROW))
        if standing is None or standing.files != on_disk.digest:
            _take_over(writer, ring, on_disk, now_utc(), "adopted")
    standing = _newest(directory, reader)
    _remember(directory, standing)
    if directory.is_development and on_disk.digest == standing.digest:
        return on_disk, standing
    return rules_from(texts_of(reader, standing.digest)), standing


def _newest(directory: Directory, reader: Reader) -> Held:
    standing = must_be_held(reader)
    try:
        refuse_older(directory, standing)
    except OperatorError:
        # Another process may have put others in force between the two looks.
        standing = must_be_held(reader)
        refuse_older(directory, standing)
    return standing


def keep_at(directory: Directory, reader: Reader) -> None:
    """Remember beside the keys what is in force now. Raises OperatorError as `must_be_held`."""
    _remember(directory, must_be_held(reader))


def differing_files(rules: Rules, on_disk: Texts) -> list[str]:
    """Paths of the files on the disk that are not as in a set of rules."""
    return sorted(path for path in {*on_disk, *rules.texts} if on_disk.get(path) != rules.texts.get(path))


def _take_over(writer: Writer, ring: Keyring, rules: Rules, at: datetime, outcome: str) -> None:
    def action(tx: SqlcipherTransaction) -> None:
        standing = held_now(tx, ring)
        if standing is not None and standing.files == rules.digest:
            return  # another process that starts was faster
        act = {"rules": rules.digest, "policy": rules.policies.digest}
        put_texts(tx, ring, rules, system_event(TEXTS, at, **act))
        event = system_event(KIND, at, outcome=outcome, **act)
        marks = rules.policies.marks.values()
        put_in_force(tx, standing, rules.digest, marks, event, files=rules.digest, since=timestamp(at))

    [failure] = writer.run([action], sign=True)
    if failure is not None:
        raise failure


def _remember(directory: Directory, standing: Held) -> None:
    try:
        keep_outside(directory, standing)
    except OSError as error:
        _log.error(
            "which rules are in force cannot be kept beside the keys; the next start tries again", exc_info=error
        )


class Follower:
    """Keeps a serving process at the rules in force.

    Args:
        directory: the data directory.
        reader: the store.
        standing: what it started with.
        adopt: takes over another set, at once and as a whole.
    """

    def __init__(self, directory: Directory, reader: Reader, standing: Held, adopt: Callable[[Rules], None]) -> None:
        self._directory = directory
        self._reader = reader
        self._standing = standing
        self._adopt = adopt
        self._said = False

    def refresh(self) -> None:
        """Take over what changed; called whenever a control row has, in the view that everything is decided in.

        Raises:
            OperatorError: what is on record is missing, was changed, or is older than what was in force: then nobody
                is served.
        """
        try:
            self._follow()
        except OperatorError as error:
            if not self._said:
                _log.critical("the rules on record cannot be trusted: nobody is served", exc_info=error)
            self._said = True
            raise
        self._said = False

    def _follow(self) -> None:
        fresh = must_be_held(self._reader)
        if fresh == self._standing:
            return
        if fresh.version <= self._standing.version:
            raise OperatorError("rules that were replaced were put back into the store; run `hub doctor`")
        if fresh.digest != self._standing.digest:
            self._adopt(rules_from(texts_of(self._reader, fresh.digest)))
        self._standing = fresh
        _remember(self._directory, fresh)
