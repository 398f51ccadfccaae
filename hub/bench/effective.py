"""What people have wished and agreed to slows nobody, and what they change counts at once, in every worker."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import orjson

from hub.bench.community import Community, idno_of, kept
from hub.bench.disclosing import circumstances, detail
from hub.bench.load import WrongAnswerError, drive, generator
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.bench.turns import WORKERS, bare_beside, hub_over, in_turns
from hub.bench.wishes import CANTEEN, GRID_WORKER, SECRETARY, SUBJECT, Wishes, rid_of, with_wishes
from hub.identity.development import mint
from hub.model.principal import parse_principal
from hub.store.directory import Directory

PROMISED = 0.1
"""Seconds within which a change counts everywhere."""
_LOOKING = 8
"""Connections that look: enough for every worker to have some."""
_BESIDE = 8
"""Connections that ask about others meanwhile."""
_RESIDENT = f"resident:{rid_of(SUBJECT)}"


class _Change(NamedTuple):
    """One change and when it counted.

    Attributes:
        answered: seconds until it was answered.
        stale: seconds from its answer to the last question that was still answered as before, or where there is none
            to the first one.
    """

    answered: float
    stale: float


def measure_wishes(scale: Scale, folder: Path) -> list[Row]:
    """The rate over a store full of terms held against the same store without; how soon changes count in it."""
    wishes = Wishes(scale.rules, scale.consents, scale.approvals)
    plain, full = kept(folder, scale.residents), with_wishes(folder, scale.residents, wishes)
    turns = partial(in_turns, connections=scale.connections, rounds=scale.rounds, seconds=scale.seconds)
    with generator() as pool, hub_over(full) as far:
        with hub_over(plain) as near:
            yardstick, subject = turns(pool, near, far)
        with bare_beside(far) as bare:
            route, again = turns(pool, bare, far)
        shown, approved = _changes(pool, full, far.server.port, scale)
    about = f"{scale.rules:,} visibility rules, {scale.approvals:,} open approvals, {scale.consents:,} consents"
    return [
        Row(
            what=f"governed disclosures, {full.residents:,} residents, {about}",
            measured=f"{subject.rate:,.0f}/s",
            compared=f"{yardstick.rate:,.0f}/s: the same store without them",
            ratio=subject.rate / yardstick.rate,
            target=0.9,
            note=circumstances(full=subject, plain=yardstick),
            detail=detail(full=subject, plain=yardstick),
        ),
        Row(
            what="governed disclosures over that store",
            measured=f"{again.rate:,.0f}/s",
            compared=f"{route.rate:,.0f}/s: bare FastAPI POST route, {WORKERS} workers",
            ratio=again.rate / route.rate,
            target=0.5,
            note=circumstances(hub=again, bare=route),
            detail=detail(hub=again, bare=route),
        ),
        _row("a visibility change counts in every worker, under load", shown),
        _row("a revocation counts in every worker, under load", approved),
    ]


def _row(what: str, changes: list[_Change]) -> Row:
    worst, answered = max(each.stale for each in changes), median(each.answered for each in changes)
    return Row(
        what=what,
        measured=f"{worst * 1e3:.3g} ms after its answer, the slowest of {len(changes)}",
        compared=f"{PROMISED * 1e3:.0f} ms allowed",
        ratio=worst / PROMISED,
        target=1,
        at_most=True,
        note=f"the change itself is answered within {answered * 1e3:.3g} ms",
        detail={"stale_ms": [each.stale * 1e3 for each in changes], "answered_ms": answered * 1e3},
    )


def _changes(
    pool: ProcessPoolExecutor, people: Community, port: int, scale: Scale
) -> tuple[list[_Change], list[_Change]]:
    """Change what somebody wished, and revoke approvals, while others are asked about."""
    with ExitStack() as stack:
        names = (_RESIDENT, CANTEEN, GRID_WORKER, SECRETARY)
        clients = {name: stack.enter_context(closing(_Client(people, port, name))) for name in names}
        return _changes_by(clients, pool, people, port, scale)


def _changes_by(
    clients: "dict[str, _Client]", pool: ProcessPoolExecutor, people: Community, port: int, scale: Scale
) -> tuple[list[_Change], list[_Change]]:
    clients[_RESIDENT].ask("POST", "/v1/me/consents", {"purpose": "MEAL", "basis": "contract"}, 201)
    shown, approved = [], []
    resident, canteen, worker = clients[_RESIDENT], clients[CANTEEN], clients[GRID_WORKER]
    for number in range(scale.changes):
        load = pool.submit(drive, port, people.requests(5000, number), _BESIDE, 1.0)
        rule = {"group": "contact", "audience": "organisation", "visible": bool(number % 2)}
        change = partial(resident.ask, "PUT", "/v1/me/visibility", {"rules": [rule]}, 200)
        shown.append(_until(change, partial(canteen.gets, "addr", "MEAL"), expected=bool(number % 2)))
        change = partial(clients[SECRETARY].ask, "POST", f"/v1/approvals/{_approved(clients)}/revocation", {}, 200)
        approved.append(_until(change, partial(worker.gets, "med.chronic", "VISIT"), expected=False))
        load.result()
    return shown, approved


def _until(change: Callable[[], Any], look: Callable[[int], bool], *, expected: bool) -> _Change:
    started = time.perf_counter()
    change()
    answered = time.perf_counter()
    stale = time.perf_counter() - answered
    waiting = set(range(_LOOKING))
    while waiting:
        for which in sorted(waiting):
            asked = time.perf_counter()
            if look(which) == expected:
                waiting.discard(which)
            else:
                stale = asked - answered
        if stale > 10 * PROMISED:
            raise WrongAnswerError("a change does not count")
    return _Change(answered - started, stale)


def _approved(clients: "dict[str, _Client]") -> str:
    wish = {
        "subject": {"idno": idno_of(SUBJECT)},
        "purpose": "VISIT",
        "fields": ["med.chronic"],
        "reason": "慢病随访",
        "duration": "PT1H",
    }
    name = str(clients[GRID_WORKER].ask("POST", "/v1/approvals", wish, 201)["id"])
    clients[SECRETARY].ask("POST", f"/v1/approvals/{name}/decision", {"decision": "approve", "reason": "同意"}, 200)
    if not clients[GRID_WORKER].gets("med.chronic", "VISIT", 0):
        raise WrongAnswerError("an approved field is not given")
    return name


class _Client:
    """Kept connections that speak for one principal."""

    def __init__(self, people: Community, port: int, principal: str) -> None:
        key = Directory(people.path).development_key.read_bytes()
        token = mint(key, parse_principal(principal), now=datetime.now(UTC))
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(_LOOKING)]

    def ask(self, method: str, path: str, body: object, status: int, which: int = 0) -> Any:
        """One request; raises WrongAnswerError where its answer has another status."""
        found, answer = self._ask(method, path, body, which)
        if found != status:
            raise WrongAnswerError(f"{method} {path} is answered with status {found}")
        return answer

    def gets(self, field: str, purpose: str, which: int) -> bool:
        """Whether a disclosure about the person gives a field, asked on one of the connections."""
        body = {"subject": {"idno": idno_of(SUBJECT)}, "purpose": purpose, "fields": ["name", field]}
        _, answer = self._ask("POST", "/v1/disclosures", body, which)
        return field in answer.get("fields", ())

    def close(self) -> None:
        """Give the connections back."""
        for connection in self._connections:
            connection.close()

    def _ask(self, method: str, path: str, body: object, which: int) -> tuple[int, Any]:
        connection = self._connections[which]
        connection.request(method, path, orjson.dumps(body), self._headers)
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())
