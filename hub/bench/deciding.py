"""A decision with its reasons, held against the stock Casbin enforcer asked about the same requests."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import casbin

from hub.access.decide import FILING_ROLES, decide, decide_purpose
from hub.bench.load import WrongAnswerError
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.model.decision import AccessRequest, Denial, Permit
from hub.model.filing import Filing
from hub.model.instant import day_of
from hub.model.principal import DEPARTMENTS, Caller, Principal, parse_principal
from hub.model.purpose import Purpose
from hub.model.subject import Facts, SubjectRef
from hub.policy.engine import Snapshot, load
from hub.policy.rules import READ
from hub.policy.sources import MODEL, RULES, policies_directory
from hub.schema.fields import fields

_NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
_GRID = "339999001001001"
_EXPECTED = 0.8
_STRIDE = 20
"""How many requests the hub decides for each one that the stock enforcer is asked about, which is far slower."""
_STAFF = (
    *(f"grid_worker:{_GRID}", "secretary:339999001001", "clerk:339999001001", "organisation:canteen01@339999"),
    *("security_officer:339999", "auditor:339999", "admin:339999"),
    *(f"department:{code}@339999" for code in sorted(DEPARTMENTS)),
)


class Case(NamedTuple):
    """One request, and what is known when it is decided."""

    request: AccessRequest
    filing: Filing | None
    facts: Facts


def measure_decisions(scale: Scale, _folder: Path) -> list[Row]:
    """Decide random requests over the full catalogue; ask the stock enforcer about every twentieth in between."""
    snapshot, directory = load(), policies_directory()
    stock = casbin.Enforcer(str(directory / MODEL), str(directory / RULES))
    decided: list[float] = []
    enforced: list[float] = []
    permits = 0
    for number, case in enumerate(_cases(snapshot, scale.decisions)):
        if not number % _STRIDE:
            questions = _questions(case.request)
            started = time.perf_counter()
            answers = [stock.enforce(*question) for question in questions]
            enforced.append(time.perf_counter() - started)
            if answers != [snapshot.rule(*question) is not None for question in questions]:
                raise WrongAnswerError("the stock enforcer and the snapshot answer differently")
        started = time.perf_counter()
        decision = _decide(snapshot, case)
        decided.append(time.perf_counter() - started)
        permits += isinstance(decision, Permit)
    p99 = quantiles(decided, n=100)[98]
    yardstick = median(enforced)
    return [
        Row(
            what=f"a decision with reasons, p99 of {len(decided):,}, {len(snapshot.purposes)} purposes",
            measured=_us(p99),
            compared=f"{_us(yardstick)}: stock casbin Enforcer, median of {len(enforced):,} of the same requests",
            ratio=p99 / yardstick,
            target=1 / 20,
            at_most=True,
            detail={
                "p50_us": median(decided) * 1e6,
                "stock_p99_us": quantiles(enforced, n=100)[98] * 1e6,
                "permits": permits,
                "rules": len(snapshot.rules),
            },
        )
    ]


def _decide(snapshot: Snapshot, case: Case) -> Permit | Denial:
    """What the road does between two reads of the store."""
    request, filing, facts = case
    denial = decide_purpose(request, filing)
    return denial or decide(request, snapshot, filing, (1, facts), request.caller.today)


def _questions(request: AccessRequest) -> list[tuple[str, str, str, str]]:
    """What the enforcer must be asked to decide the same: the tier of every requested field, each tier once."""
    known = fields()
    tiers = dict.fromkeys(known[key].tier for key in request.fields if key in known)
    purpose = request.purpose.id if request.purpose else ""
    return [(request.caller.principal.requester, purpose, tier.value, READ) for tier in tiers]


def _cases(snapshot: Snapshot, count: int) -> Iterator[Case]:
    """Random requests: four in five by somebody who may name the purpose, each with some fields too many."""
    chance = random.Random(1)
    staff: dict[str, list[Principal]] = {}
    for principal in map(parse_principal, _STAFF):
        staff.setdefault(principal.requester, []).append(principal)
    everybody = [principal for group in staff.values() for principal in group]
    pairs = [pair for pair, plan in snapshot.plans.items() if plan and pair[1] in staff]
    keys = list(fields())
    for _ in range(count):
        name, requester = chance.choice(pairs)
        principal = chance.choice(staff[requester] if chance.random() < _EXPECTED else everybody)
        purpose = snapshot.purposes[name]
        offered = (*purpose.fields, *purpose.on_approval)
        asked = [*chance.sample(offered, chance.randint(1, len(offered))), *chance.sample(keys, chance.randint(0, 4))]
        caller = Caller(principal, "", _NOW, day_of(_NOW))
        request = AccessRequest(
            caller, SubjectRef(idno="339999194303120020"), purpose, tuple(dict.fromkeys(asked)), "window case", "0" * 32
        )
        born = f"{chance.randint(1930, 2024)}-03-12"
        yield Case(request, _filing(snapshot, principal, purpose), Facts("", _GRID, born, "alive"))


def _filing(snapshot: Snapshot, principal: Principal, purpose: Purpose) -> Filing | None:
    bases = snapshot.bases(purpose.id, principal.requester)
    if principal.role not in FILING_ROLES or not bases:
        return None
    requester = f"{principal.role}:{principal.code}@{principal.area}"
    until = day_of(_NOW) + timedelta(days=1)
    return Filing("filing", requester, purpose.id, bases[0], purpose.citation, "日常办理", "339999", 1000, until)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs"
