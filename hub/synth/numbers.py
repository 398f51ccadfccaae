"""Numbers that persons and things bear: valid in form and check digit, and nobody's."""

from array import array
from datetime import date

from stdnum import luhn

from hub.schema.idno import check_digit
from hub.synth.chance import Dice
from hub.synth.names import MALE

AREA = "339999"
"""An area code that was never assigned, so no living person's number begins with it."""

FIRST_BIRTH, LAST_BIRTH = date(1899, 1, 1), date(2029, 12, 31)
_DAYS = LAST_BIRTH.toordinal() - FIRST_BIRTH.toordinal() + 1
_A_DAY = 499  # sequence numbers a day has for one sex; prime, so that every stride visits all of them
_MOBILE = ("154", "160", "161", "163", "164", "168", "169")
_PLATE_PLACES = "MNPQSTUVWXYZ"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class IdentityNumbers:
    """Gives out identity numbers, none of them twice.

    It keeps one small counter per day and sex, however many numbers it gives out.

    Args:
        taken: numbers that are spoken for.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = taken
        self._issued = {False: array("H", bytes(2 * _DAYS)), True: array("H", bytes(2 * _DAYS))}

    def issue(self, born: date, sex: str, prefix: str = AREA) -> str:
        """A new number.

        Args:
            born: the date of birth it encodes, from `FIRST_BIRTH` to `LAST_BIRTH`.
            sex: position 17 is odd for `MALE`, even otherwise.
            prefix: the six digits before the date, or the six of a permit or a foreigner's card.

        Raises:
            OverflowError: when a day has no number left; a million residents use up about a twentieth of one.
        """
        male = sex == MALE
        counters, day = self._issued[male], born.toordinal() - FIRST_BIRTH.toordinal()
        while counters[day] < _A_DAY:
            sequence = (counters[day] * 263 + day * 137) % _A_DAY
            counters[day] += 1
            body = f"{prefix}{born.isoformat().replace('-', '')}{2 * sequence + (1 if male else 2):03d}"
            number = body + check_digit(body)
            if number not in self._taken:
                return number
        raise OverflowError(f"no identity number is left for {born}")


def mobile(dice: Dice) -> str:
    """A mobile number in a range that operators do not hand to subscribers, so that nobody's telephone rings."""
    return f"{dice.pick(_MOBILE)}{dice.below(100_000_000):08d}"


def landline(dice: Dice) -> str:
    """A landline number, as many elders give, under an area code that no place has."""
    return f"0339-{dice.between(2_000_000, 8_999_999)}"


def plate(dice: Dice) -> str:
    """A number plate of no registry of the province; one car in four carries the longer one of new energy (GA 36)."""
    place = f"浙{dice.pick(_PLATE_PLACES)}"
    if dice.happens(0.25):
        return f"{place}{dice.pick('DF')}{dice.below(100_000):05d}"
    return f"{place}{dice.pick(_PLATE_LETTERS)}{dice.below(10_000):04d}"


def bank_card(dice: Dice) -> str:
    """A 19-digit card number of no issuing bank, with a valid Luhn digit."""
    body = f"620000{dice.below(10**12):012d}"
    return f"{body}{luhn.calc_check_digit(body)}"


def disability_card(idno: str, category: int, grade: int) -> str:
    """A disability card's number: the holder's identity number, the category (1 to 7) and the grade (1 to 4)."""
    return f"{idno}{category}{grade}"
