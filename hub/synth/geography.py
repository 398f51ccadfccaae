"""Where people live: subdistricts, communities, grids, compounds, buildings, stairs and flats."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.synth.chance import Dice
from hub.synth.numbers import AREA

_SMALLEST_GRID, _LARGEST_GRID = 5, 900
_FEWEST_GRIDS = 3  # two in the first community, one in another, so that every boundary exists in every world
_GRIDS_IN_COMMUNITY = 4.5
_COMMUNITIES_IN_SUBDISTRICT = 5.5

_DATA: dict[str, str] = tomllib.loads(Path(__file__).with_name("places.toml").read_text(encoding="utf-8"))
_SUBDISTRICTS, _STREETS, _COMPOUNDS = (_DATA[key].split() for key in ("subdistricts", "streets", "compounds"))
_FIRST, _SECOND = _DATA["first"], _DATA["second"]


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid of one community, and how many residents it has.

    Attributes:
        code: 15 digits: the community and three more.
        community: 12 digits: area, subdistrict and committee, three of each of the latter two.
        place: the names of subdistrict and community, the beginning of every address.
        residents: how many residents are registered here.
    """

    code: str
    community: str
    place: str
    residents: int


def community_name(number: int) -> str:
    """The name of the nth community of a world, distinct for the first 280."""
    turn, first = divmod(number, len(_FIRST))
    return f"{_FIRST[first]}{_SECOND[(turn + first) % len(_SECOND)]}社区"


def plan(residents: int, dice: Dice) -> list[Grid]:
    """Cut a world into grids that grow with it, up to the usual nine hundred residents each.

    Args:
        residents: how many residents there are in all, 10 or more.
        dice: the source of chance for grids' sizes.
    """
    size = min(_LARGEST_GRID, max(_SMALLEST_GRID, 2.5 * residents**0.5))
    grids = max(_FEWEST_GRIDS, round(residents / size))
    communities = max(2, round(grids / _GRIDS_IN_COMMUNITY))
    subdistricts = max(1, round(communities / _COMMUNITIES_IN_SUBDISTRICT))
    sizes = _sizes(residents, grids, dice)
    made: list[Grid] = []
    for community, (subdistrict, place) in enumerate(_spread(communities, subdistricts)):
        code = f"{AREA}{subdistrict + 1:03d}{place + 1:03d}"
        name = f"{_SUBDISTRICTS[subdistrict]}街道{community_name(community)}"
        share = grids // communities + (community < grids % communities)
        for number in range(1, share + 1):
            made.append(Grid(f"{code}{number:03d}", code, name, sizes[len(made)]))
    return made


def _spread(items: int, groups: int) -> Iterator[tuple[int, int]]:
    """Group and place in the group for each item, groups as equal as they can be."""
    for group in range(groups):
        for place in range(items // groups + (group < items % groups)):
            yield group, place


def _sizes(residents: int, grids: int, dice: Dice) -> list[int]:
    base, extra = divmod(residents, grids)
    sizes = [base + (number < extra) for number in range(grids)]
    for left in range(1, grids - 1, 2):
        shift = dice.between(-(base // 5), base // 5)
        sizes[left] += shift
        sizes[left + 1] -= shift
    return sizes


def addresses(grid: Grid, dice: Dice) -> Iterator[str]:
    """The inhabited flats of a grid, building by building, as many as are asked for; one flat in nine is empty."""
    street = f"{dice.pick(_STREETS)}路{dice.between(1, 400)}号{dice.pick(_COMPOUNDS)}"
    building = 0
    while True:
        building += 1
        tower = dice.happens(0.4)
        floors, stairs, doors = (dice.between(11, 26), dice.between(1, 2), 4) if tower else (dice.between(5, 7), 3, 2)
        for stair in range(1, stairs + 1):
            for floor in range(1, floors + 1):
                for door in range(1, doors + 1):
                    if dice.happens(0.89):
                        yield f"{grid.place}{street}{building}幢{stair}单元{floor}{door:02d}室"
