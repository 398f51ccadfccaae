"""Supervision's pages and the calls behind them over a large trail, held against the same over a small one.

Two real servers stand side by side and are asked by turns. What is compared is the processor time that a server spends
on an answer, which other work on the machine does not change; how long whoever asked waited stands below the table.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from hub.bench.history import Past, remove, said, with_past
from hub.bench.processes import computed_finely
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.bench.servers import Server, hub_server
from hub.demo import offer_personas, token
from hub.model.instant import CHINA, timestamp
from hub.synth.numbers import AREA

_FLAT = 2.0
_OFFICER = f"security_officer:{AREA}"
_READY = b"GET /readyz HTTP/1.1\r\nHost: hub\r\n\r\n"
_LISTED = "25"
_WITHIN = 2000
"""Entries within the time that a search over the API looks at."""
_PAGES: tuple[tuple[str, ...], ...] = (("since", "until"), ("actor",), ("purpose", "outcome"), ("subject",))
_CALLS: tuple[tuple[str, ...], ...] = (
    *_PAGES,
    ("actor", "since", "until"),
    ("department", "outcome", "since", "until"),
)
"""Filters by which the page is searched, and the call behind it."""
Address = Callable[[random.Random, Past], str]


class _Side(NamedTuple):
    """One of the two: its trail, its server, and somebody to ask it."""

    past: Past
    server: Server
    client: httpx.Client
    officer: dict[str, str]
    resident: dict[str, str]


class _Asked(NamedTuple):
    """What is asked: its name, its address, and as whom, by token or with the cookie of the officer's session."""

    what: str
    address: Address
    bearer: Callable[[_Side], dict[str, str]]


def measure_supervision(scale: Scale, folder: Path) -> list[Row]:
    """Give two communities their pasts, serve both, and ask them by turns."""
    paths = (folder / "past-small", folder / "past-large")
    try:
        pasts = [with_past(*each) for each in zip(paths, (scale.searched_small, scale.searched_large), strict=True)]
        return compare(pasts, scale.visits)
    finally:
        for path in paths:
            remove(path)


def compare(pasts: list[Past], visits: int) -> list[Row]:
    """The rows, of a small and a large past."""
    with ExitStack() as stack:
        sides = [stack.enter_context(_served(past)) for past in pasts]
        return [_row(asked, sides, visits) for asked in _questions()]


@contextmanager
def _served(past: Past) -> Iterator[_Side]:
    elder = offer_personas(past.directory)
    officer, resident = ({"Authorization": f"Bearer {token(past.directory, each)}"} for each in (_OFFICER, elder))
    with hub_server(past.directory.path, workers=1) as server, httpx.Client(trust_env=False, timeout=60) as client:
        server.first_answer(_READY)
        client.base_url = httpx.URL(f"http://127.0.0.1:{server.port}")
        client.post("/sign-in/persona", data={"principal": _OFFICER})
        yield _Side(past, server, client, officer, resident)


def _questions() -> Iterator[_Asked]:
    for names in _PAGES:
        yield _Asked(f"page `/audit/events` by {' and '.join(names)}", _search("/audit/events", names), _cookie)
    for names in _CALLS:
        calls = _search("/v1/audit/events", names, limit=_LISTED)
        yield _Asked(f"`GET /v1/audit/events` by {' and '.join(names)}", calls, _officer)
    yield _Asked("page `/audit/events/{index}`", _one, _cookie)
    for page in ("/audit", "/audit/volumes", "/audit/refusals"):
        yield _Asked(f"page `{page}`", _always(page), _cookie)
    yield _Asked("`GET /v1/audit/volumes`", _always("/v1/audit/volumes"), _officer)
    yield _Asked("`GET /v1/me/accesses`", _always(f"/v1/me/accesses?limit={_LISTED}"), lambda side: side.resident)


def _cookie(_side: _Side) -> dict[str, str]:
    return {}


def _officer(side: _Side) -> dict[str, str]:
    return side.officer


def _always(path: str) -> Address:
    return lambda _chance, _past: path


def _one(chance: random.Random, past: Past) -> str:
    return f"/audit/events/{past.first + chance.randrange(past.entries)}"


def _search(path: str, names: tuple[str, ...], **more: str) -> Address:
    """Searches for what some entry says: on a page within a day, over the API within the time of as many entries."""

    def address(chance: random.Random, past: Past) -> str:
        first = chance.randrange(max(past.entries - _WITHIN, 1))
        since, until = past.when(first), past.when(min(first + _WITHIN, past.entries - 1))
        day = since.astimezone(CHINA).date().isoformat()
        api = path.startswith("/v1/")
        known = said(chance, past)
        values = known._asdict() | {"subject": past.ring.pseudonym_of(known.resident)}
        values |= {"since": timestamp(since), "until": timestamp(until)} if api else {"since": day, "until": day}
        return f"{path}?{urlencode({name: values[name] for name in names} | more)}"

    return address


def _row(asked: _Asked, sides: list[_Side], visits: int) -> Row:
    worked: list[list[float]] = [[], []]
    waited: list[list[float]] = [[], []]
    chances = [random.Random(2), random.Random(2)]
    for _ in range(visits):
        for side, chance, work, wait in zip(sides, chances, worked, waited, strict=True):
            address, headers = asked.address(chance, side.past), asked.bearer(side)
            before, started = computed_finely(side.server.process.pid), time.perf_counter()
            side.client.get(address, headers=headers).raise_for_status()
            wait.append(time.perf_counter() - started)
            work.append(computed_finely(side.server.process.pid) - before)
    (small, large), (soon, late) = map(median, worked), map(median, waited)
    return Row(
        what=f"{asked.what}, {sides[1].past.entries:,} entries, p50 of processor time",
        measured=f"{large * 1000:.3g} ms",
        compared=f"{small * 1000:.3g} ms: {sides[0].past.entries:,} entries",
        ratio=large / small,
        target=_FLAT,
        at_most=True,
        note=f"answered within {late * 1000:.3g} ms, and {soon * 1000:.3g} ms over the small trail",
        detail={"processor_seconds": worked, "seconds": waited},
    )
