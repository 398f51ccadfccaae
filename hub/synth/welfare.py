"""Civil affairs: marriages, allowances, cards, and elders who need somebody to look in."""

from dataclasses import dataclass
from datetime import date

from hub.synth import names, numbers
from hub.synth.chance import Dice, Weighted
from hub.synth.names import FEMALE, MALE
from hub.synth.people import ADULT, AS_OF, DIVORCED, ELDER, ELDEST, HEAD, MARRIED, SINGLE, Household, Person
from hub.synth.register import guardians

_TODAY = AS_OF.toordinal()
_MONTH = "2026-10"
_CATEGORIES = Weighted({1: 15, 2: 20, 3: 2, 4: 38, 5: 8, 6: 9, 7: 8})
_GRADES = Weighted({1: 17, 2: 30, 3: 27, 4: 26})
MENTAL = 6
"""The category of disability that is mental illness; 1 sight, 2 hearing, 3 speech, 4 limb, 5 intellect, 7 several."""
_VETERAN_FROM = 40
_GENERATION = 28
_COUPLES = ({HEAD, "11"}, {HEAD, "12"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What a household lives on, decided once for all its members.

    Attributes:
        dibao_no: the certificate of the minimum living allowance (低保), empty without.
        refused: whether the household applied for it and did not meet the means test.
        divorced: whether a couple has divorced and the police do not know yet: the feeds then disagree.
    """

    dibao_no: str = ""
    refused: bool = False
    divorced: bool = False


def situation(dice: Dice, home: Household) -> Situation:
    """Draw what a household lives on.

    Args:
        dice: the source of chance.
        home: a registered household.
    """
    living = home.living
    single_parent = any(p.minor for p in living) and all(p.marital != MARRIED for p in living)
    orphan = any(person.orphan for person in living)
    share = 0.3 if orphan else 0.07 if single_parent else 0.035 if any(p.alone for p in living) else 0.008
    return Situation(
        dibao_no=f"浙低保{home.number}" if dice.happens(share) else "",
        refused=dice.happens(0.003),
        divorced={person.relation for person in living} in _COUPLES and dice.happens(0.004),
    )


def disability(dice: Dice, person: Person) -> str:
    """The category and grade a person's disability card ends in, empty for most."""
    share = 0.012 if person.age < ADULT else 0.11 if person.age >= ELDER else 0.032
    if not dice.happens(share):
        return ""
    return f"{_CATEGORIES.draw(dice)}{_GRADES.draw(dice)}"


def civil_row(dice: Dice, person: Person, home: Household, means: Situation, card: str) -> dict[str, str] | None:
    """What the civil affairs feed says of a living person, by field key; nothing for a minor without any aid.

    Args:
        dice: the source of chance.
        person: a living resident with name and number.
        home: the person's household.
        means: what the household lives on.
        card: category and grade of the disability card, empty without.
    """
    aided = bool(means.dibao_no or card or person.orphan)
    if person.minor and not aided:
        return None
    row = {"idno": person.idno, "name": person.name, "tel": person.tel, "addr": home.addr}
    row |= {"community": home.community, "grid": home.grid, "marital": person.marital}
    if means.divorced:
        row["marital"] = DIVORCED
    _tag(row, "tag.dibao", means.dibao_no)
    if card:
        row["disab.no"] = numbers.disability_card(person.idno, int(card[0]), int(card[1]))
    if person.orphan:
        _tag(row, "tag.orphan", f"浙孤{home.number}")
        row["minor.guardian"] = guardians(person)
    if person.age >= ELDER:
        _elder(dice, row, person, means)
    if person.age >= _VETERAN_FROM and dice.happens(0.028 if person.sex == MALE else 0.001):
        row["tag.veteran"] = "1"
    _means(dice, row, person, means, aided=aided)
    if person.age >= ELDER or aided:
        row["ec"] = emergency_contact(dice, person, home, childless=row.get("tag.shidu") == "1")
    return row


def _tag(row: dict[str, str], key: str, certificate: str) -> None:
    row[key] = "1" if certificate else "0"
    row[f"{key}.no"] = certificate


def _since(dice: Dice) -> str:
    return date.fromordinal(_TODAY - dice.between(60, 4500)).isoformat()


def _elder(dice: Dice, row: dict[str, str], person: Person, means: Situation) -> None:
    for key, holds in (("tag.alone", person.alone), ("tag.kongchao", person.empty_nest)):
        row[key] = "1" if holds else "0"
        if holds:
            row[f"{key}.since"] = _since(dice)
    childless = person.alone and not person.empty_nest
    if childless and not means.dibao_no and dice.happens(0.25):
        _tag(row, "tag.tekun", f"浙特困{person.rid[:8].upper()}")
        row["med.level"] = dice.pick("1123")
    if person.empty_nest and dice.happens(0.012):
        row["tag.shidu"] = "1"


def _means(dice: Dice, row: dict[str, str], person: Person, means: Situation, *, aided: bool) -> None:
    """Amounts in yuan a month, and the result of the means test where there was one."""
    tekun = row.get("tag.tekun") == "1"
    if tekun:
        row["fin.aid"] = f"{dice.between(1400, 1700)}.00"
    elif means.dibao_no:
        row["fin.aid"] = f"{dice.between(300, 1100)}.00"
    elif person.age >= ELDEST:
        row["fin.aid"] = f"{dice.pick((60, 100, 200, 300))}.00"
    granted = bool(means.dibao_no) or tekun
    if granted or means.refused:
        row["fin.check"] = "meets" if granted else "does_not_meet"
        row["fin.check.date"] = date.fromordinal(_TODAY - dice.between(5, 360)).isoformat()
        if person.age >= ELDER and not tekun:
            row["fin.pension"] = f"{dice.between(280, 2600)}.{dice.below(100):02d}"
    if "fin.aid" in row or "fin.pension" in row:
        row["fin.month"] = _MONTH
    if aided or tekun or "fin.aid" in row:
        row["fin.acct"] = numbers.bank_card(dice)


def emergency_contact(dice: Dice, person: Person, home: Household, *, childless: bool) -> str:
    """Name, telephone and relation of somebody in the household, or else of a son or daughter elsewhere.

    Args:
        dice: the source of chance.
        person: whose contact it is.
        home: the person's household.
        childless: whether the person has lost an only child.
    """
    for other in home.living:
        if other is not person and other.tel:
            return f"{other.name};{other.tel};家属"
    sex, relation = (MALE, "儿子") if dice.happens(0.5) else (FEMALE, "女儿")
    if childless or person.marital == SINGLE:
        relation = "亲属"
    people = person.ethnicity or names.HAN
    own = names.child_family_name(person.name, person.family, people)
    family = own if person.sex == MALE else names.family_name(dice, people)
    name = names.full_name(dice, family, people, sex, person.born.year + _GENERATION)
    return f"{name};{numbers.mobile(dice)};{relation}"
