"""The residents that the documentation tells of: they exist in every synthetic world, whatever its seed."""

from datetime import date

from hub.synth.names import FEMALE, MALE
from hub.synth.people import HEAD, MARRIED, WIDOWED, Household, Person

FIRST_GRID = "339999001001001"
OTHER_GRID = "339999001002001"
ELDER_IDNO = "339999194303120020"
ELSEWHERE_IDNO = "33999919431230004X"
CHILD_IDNO = "339999201806010045"
CAST = frozenset({ELDER_IDNO, ELSEWHERE_IDNO, CHILD_IDNO})
"""Published test vectors of an unassigned area: nobody's numbers."""


def _family() -> list[Household]:
    elder = Person(FEMALE, 83, HEAD, WIDOWED, alone=True, empty_nest=True, idno=ELDER_IDNO, born=date(1943, 3, 12))
    elder.tel = "15400000082"
    father = Person(MALE, 38, HEAD, MARRIED)
    mother = Person(FEMALE, 36, "12", MARRIED, line=1)
    child = Person(FEMALE, 8, "31", parents=(father, mother), idno=CHILD_IDNO, born=date(2018, 6, 1))
    return [Household([elder]), Household([father, mother, child])]


def _elsewhere() -> list[Household]:
    elder = Person(FEMALE, 82, HEAD, WIDOWED, alone=True, empty_nest=True, idno=ELSEWHERE_IDNO, born=date(1943, 12, 30))
    elder.tel = "15400000083"
    return [Household([elder])]


def cast(grid: str) -> list[Household]:
    """The households of the cast that live in a grid: none in most.

    The first grid has a woman of 83 who lives alone and a family with a daughter of 8; the first grid of the second
    community has a woman of 82 who lives alone.

    Args:
        grid: a 15-digit code.
    """
    if grid == FIRST_GRID:
        return _family()
    return _elsewhere() if grid == OTHER_GRID else []
