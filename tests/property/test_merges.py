"""Laws of merging two files and taking them apart, whatever they hold and whatever is said meanwhile."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.feeds.joining import came, joined, parted
from hub.feeds.merge import merge
from hub.model.consent import Giver, State, agreed, answered, consent, withdrawn
from hub.model.file import Value
from hub.model.merge import combined, restricted
from hub.model.merge import parted as parted_terms
from hub.model.principal import parse_principal
from hub.model.protection import is_protected
from hub.model.purpose import Basis
from hub.model.terms import CONSENTS, PROTECTION, VISIBILITY
from hub.model.tier import Tier
from hub.model.visibility import AUDIENCES, GROUPS, Rule, wishes, with_rules

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
CANTEENS = ["organisation:canteen01@339999", "organisation:canteen02@339999"]
TEL = ("resident", "grid_worker", "civil_affairs", "health", "police")
SAID = st.lists(
    st.tuples(
        st.sampled_from([(Tier.CONTACT, "tel"), (Tier.CONTACT, "addr"), (Tier.BASIC, "name")]),
        st.sampled_from(TEL),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["2026-01-01", "2026-02-01"]),
    ),
    max_size=8,
)


def fed(sections, said, *, at=None):
    """Sections after sources have spoken, one after the other."""
    for (tier, key), source, value, day in said:
        word = Value(value, source, at or day, "statutory")
        sections = sections | merge(sections, {tier: {key: word}}).changed
    return sections


def said(sections):
    return {(tier, key, each.source): each for tier, held in sections.items() for key in held for each in held[key]}


@given(SAID, SAID)
def test_what_was_merged_and_taken_apart_is_as_it_was(one, other):
    kept, given_up = fed({}, one), fed({}, other)
    merged = kept | joined(kept, given_up)
    assert parted(kept, given_up, merged, given_up, {}) == (kept, {})


@given(SAID, SAID)
def test_of_both_files_the_value_of_the_highest_source_is_in_force(one, other):
    kept, given_up = fed({}, one), fed({}, other)
    merged = kept | joined(kept, given_up)
    for key in ("tel",):
        held = [each for file in (kept, given_up) for each in file.get(Tier.CONTACT, {}).get(key, ())]
        if held:
            best = min(TEL.index(each.source) for each in held)
            assert merged[Tier.CONTACT][key][0].source == TEL[best]


@given(SAID, SAID, SAID)
def test_what_a_source_says_under_either_number_is_found_in_that_file_afterwards(one, other, later):
    kept, given_up = fed({}, one), fed({}, other)
    merged = kept | joined(kept, given_up)
    under_theirs, now, noted = given_up, merged, {}
    for (tier, key), source, value, _ in later:
        word = {tier: {key: Value(value, source, "2026-06-01", "statutory")}}
        under_theirs = under_theirs | merge(under_theirs, word).changed
        changed = merge(now, word).changed
        now, noted = now | changed, noted | came(changed, word)
    after = parted(kept, given_up, now, under_theirs, noted)
    assert under_theirs | after.given_up == under_theirs
    assert said(after.kept).keys() <= said(kept).keys(), "nothing that came under the other number stays"


@given(SAID, SAID, SAID)
def test_what_is_said_of_the_merged_file_is_lost_to_neither(one, other, later):
    kept, given_up = fed({}, one), fed({}, other)
    merged = kept | joined(kept, given_up)
    now = fed(merged, later, at="2026-06-01")
    after = parted(kept, given_up, now, given_up, {})
    both = said(after.kept)
    theirs = said(given_up | after.given_up)
    for place, value in said(now).items():
        if said(merged).get(place) != value:
            found = {each.value for each in (both.get(place), theirs.get(place)) if each}
            files = after.kept, given_up | after.given_up
            in_force = {held[0].value for file in files if (held := file.get(place[0], {}).get(place[1]))}
            assert value.value in found | in_force, "a word that repeats what is in force is not kept twice"


def yes(name, recipient, state=State.GIVEN):
    return consent(
        name,
        state,
        purpose="MEAL",
        mark="m",
        recipient=recipient,
        basis=Basis.SEPARATE_CONSENT,
        separate=True,
        giver=Giver.SELF,
        by="resident",
        version="1",
        at=NOW,
        until=None,
    )


CONSENTING = st.lists(
    st.tuples(st.sampled_from(["", "organisation", *CANTEENS]), st.sampled_from(["yes", "no", "withdrawn"])), max_size=5
)


def consents(words, prefix):
    terms = {}
    for number, (recipient, word) in enumerate(words):
        name = f"{prefix}{number}"
        if word == "withdrawn":
            terms = answered(terms, withdrawn(yes(name, recipient), NOW))
        else:
            terms = answered(terms, yes(name, recipient, State.GIVEN if word == "yes" else State.REFUSED))
    return terms


def bases(terms, canteen):
    return agreed(terms, parse_principal(canteen), "MEAL", "m", NOW, by_guardian=False)


@given(CONSENTING, CONSENTING, st.sampled_from(CANTEENS))
def test_a_merge_never_opens_what_the_kept_file_kept_closed_nor_what_the_other_refused(one, other, canteen):
    mine, theirs = consents(one, "a"), consents(other, "b")
    merged = combined(mine, theirs, str)
    assert bases(merged, canteen) <= bases(mine, canteen)
    if other and other[-1][1] != "yes" and other[-1][0] in ("", "organisation", canteen):
        assert not bases(merged, canteen)


RULES = st.lists(st.builds(Rule, st.sampled_from(GROUPS), st.sampled_from(AUDIENCES), st.booleans()), max_size=8)


@given(RULES, RULES)
def test_whoever_is_shut_out_of_either_file_is_shut_out_of_both(one, other):
    mine, theirs = with_rules({}, one), with_rules({}, other)
    merged = wishes(combined(mine, theirs, str))
    assert merged == {cell: wishes(mine)[cell] and wishes(theirs)[cell] for cell in merged}


def test_a_protection_comes_over_under_an_id_of_the_kept_files_own():
    theirs = {PROTECTION: [{"id": "theirs", "state": "in_force"}]}
    merged = combined({PROTECTION: [{"id": "mine", "state": "pending"}]}, theirs, lambda: "fresh")
    assert is_protected(merged)
    assert [each["id"] for each in merged[PROTECTION]] == ["mine", "fresh"]


@given(CONSENTING, CONSENTING, RULES, RULES)
def test_terms_that_nobody_touched_are_as_they_were(one, other, wished, theirs_wished):
    mine = with_rules(consents(one, "a"), wished)
    theirs = with_rules(consents(other, "b"), theirs_wished) | {PROTECTION: [{"id": "x", "state": "in_force"}]}
    merged = combined(mine, theirs, lambda: "fresh")
    assert parted_terms(mine, merged, merged) == mine
    assert restricted(theirs, merged, merged) == theirs


@given(CONSENTING, CONSENTING, CONSENTING, RULES, st.sampled_from(CANTEENS))
def test_what_was_refused_or_hidden_since_holds_for_both_and_what_was_allowed_for_neither(
    one, other, later, wished, canteen
):
    mine, theirs = consents(one, "a"), consents(other, "b")
    merged = combined(mine, theirs, str)
    now = with_rules(merged, wished)
    for number, (recipient, word) in enumerate(later):
        now = answered(now, yes(f"c{number}", recipient, State.GIVEN if word == "yes" else State.REFUSED))
    apart = parted_terms(mine, merged, now), restricted(theirs, merged, now)
    for before, after in zip((mine, theirs), apart, strict=True):
        assert bases(after, canteen) <= bases(before, canteen)
        hidden = {cell for cell, visible in wishes(now).items() if not visible}
        seen = {cell for cell, visible in wishes(after).items() if visible}
        assert not (hidden - {cell for cell, visible in wishes(merged).items() if not visible}) & seen
    if later and later[-1][1] != "yes" and later[-1][0] in ("", "organisation", canteen):
        assert not any(bases(after, canteen) for after in apart)
    assert CONSENTS in apart[0] or not one or not later
    assert VISIBILITY not in apart[0] or wished
