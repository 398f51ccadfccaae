"""One synthetic world, from a seed to the files, in memory that does not grow with the residents."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hub.synth import filings, principals
from hub.synth.cast import cast
from hub.synth.chance import Dice
from hub.synth.geography import Grid, addresses, plan
from hub.synth.households import draw_household
from hub.synth.medicine import health_row
from hub.synth.meters import utility_row
from hub.synth.output import FeedFiles, prepare, write_manifest, write_table
from hub.synth.people import ALIVE, AS_OF, DEAD, Household, Person
from hub.synth.register import Register, police_row
from hub.synth.samples import Rows, Samples
from hub.synth.welfare import MENTAL, Situation, civil_row, disability, situation

FEWEST, MOST = 10, 1_000_000
"""How many residents a world may have."""


def write_world(out: Path, residents: int, seed: int, progress: Callable[[int], object]) -> dict[str, Any]:
    """Write a world's files: the same residents and seed give the same bytes.

    Args:
        out: the directory to write to, new, empty, or holding an earlier world.
        residents: how many, from `FEWEST` to `MOST`.
        seed: any integer.
        progress: called with the number of residents written since the last call.

    Returns:
        What `manifest.json` holds.

    Raises:
        BadInput: the directory holds something else.
        OperatorError: schemas or policies cannot be read.
        OSError: a file cannot be written.
    """
    filed = filings.rows()
    prepare(out)
    dice = Dice(seed)
    grids = plan(residents, dice)
    samples = Samples()
    with FeedFiles(out) as feeds:
        for home, about in _registered(grids, dice):
            for rows in about:
                for feed, row in rows.items():
                    if row:
                        feeds.write(feed, row)
            samples.offer(home, about)
            progress(len(home.members))
    listed = _principals(grids, samples)
    write_table(out / "principals.csv", principals.COLUMNS, principals.rows(listed))
    write_table(out / "filings.csv", filings.COLUMNS, filed)
    counts = {**feeds.counts, "principals": len(listed), "filings": len(filed)}
    manifest = _manifest(seed, grids, counts, listed, samples)
    write_manifest(out, manifest)
    return manifest


def _registered(grids: list[Grid], dice: Dice) -> Iterator[tuple[Household, list[Rows]]]:
    """Every household of the world, grid by grid, with what the feeds say of each member."""
    register = Register(dice)
    for grid in grids:
        flats = addresses(grid, dice)
        for home in _households(grid, dice):
            register.enrol(home, grid, next(flats))
            means = situation(dice, home)
            yield home, [_rows(dice, person, home, means) for person in home.members]


def _households(grid: Grid, dice: Dice) -> Iterator[Household]:
    """The cast first, then whoever is drawn, until the grid is full."""
    room = grid.residents
    for home in cast(grid.code):
        room -= len(home.members)
        yield home
    while room:
        home = draw_household(dice, room)
        room -= len(home.members)
        yield home


def _rows(dice: Dice, person: Person, home: Household, means: Situation) -> Rows:
    living = person.life == ALIVE
    card = disability(dice, person) if living else ""
    return {
        "police": police_row(person, home),
        "civil_affairs": civil_row(dice, person, home, means, card) if living else None,
        "health": health_row(dice, person, mental=card.startswith(str(MENTAL))),
        "utilities": utility_row(dice, person, home) if living else None,
    }


def _principals(grids: list[Grid], samples: Samples) -> list[str]:
    """The staff, and those of the samples who are still alive."""
    living = (sample["rid"] for sample in samples.chosen if DEAD not in sample["tags"])
    return [*principals.staff(grids), *(f"resident:{rid}" for rid in living)]


def _manifest(
    seed: int, grids: list[Grid], counts: dict[str, int], listed: list[str], samples: Samples
) -> dict[str, Any]:
    communities: dict[str, dict[str, Any]] = {}
    for grid in grids:
        entry = communities.setdefault(grid.community, {"code": grid.community, "name": grid.place, "residents": 0})
        entry["residents"] += grid.residents
    return {
        "complete": True,
        "seed": seed,
        "residents": counts["police"],
        "as_of": AS_OF.isoformat(),
        "counts": counts,
        "communities": list(communities.values()),
        "grids": [{"code": grid.code, "community": grid.community, "residents": grid.residents} for grid in grids],
        "principals": listed,
        "samples": samples.chosen,
    }
