"""Who lives together in a Chinese city: kinds of households, and how old their members are.

The shares are chosen so that a world resembles a city in the census of 2020: two or three persons a household, a
quarter of households of one person, one person in five aged 60 or over, more women than men among the oldest.
"""

from collections.abc import Callable

from hub.synth.chance import Dice, Weighted
from hub.synth.names import FEMALE, MALE
from hub.synth.people import ALIVE, DEAD, DIVORCED, HEAD, MARRIED, MOVED, SINGLE, WIDOWED, Household, Person

_ELDER_BANDS = Weighted({(60, 64): 27, (65, 69): 26, (70, 74): 20, (75, 79): 13, (80, 84): 8, (85, 89): 4, (90, 98): 2})
_OLDER_BANDS = Weighted({(65, 69): 20, (70, 74): 24, (75, 79): 22, (80, 84): 18, (85, 89): 11, (90, 101): 5})
_HUSBAND, _WIFE, _FATHER, _MOTHER, _STRANGER = "11", "12", "51", "52", "99"
_WIFES_FATHER, _WIFES_MOTHER = "55", "56"
_DAUGHTER_IN_LAW = "38"
_ONLY = {MALE: "21", FEMALE: "31"}
_FIRST = {MALE: "22", FEMALE: "32"}
_SECOND = {MALE: "23", FEMALE: "33"}
_GRANDCHILD = {MALE: "41", FEMALE: "42"}


def _sex(dice: Dice) -> str:
    return MALE if dice.happens(0.515) else FEMALE


def _couple(dice: Dice, age: int) -> tuple[Person, Person]:
    """Husband and wife, the husband of about this age, one of them the head."""
    husband = Person(MALE, age, marital=MARRIED)
    wife = Person(FEMALE, max(20, age - dice.around(2, 5)), _WIFE, MARRIED, line=1)
    if dice.happens(0.22):
        husband.relation, wife.relation = _HUSBAND, HEAD
        return wife, husband
    return husband, wife


def _mother_age(parents: tuple[Person, ...]) -> int:
    return min(person.age for person in parents)


def _children(dice: Dice, parents: tuple[Person, ...], ages: list[int]) -> list[Person]:
    """Sons and daughters of these ages, the oldest first; most are called after their father."""
    father_line = next((person.line for person in parents if person.sex == MALE), parents[0].line)
    children = []
    for place, age in enumerate(sorted(ages, reverse=True)):
        sex = _sex(dice)
        codes = _ONLY if len(ages) == 1 else (_FIRST, _SECOND)[place]
        children.append(Person(sex, age, codes[sex], line=father_line, parents=parents))
    return children


def _young_single(dice: Dice) -> Household:
    person = Person(_sex(dice), dice.between(20, 37), marital=SINGLE)
    person.life = MOVED if dice.happens(0.05) else ALIVE
    return Household([person], rents=dice.happens(0.75))


def _middle_single(dice: Dice) -> Household:
    marital = DIVORCED if dice.happens(0.55) else SINGLE
    return Household([Person(_sex(dice), dice.between(38, 59), marital=marital)], rents=dice.happens(0.35))


def _elder_alone(dice: Dice) -> Household:
    elder = Person(
        FEMALE if dice.happens(0.66) else MALE, dice.between(*_OLDER_BANDS.draw(dice)), alone=True, empty_nest=True
    )
    elder.marital = WIDOWED if dice.happens(0.82) else dice.pick((SINGLE, DIVORCED))
    elder.empty_nest = elder.marital != SINGLE
    return Household([elder])


def _elder_lately_widowed(dice: Dice) -> Household:
    """The late spouse is still in the register."""
    elder = Person(FEMALE if dice.happens(0.7) else MALE, dice.between(*_OLDER_BANDS.draw(dice)), marital=WIDOWED)
    elder.alone = elder.empty_nest = True
    late = Person(MALE if elder.sex == FEMALE else FEMALE, elder.age + dice.between(0, 4), marital=MARRIED, line=1)
    late.relation = _HUSBAND if late.sex == MALE else _WIFE
    late.life = DEAD
    return Household([elder, late])


def _elder_couple(dice: Dice) -> Household:
    both = _couple(dice, dice.between(*_ELDER_BANDS.draw(dice)))
    for person in both:
        person.age = max(person.age, 56)
        person.empty_nest = person.age >= 60  # noqa: PLR2004 - the age the law calls old
    return Household(list(both))


def _young_couple(dice: Dice) -> Household:
    return Household(list(_couple(dice, dice.between(24, 36))), rents=dice.happens(0.45))


def _middle_couple(dice: Dice) -> Household:
    return Household(list(_couple(dice, dice.between(44, 59))), rents=dice.happens(0.1))


def _couple_and_child(dice: Dice) -> Household:
    parents = _couple(dice, dice.between(28, 50))
    age = max(0, min(17, _mother_age(parents) - dice.around(28, 7)))
    return Household([*parents, *_children(dice, parents, [age])], rents=dice.happens(0.25))


def _couple_and_two_children(dice: Dice) -> Household:
    parents = _couple(dice, dice.between(31, 48))
    older = max(2, min(17, _mother_age(parents) - dice.around(27, 6)))
    return Household(
        [*parents, *_children(dice, parents, [older, max(0, older - dice.between(1, 7))])], rents=dice.happens(0.25)
    )


