"""Step 5: keep only what the permit names, at the precision it allows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from hub.access.derive import DERIVATIONS, OfOthers, in_force
from hub.errors import Reason
from hub.model.decision import Disclosure, Permit, Withheld
from hub.model.file import ResidentFile
from hub.model.subject import Facts
from hub.schema.fields import Field, fields

_EIGHTEEN = 18


def minimise(permit: Permit, file: ResidentFile, facts: Facts, pseudonym: str, today: date) -> Disclosure:
    """Take the permitted fields out of an opened file.

    A permitted field without a value answers exactly like one that is sealed or hidden: `not_available`.

    Args:
        permit: names the fields.
        file: the opened tiers.
        facts: the control section, for what is derived from the date of birth.
        pseudonym: the caller's own name for this person.
        today: the day in China, for ages.
    """
    catalogue, purpose = fields(), permit.request.purpose
    masks = purpose.masks if purpose else {}
    given: dict[str, object] = {}
    absent = []
    for key in permit.fields:
        value = _value(catalogue[key], file, facts, pseudonym, today)
        if value is None:
            absent.append(Withheld(key, Reason.NOT_AVAILABLE, "absent"))
        else:
            given[key] = MASKS[masks[key]](value) if key in masks and not isinstance(value, OfOthers) else value
    return Disclosure(
        permit, given, _in_order_asked(permit, [*permit.withheld, *absent]) if absent else permit.withheld
    )


def settled(disclosure: Disclosure, kept: Mapping[str, str], told: Mapping[str, Sequence[object]]) -> Disclosure:
    """A disclosure once those whom its fields name were asked about.

    Args:
        disclosure: what would leave.
        kept: field to why it is kept back for the sake of somebody it names, for the trail alone.
        told: field to what may be told of those it names, in place of what it held.
    """
    if not kept and not told:
        return disclosure
    purpose = disclosure.permit.request.purpose
    masks = purpose.masks if purpose else {}
    absent = [Withheld(key, Reason.NOT_AVAILABLE, truth) for key, truth in kept.items()]
    given: dict[str, object] = {}
    for key, value in disclosure.fields.items():
        if key in told:
            given[key] = [MASKS[masks[key]](str(each)) if key in masks else each for each in told[key]]
        elif key not in kept:
            given[key] = value
    return Disclosure(disclosure.permit, given, _in_order_asked(disclosure.permit, [*disclosure.withheld, *absent]))


def _in_order_asked(permit: Permit, withheld: list[Withheld]) -> tuple[Withheld, ...]:
    # Absent fields at the end would tell them from sealed ones, which were withheld before the file was opened.
    place = {key: number for number, key in enumerate(permit.request.fields)}
    return tuple(sorted(withheld, key=lambda each: place[each.field]))


def _value(field: Field, file: ResidentFile, facts: Facts, pseudonym: str, today: date) -> Any:
    if field.derived:
        derivation = DERIVATIONS.get(field.derived)
        return derivation.derive(file, facts, pseudonym, today) if derivation else None
    value = in_force(file, field.tier, field.key)
    return _PRECISION[field.key](value) if value is not None and field.key in _PRECISION else value


def _without_category(number: str) -> str:
    # A disability card's suffix encodes category and grade, which would tell a mental disability.
    return number[:_EIGHTEEN]


_PRECISION: Mapping[str, Callable[[Any], Any]] = {"disab.no": _without_category}


def _last_four(value: str) -> str:
    return "*" * max(len(value) - 4, 0) + value[-4:]


def _surname(value: str) -> str:
    return value[:1] + "*" * (len(value) - 1)


def _year(value: str) -> str:
    return value[:4]


def _masked_middle(value: str) -> str:
    return value[:3] + "*" * max(len(value) - 7, 0) + value[-4:] if len(value) > 7 else "*" * len(value)  # noqa: PLR2004


MASKS: Mapping[str, Callable[[str], str]] = {
    "last4": _last_four,
    "middle": _masked_middle,
    "surname": _surname,
    "year": _year,
}
"""Masks a purpose may ask for, by name."""
