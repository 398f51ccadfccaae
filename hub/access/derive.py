"""Derived fields: answers that disclose less than the values behind them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from hub.model.file import ResidentFile
from hub.model.instant import day_of
from hub.model.subject import Facts, age_on, is_minor
from hub.model.tier import Tier
from hub.policy.snapshot import Snapshot
from hub.schema.fields import fields

_OLDEST = 999


class OfOthers(NamedTuple):
    """An answer that stands in other residents' files. It never leaves: what may be told of them takes its place.

    Attributes:
        rids: the internal ids of those residents, in the order of the register.
    """

    rids: tuple[str, ...]


class Derivation(NamedTuple):
    """How a derived field comes about.

    Attributes:
        tiers: the sections it needs; none where the control section's facts suffice.
        derive: from opened tiers, facts, the caller's own pseudonym and the day; None where there is no answer.
    """

    tiers: tuple[Tier, ...]
    derive: Callable[[ResidentFile, Facts, str, date], Any]


@cache
def tiers_of(key: str) -> tuple[Tier, ...]:
    """The sections that must be opened for a field."""
    field = fields()[key]
    if not field.derived:
        return (field.tier,)
    derivation = DERIVATIONS.get(field.derived)
    return derivation.tiers if derivation else ()


def sections_for(keys: Iterable[str]) -> tuple[Tier, ...]:
    """The sections that must be fetched for some fields, each once."""
    return tuple(dict.fromkeys(tier for key in keys for tier in tiers_of(key)))


@lru_cache(maxsize=4096)
def sections_of(policies: Snapshot, purpose: str, requester: str) -> tuple[Tier, ...]:
    """The same for all that a requester may see for a purpose; remembered with the policies that say so."""
    return sections_for(policies.plan(purpose, requester))


def in_force(file: ResidentFile, tier: Tier, key: str) -> Any:
    """A stored field's value in force, or None where there is none."""
    return file.get(tier, {}).get(key)


def _at_least(years: int) -> Callable[[ResidentFile, Facts, str, date], bool | None]:
    def answer(_file: ResidentFile, facts: Facts, _pseudonym: str, today: date) -> bool | None:
        return age_on(facts.born, today) >= years if facts.born else None

    return answer


def _age_band(_file: ResidentFile, facts: Facts, _pseudonym: str, today: date) -> str | None:
    if not facts.born:
        return None
    age = age_on(facts.born, today)
    return next((band for last, band in _bands() if age <= last), None)


@cache
def _bands() -> tuple[tuple[int, str], ...]:
    """The schema's age bands, each with the last age it holds; the final one, such as `90+`, is open."""
    bands = fields()["ageband"].codes
    return (*((int(band.partition("-")[2]), band) for band in bands[:-1]), (_OLDEST, bands[-1]))


def _receives_dibao(file: ResidentFile, _facts: Facts, _pseudonym: str, _today: date) -> bool:
    # Civil affairs knows everybody who receives it, so that somebody of whom it says nothing does not.
    return in_force(file, Tier.CARE, "tag.dibao") is True


def _has_valid_permit(file: ResidentFile, _facts: Facts, _pseudonym: str, today: date) -> bool:
    until = in_force(file, Tier.IDENTITY, "permit.until")
    return in_force(file, Tier.IDENTITY, "permit") is not None and (until is None or until >= today.isoformat())


def _is_insured(file: ResidentFile, _facts: Facts, _pseudonym: str, _today: date) -> bool:
    return in_force(file, Tier.IDENTITY, "ssc.no") is not None


def _own_pseudonym(_file: ResidentFile, _facts: Facts, pseudonym: str, _today: date) -> str:
    return pseudonym


def _last_visit(file: ResidentFile, _facts: Facts, _pseudonym: str, _today: date) -> Any:
    visits = in_force(file, Tier.CARE, "visit.log")
    return day_of(datetime.fromisoformat(visits[-1]["time"])).isoformat() if visits else None


def _guardians(file: ResidentFile, facts: Facts, _pseudonym: str, today: date) -> OfOthers | None:
    # Nobody is the guardian of somebody of age by what stands on record of their childhood.
    rids = in_force(file, Tier.FAMILY, "minor.guardian")
    return OfOthers(tuple(rids)) if rids and is_minor(facts.born, today) else None


DERIVATIONS = {
    "age_band": Derivation((), _age_band),
    "age_at_least_60": Derivation((), _at_least(60)),
    "age_at_least_65": Derivation((), _at_least(65)),
    "receives_dibao": Derivation((Tier.CARE,), _receives_dibao),
    "has_valid_permit": Derivation((Tier.IDENTITY,), _has_valid_permit),
    "has_ssc": Derivation((Tier.IDENTITY,), _is_insured),
    "pseudonym": Derivation((), _own_pseudonym),
    "last_visit": Derivation((Tier.CARE,), _last_visit),
    "guardian_name": Derivation((Tier.FAMILY,), _guardians),
    "guardian_tel": Derivation((Tier.FAMILY,), _guardians),
    "guardian_idno": Derivation((Tier.FAMILY,), _guardians),
    "parents": Derivation((Tier.FAMILY,), _guardians),
}
"""By the name the schema gives. One that needs a service which does not exist yet has no entry and no value."""
