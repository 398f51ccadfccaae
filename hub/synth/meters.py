"""Meter readings of flats in which an elder lives alone."""

from hub.synth.cast import CAST
from hub.synth.chance import Dice
from hub.synth.people import AS_OF, Household, Person


def utility_row(dice: Dice, person: Person, home: Household) -> dict[str, str] | None:
    """What the water and power companies say of a living resident, by field key; nothing but for elders living alone.

    Args:
        dice: the source of chance.
        person: a living resident.
        home: the person's household.
    """
    # One in seven has not consented to sharing the meters, but none of those the documentation tells of.
    if not person.alone or not (dice.happens(0.86) or person.idno in CAST):
        return None
    return {
        "idno": person.idno,
        "name": person.name,
        "addr": home.addr,
        "meter.water": f"{dice.between(40, 2400)}.{dice.below(1000):03d}",
        "meter.power": f"{dice.between(900, 48_000)}.{dice.below(100):02d}",
        "reading": f"{AS_OF.isoformat()}T{dice.below(24):02d}:{dice.below(60):02d}:00Z",
    }
