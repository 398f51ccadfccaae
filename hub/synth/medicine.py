"""Health files: chronic diseases by age and sex, allergies, care levels, and the few sealed entries."""

from typing import NamedTuple

from hub.synth import numbers
from hub.synth.cast import CAST, ELDER_IDNO
from hub.synth.chance import Dice
from hub.synth.names import FEMALE, MALE
from hub.synth.people import ALIVE, DEAD, ELDEST, Person

_Shares = tuple[int, int, int, int]
"""Per mille who have a disease at ages 0-29, 30-44, 45-64 and 65 or over; from 80 half as many more."""


class _Disease(NamedTuple):
    code: str  # ICD-10, GB/T 14396
    sexes: str
    shares: _Shares
    diet: str = ""


_BOTH = MALE + FEMALE
_DISEASES = (
    _Disease("I10", _BOTH, (2, 70, 300, 540), "low_salt"),
    _Disease("E11.9", _BOTH, (1, 25, 120, 200), "low_sugar"),
    _Disease("E78.5", _BOTH, (1, 50, 130, 160), "low_fat"),
    _Disease("I25.1", _BOTH, (0, 3, 40, 130), "low_fat"),
    _Disease("I69.3", _BOTH, (0, 1, 15, 55)),
    _Disease("J44.9", _BOTH, (0, 5, 40, 85)),
    _Disease("J45.9", _BOTH, (20, 12, 15, 20)),
    _Disease("M81.9", FEMALE, (0, 2, 60, 210)),
    _Disease("M17.9", _BOTH, (0, 8, 60, 130)),
    _Disease("M10.9", MALE, (3, 30, 45, 50), "low_purine"),
    _Disease("N18.9", _BOTH, (1, 8, 25, 60)),
    _Disease("B18.1", _BOTH, (4, 30, 40, 25)),
    _Disease("K29.5", _BOTH, (4, 35, 60, 60), "soft"),
    _Disease("H25.9", _BOTH, (0, 0, 10, 120)),
    _Disease("N40", MALE, (0, 1, 40, 180)),
    _Disease("C50.9", FEMALE, (0, 2, 8, 9)),
    _Disease("G20", _BOTH, (0, 0, 3, 14)),
    _Disease("G30.9", _BOTH, (0, 0, 1, 35)),
)
_BANDS = (30, 45, 65)
_ALLERGIES = (
    "青霉素", "头孢类", "磺胺类", "阿司匹林", "碘造影剂", "花生", "牛奶", "虾蟹", "鸡蛋", "尘螨", "花粉", "乳胶",
)  # fmt: skip
_CRITICAL = ("冠脉支架术后", "长期服用抗凝药", "心脏起搏器", "长期透析", "癫痫发作史", "长期家庭氧疗")
_MENTAL = ("抑郁症，门诊随访", "双相情感障碍，稳定期", "精神分裂症，社区随访")
_REGULAR, _SMALL_CHILD, _TODDLER = 65, 7, 3


def _table() -> dict[tuple[str, int], tuple[tuple[str, float, str], ...]]:
    return {
        (sex, band): tuple(
            (d.code, d.shares[band] / 1000, d.diet) for d in _DISEASES if sex in d.sexes and d.shares[band]
        )
        for sex in _BOTH
        for band in range(len(_BANDS) + 1)
    }


_BY_SEX_AND_BAND = _table()


def _chronic(dice: Dice, person: Person) -> list[tuple[str, str]]:
    band = sum(person.age >= start for start in _BANDS)
    factor = 1.5 if person.age >= ELDEST else 1.0
    draw = dice.random
    return [(code, diet) for code, share, diet in _BY_SEX_AND_BAND[person.sex, band] if draw() < share * factor]


def _level(dice: Dice, age: int) -> tuple[str, str]:
    """Level of care, and how the person moves about."""
    dependent = 0.16 if age >= ELDEST else 0.03
    if not dice.happens(dependent):
        return "1", "assisted" if dice.happens(dependent) else "independent"
    return ("3", dice.pick(("wheelchair", "bedridden"))) if dice.happens(0.35) else ("2", "assisted")


def _vitals(dice: Dice) -> str:
    """Heart rate per minute and blood pressure in mmHg; now and then from a bracelet that has slipped off."""
    pulse = 0 if dice.happens(0.002) else dice.around(74, 18)
    return f"hr={pulse};sbp={dice.around(138, 32)};dbp={dice.around(82, 16)}"


def _share_on_file(age: int) -> float:
    if age >= _REGULAR:
        return 0.93
    return 0.9 if age < _SMALL_CHILD else 0.08


def health_row(dice: Dice, person: Person, *, mental: bool) -> dict[str, str] | None:
    """What the health feed says of a person, by field key; nothing for those without a health file.

    Args:
        dice: the source of chance.
        person: a resident with name and number.
        mental: whether the person holds a disability card for mental illness.
    """
    cast = person.idno == ELDER_IDNO
    if person.life != ALIVE and not (person.life == DEAD and dice.happens(0.5)):
        return None
    chronic = [("I10", "low_salt"), ("E11.9", "low_sugar")] if cast else _chronic(dice, person)
    if not (cast or mental or chronic or dice.happens(_share_on_file(person.age))):
        return None
    row = {"idno": person.idno, "name": person.name, "tel": _telephone(dice, person)}
    row["med.chronic"] = ";".join(code for code, _ in chronic)
    row["diet"] = next((diet for _, diet in chronic if diet), "none" if chronic else "")
    if person.age >= _REGULAR:
        row["med.level"], row["mobility"] = _level(dice, person.age)
    if dice.happens(0.07) or cast:
        row["med.allergy"] = "青霉素" if cast else dice.pick(_ALLERGIES)
    if chronic and person.age >= _REGULAR and dice.happens(0.06):
        row["med.critical"] = dice.pick(_CRITICAL)
    if mental or (person.age >= _REGULAR and dice.happens(0.004)):
        row["med.mental"] = dice.pick(_MENTAL)
    if chronic and person.age >= _REGULAR and dice.happens(0.2):
        row["med.vital"] = _vitals(dice)
    if person.age < _TODDLER:
        row["birthcert.no"] = f"{dice.pick('STUVW')}{dice.below(10**9):09d}"
    if person.life == DEAD:
        row["life"], row["life.date"] = person.life, person.life_date
    return row


def _telephone(dice: Dice, person: Person) -> str:
    """One in fifty has given the clinic a newer number than the police; a small child has a parent's."""
    if not person.tel:
        return next((parent.tel for parent in person.parents if person.minor and parent.tel), "")
    return numbers.mobile(dice) if person.idno not in CAST and dice.happens(0.02) else person.tel
