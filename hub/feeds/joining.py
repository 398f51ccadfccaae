"""The sections of two files of one person as those of one, and apart again: pure, without a clock and without a store.

Joining follows the rules of `hub/feeds/merge.py`: the most authoritative source's value is in force, and where one
source has spoken in both files, what it said later. Numbers by which the kept file is found stay its own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hub.feeds.merge import merge
from hub.model.file import Section, Sections, Value
from hub.model.tier import Tier
from hub.schema.fields import fields

NUMBERS = frozenset({"idno", "idtype"})
"""What a person is found by: a source's word about one file's number says nothing about the other's."""
_Place = tuple[Tier, str, str]
_Said = dict[_Place, Value]
_TIERS = tuple(tier for tier in Tier if tier is not Tier.CONTROL)


class Parted(NamedTuple):
    """Two files after a separation.

    Attributes:
        kept: all sections of the file that went on.
        given_up: the sections of the other that change.
    """

    kept: dict[Tier, Section]
    given_up: dict[Tier, Section]


def joined(kept: Sections, given_up: Sections) -> dict[Tier, Section]:
    """The sections of the kept file that change by what the other one holds, whole."""
    mine = _said(kept)
    theirs = {
        place: value
        for place, value in _said(given_up).items()
        if place not in mine or (place[1] not in NUMBERS and value.at > mine[place].at)
    }
    return _with(kept, theirs)


def came(changed: Sections, values: Mapping[Tier, Mapping[str, Value]]) -> dict[str, str]:
    """What of some words stands in changed sections: the place of each and its date, as plain data.

    Args:
        changed: sections after the words were merged.
        values: the words of one source.
    """
    said = _said(changed)
    words = ((tier, key, value) for tier, each in values.items() for key, value in each.items())
    return {
        _name((tier, key, value.source)): value.at
        for tier, key, value in words
        if said.get((tier, key, value.source)) == value
    }


def parted(
    before: Sections,
    given_up_before: Sections,
    now: Sections,
    given_up_now: Sections,
    under_theirs: Mapping[str, str],
) -> Parted:
    """Both files as they were, with what was said since by whoever said it.

    What came under the given-up file's number is in that file already. The rest is the given-up file's where only that
    file held a word of this source about the field, and the kept file's otherwise.

    Args:
        before: sections of the kept file as they were before the merge.
        given_up_before: those of the other.
        now: the merged file's.
        given_up_now: those of the other, with what has come under its number.
        under_theirs: places in the merged file that were last written under the other's number, as `came` gives them.
    """
    merged = _said({**before, **joined(before, given_up_before)})
    mine, theirs, since = _said(before), _said(given_up_before), _said(now)
    for_kept: _Said = {}
    for_given_up: _Said = {}
    for place in merged.keys() | since.keys():
        value, was = since.get(place), merged.get(place)
        if value == was or (value is not None and under_theirs.get(_name(place)) == value.at):
            continue
        fresh = value or was._replace(value=None) if was else value
        if fresh is not None:
            (for_given_up if place in theirs and place not in mine else for_kept)[place] = fresh
    return Parted({**before, **_with(before, for_kept)}, _with(given_up_now, for_given_up))


def _name(place: _Place) -> str:
    return "/".join(place)


def _said(sections: Sections) -> _Said:
    return {
        (tier, key, value.source): value
        for tier in _TIERS
        for key, values in sections.get(tier, {}).items()
        for value in values
    }


def _with(sections: Sections, said: _Said) -> dict[Tier, Section]:
    """The sections that some words change, each merged as its feed's row would be.

    Of each field the most authoritative source speaks first: a lesser one is passed over where it agrees with what is
    in force then, not with what was.
    """
    changed: dict[Tier, Section] = {}
    for tier, key, source in sorted(said, key=_rank):
        changed |= merge({**sections, **changed}, {tier: {key: said[tier, key, source]}}).changed
    return changed


def _rank(place: _Place) -> tuple[str, str, int]:
    tier, key, source = place
    sources = fields()[key].sources
    return tier, key, sources.index(source) if source in sources else len(sources)
