"""The police register: what turns a drawn household into named and numbered residents of one flat."""

from datetime import date

from hub.synth import names, numbers
from hub.synth.cast import CAST
from hub.synth.chance import Dice
from hub.synth.geography import Grid
from hub.synth.names import MALE
from hub.synth.people import ALIVE, AS_OF, DEAD, SINGLE, Household, Person

_TODAY = AS_OF.toordinal()
_DAYS_IN_YEAR = 365.2425
_SCHOOL_AGE, _SECONDARY_AGE, _RETIREMENT, _VERY_OLD = 7, 14, 65, 85
_DRIVING = range(22, 70)
_FIRST_DAY_OF_1899 = date(1899, 1, 1).toordinal()

_GUESTS = {
    8: ("hk_residence_permit", "810000"),
    16: ("macau_residence_permit", "820000"),
    24: ("taiwan_residence_permit", "830000"),
    32: ("foreign_pr_card", "933840"),
}
"""Which persons living singly bear another document: the nth of every 400, and their births are of 1899."""
_GUEST_TURN = 400


class Register:
    """Names, numbers and addresses, none of the numbers twice.

    Args:
        dice: the source of chance.
    """

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._numbers = numbers.IdentityNumbers(CAST)
        self._households = 0
        self._singles = 0

    def enrol(self, home: Household, grid: Grid, addr: str) -> None:
        """Register a household in a flat: fills in everything the police know.

        Args:
            home: the household, its members drawn.
            grid: where the flat is.
            addr: the flat's address.
        """
        dice = self._dice
        self._households += 1
        home.number = f"{numbers.AREA}{self._households:08d}"
        home.community, home.grid, home.addr = grid.community, grid.code, addr
        home.residence = "rented" if home.rents else "lodging" if dice.happens(0.03) else "owned"
        ethnicity = names.people(dice)
        families: dict[int, str] = {}
        for person in sorted(home.members, key=_oldest_first):
            person.rid = dice.rid()
            person.ethnicity = ethnicity
            if not self._is_guest(person, home):
                self._number(person)
                self._name(person, families)
            self._possessions(person, home)

    def _number(self, person: Person) -> None:
        if person.idno:
            return
        # One day more than the years ask for, so that leap days never make anybody younger than drawn.
        days = int(person.age * _DAYS_IN_YEAR) + 1 + self._dice.below(364)
        person.born = date.fromordinal(_TODAY - days)
        person.idno = self._numbers.issue(person.born, person.sex)

    def _name(self, person: Person, families: dict[int, str]) -> None:
        family = families.get(person.line)
        if family is None:
            family = families[person.line] = names.family_name(self._dice, person.ethnicity)
        father = next((parent.name for parent in person.parents if parent.sex == MALE), "")
        if father:
            family = names.child_family_name(father, family, person.ethnicity)
        person.family = family
        person.name = names.full_name(self._dice, family, person.ethnicity, person.sex, person.born.year)

    def _is_guest(self, person: Person, home: Household) -> bool:
        if len(home.members) > 1 or not home.rents or person.marital != SINGLE:
            return False
        self._singles += 1
        document = _GUESTS.get(self._singles % _GUEST_TURN)
        if document is None:
            return False
        person.idtype, prefix = document
        person.born = date.fromordinal(_FIRST_DAY_OF_1899 + self._dice.below(365))
        person.age = AS_OF.year - person.born.year
        person.idno = self._numbers.issue(person.born, person.sex, prefix)
        if person.idtype == "foreign_pr_card":
            person.ethnicity, person.name = "", names.foreign_name(self._dice, person.sex)
        else:
            person.ethnicity = names.HAN
            self._name(person, {})
        return True

    def _possessions(self, person: Person, home: Household) -> None:
        dice = self._dice
        if person.life != ALIVE:
            span = 900 if person.life == DEAD else 600
            person.life_date = date.fromordinal(_TODAY - 1 - dice.below(span)).isoformat()
            return
        person.tel = person.tel or _telephone(dice, person.age)
        if person.age in _DRIVING and dice.happens(0.2):
            person.plate = numbers.plate(dice)
        if home.rents and person.idtype == "resident_id" and dice.happens(0.45):
            person.permit = f"{numbers.AREA}{dice.between(2022, 2026)}{dice.below(10**6):06d}"
            # A few have run out: the register keeps them until they are renewed.
            person.permit_until = date.fromordinal(_TODAY + dice.between(-30, 900)).isoformat()


def _oldest_first(person: Person) -> int:
    return -person.age


def _telephone(dice: Dice, age: int) -> str:
    if age < _SCHOOL_AGE:
        return ""
    if age < _SECONDARY_AGE:
        share = 0.25
    elif age < _RETIREMENT:
        share = 0.97
    else:
        share = 0.55 if age >= _VERY_OLD else 0.84
    if not dice.happens(share):
        return ""
    return numbers.landline(dice) if age >= _RETIREMENT and dice.happens(0.25) else numbers.mobile(dice)


def police_row(person: Person, home: Household) -> dict[str, str]:
    """What the police feed says of a person, by field key."""
    return {
        "rid": person.rid,
        "idtype": person.idtype,
        "idno": person.idno,
        "name": person.name,
        "sex": person.sex,
        "dob": person.born.isoformat(),
        "ethnicity": person.ethnicity,
        "hh": home.number,
        "relation": person.relation,
        "marital": person.marital,
        "region": numbers.AREA,
        "community": home.community,
        "grid": home.grid,
        "addr": home.addr,
        "residence": home.residence,
        "permit": person.permit,
        "permit.until": person.permit_until,
        "minor.guardian": guardians(person),
        "vehicle.plate": person.plate,
        "life": person.life,
        "life.date": person.life_date,
        "tel": person.tel,
    }


def guardians(person: Person) -> str:
    """The internal ids of a minor's guardians, as feeds write lists."""
    return ";".join(parent.rid for parent in person.parents) if person.minor else ""