def _couple_and_grown_child(dice: Dice) -> Household:
    parents = _couple(dice, dice.between(45, 62))
    age = max(18, min(36, _mother_age(parents) - dice.around(26, 4)))
    children = _children(dice, parents, [age])
    children[0].life = MOVED if dice.happens(0.1) else ALIVE
    return Household([*parents, *children], rents=dice.happens(0.1))


def _single_parent(dice: Dice) -> Household:
    marital = DIVORCED if dice.happens(0.85) else WIDOWED
    parent = Person(FEMALE if dice.happens(0.75) else MALE, dice.between(28, 50), marital=marital)
    child = _children(dice, (parent,), [max(0, min(17, parent.age - dice.around(28, 6)))])
    return Household([parent, *child], rents=dice.happens(0.4))


def _three_generations(dice: Dice) -> Household:
    """A couple with a child, and the parents of one of the two."""
    home = _couple_and_child(dice)
    home.rents = False
    head, spouse, _ = home.members
    age = max(50, head.age + dice.around(27, 4))
    old_line = head.line if dice.happens(0.8) or head.sex == FEMALE else spouse.line
    codes = (_FATHER, _MOTHER) if old_line == head.line else (_WIFES_FATHER, _WIFES_MOTHER)
    both = dice.happens(0.55)
    if both or dice.happens(0.25):
        home.members.append(Person(MALE, age, codes[0], MARRIED if both else WIDOWED, old_line))
    if both or len(home.members) == 3:  # noqa: PLR2004 - nobody of the oldest generation yet
        home.members.append(
            Person(FEMALE, max(50, age - dice.between(0, 4)), codes[1], MARRIED if both else WIDOWED, line=2)
        )
    return home


def _elder_heads_three_generations(dice: Dice) -> Household:
    elder = Person(MALE if dice.happens(0.5) else FEMALE, dice.between(*_OLDER_BANDS.draw(dice)), marital=WIDOWED)
    elder.line = 0 if elder.sex == MALE else 2
    son = Person(MALE, max(28, elder.age - dice.around(28, 5)), _ONLY[MALE], MARRIED, parents=(elder,))
    wife = Person(FEMALE, max(26, son.age - dice.around(2, 4)), _DAUGHTER_IN_LAW, MARRIED, line=1)
    sex = _sex(dice)
    grandchild = Person(sex, max(0, min(30, wife.age - dice.around(27, 5))), _GRANDCHILD[sex], parents=(son, wife))
    return Household([elder, son, wife, grandchild])


def _elder_and_unmarried_child(dice: Dice) -> Household:
    elder = Person(FEMALE if dice.happens(0.65) else MALE, dice.between(*_OLDER_BANDS.draw(dice)), marital=WIDOWED)
    sex = _sex(dice)
    marital = SINGLE if dice.happens(0.6) else DIVORCED
    child = Person(sex, max(25, elder.age - dice.around(29, 5)), _ONLY[sex], marital, parents=(elder,))
    child.line = 0 if elder.sex == MALE else 1
    return Household([elder, child])


def _grandparents_and_orphan(dice: Dice) -> Household:
    both = _couple(dice, dice.between(60, 74))
    sex = _sex(dice)
    return Household([*both, Person(sex, dice.between(5, 16), _GRANDCHILD[sex], parents=both, orphan=True)])


def _flatmates(dice: Dice) -> Household:
    first = Person(_sex(dice), dice.between(20, 32))
    others = [Person(first.sex, dice.between(20, 32), _STRANGER, line=place) for place in (1, 2)]
    return Household([first, *others], rents=True)


_KINDS: tuple[tuple[Callable[[Dice], Household], int, float], ...] = (
    # kind, most persons it may have, share of all households in percent
    (_young_single, 1, 12.5),
    (_middle_single, 1, 5.0),
    (_elder_alone, 1, 7.0),
    (_elder_lately_widowed, 2, 0.8),
    (_elder_couple, 2, 12.5),
    (_young_couple, 2, 7.5),
    (_middle_couple, 2, 7.0),
    (_couple_and_child, 3, 15.5),
    (_couple_and_two_children, 4, 7.0),
    (_couple_and_grown_child, 3, 9.0),
    (_single_parent, 2, 3.0),
    (_three_generations, 5, 8.0),
    (_elder_heads_three_generations, 4, 2.0),
    (_elder_and_unmarried_child, 2, 1.8),
    (_grandparents_and_orphan, 3, 0.15),
    (_flatmates, 3, 1.5),
)
_MOST = max(size for _, size, _ in _KINDS)
_BY_ROOM = tuple(
    Weighted({kind: share for kind, size, share in _KINDS if size <= room}) for room in range(1, _MOST + 1)
)


def draw_household(dice: Dice, room: int) -> Household:
    """A household of at most `room` persons, its members without names and numbers yet.

    Args:
        dice: the source of chance.
        room: how many residents the grid may still take, 1 or more.
    """
    return _BY_ROOM[min(room, _MOST) - 1].draw(dice)(dice)
