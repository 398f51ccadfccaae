"""The governed read: under load against a bare route, over a large store against a small one, alone when idle."""

from pathlib import Path

from hub.bench.community import kept
from hub.bench.load import generator
from hub.bench.processes import resident_bytes
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.bench.turns import WORKERS, Turns, bare_beside, hub_over, in_turns

MOST_BYTES = 200_000_000
PROMISED = 1_000_000
"""The residents that a worker's memory and the rate over a large store are promised for."""
_BARE = f"bare FastAPI POST route, {WORKERS} workers"


def measure_disclosures(scale: Scale, folder: Path) -> list[Row]:
    """Disclosures per second and their latency, held against the bare route."""
    people = kept(folder, scale.residents)
    with generator() as pool, hub_over(people) as hub, bare_beside(hub) as bare:
        yardstick, subject = in_turns(
            pool, bare, hub, connections=scale.connections, rounds=scale.rounds, seconds=scale.seconds
        )
    about = f"{scale.connections} connections, {people.residents:,} residents"
    return [
        Row(
            what=f"governed disclosures, {about}",
            measured=f"{subject.rate:,.0f}/s",
            compared=f"{yardstick.rate:,.0f}/s: {_BARE}",
            ratio=subject.rate / yardstick.rate,
            target=0.5,
            note=circumstances(hub=subject, bare=yardstick),
            detail=detail(hub=subject, bare=yardstick),
        ),
        Row(
            what=f"their latency p99, {about}",
            measured=_ms(subject.p99),
            compared=f"{_ms(subject.p50)}: their own p50",
            ratio=subject.p99 / subject.p50,
            target=4,
            at_most=True,
            detail={"bare_p99_to_p50": yardstick.p99 / yardstick.p50},
        ),
    ]


def measure_alone(scale: Scale, folder: Path) -> list[Row]:
    """One disclosure at a time on an idle server, held against the bare route."""
    people = kept(folder, scale.residents)
    with generator() as pool, hub_over(people) as hub, bare_beside(hub) as bare:
        yardstick, subject = in_turns(
            pool, bare, hub, connections=1, rounds=scale.rounds, seconds=min(1.0, scale.seconds)
        )
    return [
        Row(
            what=f"one disclosure alone, p50, {people.residents:,} residents",
            measured=_ms(subject.p50),
            compared=f"{_ms(yardstick.p50)}: {_BARE}",
            ratio=subject.p50 / yardstick.p50,
            target=5,
            at_most=True,
            note=circumstances(hub=subject, bare=yardstick),
            detail=detail(hub=subject, bare=yardstick),
        )
    ]


def measure_size(scale: Scale, folder: Path) -> list[Row]:
    """The rate over a large store held against that over a small one, and the large one's memory."""
    small, large = kept(folder, scale.small), kept(folder, scale.large)
    with generator() as pool, hub_over(small) as near, hub_over(large) as far:
        yardstick, subject = in_turns(
            pool, near, far, connections=scale.connections, rounds=scale.rounds, seconds=scale.seconds
        )
        held, held_small = (
            max(resident_bytes(worker) for worker in contender.server.workers) for contender in (far, near)
        )
    about = f"{large.residents:,} residents"
    if large.residents < PROMISED:
        about += f" (promised for {PROMISED:,}: --million)"
    return [
        Row(
            what=f"governed disclosures, {scale.connections} connections, {about}",
            measured=f"{subject.rate:,.0f}/s",
            compared=f"{yardstick.rate:,.0f}/s: the same over {small.residents:,} residents",
            ratio=subject.rate / yardstick.rate,
            target=0.9,
            note=circumstances(large=subject, small=yardstick),
            detail=detail(large=subject, small=yardstick),
        ),
        Row(
            what=f"memory of one worker after load, {about}",
            measured=_mb(held),
            compared=f"{_mb(MOST_BYTES)} allowed",
            ratio=held / MOST_BYTES,
            target=1,
            at_most=True,
            detail={"bytes": held, "bytes_over_the_small_store": held_small},
        ),
    ]


def circumstances(**turns: Turns) -> str:
    """Processor time depends less than the clock on what else a machine is doing; a busy disk slows all commits."""
    each = ", ".join(f"{name} {each.computing * 1e6:.0f} µs" for name, each in turns.items())
    durable = _ms(max(each.durable for each in turns.values()))
    return f"the workers compute for each answer: {each}; a durable write takes {durable} meanwhile"


def detail(**turns: Turns) -> dict[str, object]:
    """Every turn of each contender, for whoever doubts a median."""
    return {name: each.figures() for name, each in turns.items()}


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
