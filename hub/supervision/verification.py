"""Verifying the whole log while the hub serves: one check at a time, in a process of its own, its verdict an entry.

A file that the serving process keeps locked says that a check runs and how far it is. What counts is the trail: the
beginning of each check is an entry, and so is its verdict; a beginning without either was interrupted.
"""

import asyncio
import fcntl
import logging
import os
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.errors import HubError
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.trail_query import TrailQuery
from hub.supervision.desk import Asked, Desk, act_of

KIND = "verification"
BEGUN, WHOLE, BROKEN = "begun", "whole", "broken"
_INTERRUPTED, _RUNNING = "interrupted", "running"
_LOOKED_AT = 8
_AN_INSTANT = 0.02
_log = logging.getLogger("hub")
_tasks: set[asyncio.Task[None]] = set()


async def begin(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Begin to verify the log, or tell of the check that runs already, in whatever process.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.

    Returns:
        As `last`.

    Raises:
        TrailUnavailable: nothing was begun.
    """
    lock = os.open(desk.trail.directory.verification, os.O_RDWR | os.O_CREAT, 0o600)
    if not await _locked(desk, lock):
        os.close(lock)
        return last(desk)
    name = secrets.token_hex(12)
    try:
        _note(lock, {"id": name, "size": None, "checked": 0})
        await desk.lane.record_all([Event(act_of(desk, asked, KIND, BEGUN, verification=name), {"subject": ""})])
    except BaseException:
        os.close(lock)
        raise
    task = asyncio.create_task(_run(desk, lock, name))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return last(desk)


def last(desk: Desk) -> dict[str, Any]:
    """The last check: `state`, since when, until when, how far; and the entry in the trail that says so.

    Raises:
        TrailUnavailable: the trail cannot be searched now.
    """
    page = desk.trail.search(TrailQuery(kind=KIND), None, _LOOKED_AT)
    acts = {each.position: each.act for each in desk.trail.entries(page.entries)}
    ends = {str(act["verification"]): (entry, act) for entry, act in acts.items() if act["outcome"] in (WHOLE, BROKEN)}
    for entry, act in acts.items():
        if act["outcome"] == BEGUN:
            name = str(act["verification"])
            return _told(name, (entry, act), ends.get(name), _progress(desk))
    return {"state": None}


async def _locked(desk: Desk, lock: int) -> bool:
    """Take the turn to check; whoever only looks whether somebody has it, has it for an instant."""
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if _progress(desk):
            return False
        await asyncio.sleep(_AN_INSTANT)


def _told(
    name: str, begun: tuple[int, dict[str, Any]], ended: tuple[int, dict[str, Any]] | None, progress: dict[str, Any]
) -> dict[str, Any]:
    said = {"id": name, "by": begun[1]["actor"], "begun_at": begun[1]["time"]}
    if ended is not None:
        entry, act = ended
        found = {"size": act["size"], "checked": act["size"], "index": act["index"]}
        return {"state": act["outcome"], **said, "ended_at": act["time"], **found, "entry": entry}
    running = progress.get("id") == name
    size, checked = (progress["size"], progress["checked"]) if running else (None, None)
    state = _RUNNING if running else _INTERRUPTED
    return {
        "state": state,
        **said,
        "ended_at": None,
        "size": size,
        "checked": checked,
        "index": None,
        "entry": begun[0],
    }


def _progress(desk: Desk) -> dict[str, Any]:
    """What the check says that runs now; nothing where none does."""
    try:
        lock = os.open(desk.trail.directory.verification, os.O_RDONLY)
    except FileNotFoundError:
        return {}
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(orjson.JSONDecodeError):  # it is just being written
            return dict(orjson.loads(os.pread(lock, 4096, 0)))
    finally:
        os.close(lock)
    return {}


async def _run(desk: Desk, lock: int, name: str) -> None:
    try:
        verdict = await _checked(desk, lock, name)
        if verdict is not None:
            with suppress(HubError):  # then the trail has no verdict, and the check counts as interrupted
                await desk.lane.record_all([_ended(name, verdict)])
    except (OSError, ValueError) as error:
        _log.error("the log could not be verified; it can be asked for again", exc_info=error)
    finally:
        os.close(lock)


async def _checked(desk: Desk, lock: int, name: str) -> dict[str, Any] | None:
    """The verdict of a process that checks the log; None where it ended without one."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.store.log_check", str(desk.trail.directory.path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said: dict[str, Any] = {"id": name, "size": None, "checked": 0}
    try:
        while line := await process.stdout.readline() if process.stdout else b"":
            said |= orjson.loads(line)
            _note(lock, said)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said if "verdict" in said else None


def _ended(name: str, said: dict[str, Any]) -> Event:
    event = system_event(KIND, datetime.now(UTC))
    found = {"outcome": said["verdict"], "verification": name, "size": said["size"], "index": said["index"]}
    return Event(dict(event.act) | found, event.subject)  # type: ignore[arg-type]


def _note(lock: int, said: dict[str, Any]) -> None:
    line = orjson.dumps({name: said[name] for name in ("id", "size", "checked")})
    os.pwrite(lock, line.ljust(512), 0)
