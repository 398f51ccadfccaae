"""Pages, held against the calls of the API that stand behind each: by one visitor, one after the other."""

import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx

from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.bench.servers import hub_server
from hub.demo import offer_personas, prepare, token
from hub.synth.cast import FIRST_GRID
from hub.synth.numbers import AREA

RESIDENTS, SEED = 200, 1
_READY = b"GET /readyz HTTP/1.1\r\nHost: hub\r\n\r\n"


class Visited(NamedTuple):
    """A page, and what it asks.

    Attributes:
        page: its path.
        asks: the paths of the API behind it.
    """

    page: str
    asks: tuple[str, ...]


PAGES = (
    Visited("/me", ("/v1/me/accesses?limit=40", "/v1/me/consents", "/v1/me/requests")),
    Visited("/me/accesses", ("/v1/me/accesses?limit=60",)),
    Visited("/me/file", ("/v1/me/file",)),
    Visited("/me/privacy", ("/v1/me/visibility",)),
    Visited("/me/consents", ("/v1/me/consents?limit=200",)),
)
CLERK = f"clerk:{FIRST_GRID[:12]}"
CLERKS_PAGES = (Visited("/window", ("/v1/mandates?limit=200",)),)
OFFICER = f"security_officer:{AREA}"
OFFICERS_PAGES = (
    Visited("/audit/events", ("/v1/audit/events?limit=25",)),
    Visited("/audit/volumes", ("/v1/audit/volumes",)),
    Visited("/audit/filings", ("/v1/filings?limit=50",)),
    Visited("/audit/log", ("/v1/audit/log",)),
)


def measure_pages(scale: Scale, folder: Path) -> list[Row]:
    """The pages of residents, clerks and officers, each by turns with its calls of the API."""
    directory = prepare(folder / "pages", RESIDENTS, SEED)
    elder = offer_personas(directory)
    with hub_server(directory.path, workers=1) as server, httpx.Client(trust_env=False, timeout=60) as client:
        server.first_answer(_READY)
        client.base_url = httpx.URL(f"http://127.0.0.1:{server.port}")
        rows: list[Row] = []
        for principal, pages in ((elder, PAGES), (CLERK, CLERKS_PAGES), (OFFICER, OFFICERS_PAGES)):
            client.cookies.clear()
            client.post("/sign-in/persona", data={"principal": principal})
            bearer = {"Authorization": f"Bearer {token(directory, principal)}"}
            rows += [_row(client, bearer, visited, scale.visits) for visited in pages]
        return rows


def _row(client: httpx.Client, bearer: dict[str, str], visited: Visited, visits: int) -> Row:
    pages, calls = [], []
    for _ in range(visits):
        calls.append(sum(_seconds(client, path, bearer) for path in visited.asks))
        pages.append(_seconds(client, visited.page, {}))
    return Row(
        what=f"page `{visited.page}`, p50, one visitor",
        measured=f"{median(pages) * 1000:.3g} ms",
        compared=f"{median(calls) * 1000:.3g} ms: {' and '.join(f'`{path}`' for path in visited.asks)}",
        ratio=median(pages) / median(calls),
        target=3,
        at_most=True,
        detail={"page_seconds": pages, "call_seconds": calls},
    )


def _seconds(client: httpx.Client, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    client.get(path, headers=headers).raise_for_status()
    return time.perf_counter() - started
