"""Only what the permit names leaves, at the precision the purpose asks for."""

import shutil
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.decide import decide, decide_purpose
from hub.access.minimise import MASKS, minimise
from hub.access.purpose import state_matter
from hub.model.decision import AccessRequest, Permit
from hub.model.principal import Caller, parse_principal
from hub.model.purpose import Mask
from hub.model.subject import Facts, SubjectRef
from hub.model.tier import Tier
from hub.policy.engine import load
from hub.policy.sources import policies_directory

TODAY = date(2026, 11, 22)
FACTS = Facts("rid", "339999001001001", "1943-03-12", "alive")
FILE = {
    Tier.BASIC: {"name": "沈桂兰", "sex": "2"},
    Tier.IDENTITY: {"idno": "339999194303129017", "dob": "1943-03-12"},
    Tier.CONTACT: {"tel": "15400000901", "addr": "教工路901号"},
    Tier.CARE: {"disab.no": "339999194303129017"},
}

MASKED = """
id = "WINDOW"
name = { zh = "窗口核对", en = "Check at the window" }
basis = ["statutory"]
citation = "老年人权益保障法 第五十三条"
requesters = ["clerk"]
fields = ["name", "idno", "dob", "tel", "disab.no"]
approval = "none"
assessment = "PIA-TEST"
masks = { name = "surname", idno = "last4", dob = "year", tel = "middle", "disab.no" = "last4" }
"""
ROWS = "".join(f"p, clerk, WINDOW, {tier}, read, allow\n" for tier in ("basic", "identity", "contact", "care"))


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """The hub's own policies with one purpose more, which shows parts of values."""
    folder = shutil.copytree(policies_directory(), tmp_path_factory.mktemp("masked") / "policies")
    (folder / "purposes/WINDOW.toml").write_text(MASKED, "utf-8")
    with (folder / "policy.csv").open("a", encoding="utf-8") as rules:
        rules.write(ROWS)
    return load(folder)


def permit(policies, purpose, fields=None, file=FILE):
    caller = Caller(parse_principal("clerk:339999001001"), "", datetime(2026, 11, 22, 1, tzinfo=UTC), TODAY)
    request = AccessRequest(caller, SubjectRef(), *state_matter(purpose, fields, None, policies), "0" * 32)
    assert decide_purpose(request, None) is None
    permit = decide(request, policies, None, (7, FACTS), TODAY)
    assert isinstance(permit, Permit)
    return minimise(permit, file, FACTS, "pairwise", TODAY)


def test_purpose_that_asks_for_a_part_gets_the_part(policies):
    assert permit(policies, "WINDOW").fields == {
        "name": "沈**",
        "idno": "**************9017",
        "dob": "1943",
        "tel": "154****0901",
        "disab.no": "**************9017",
    }


def test_purpose_without_masks_gets_the_whole(policies):
    assert permit(policies, "OLDCARD").fields == {"name": "沈桂兰", "idno": "339999194303129017"}


def test_disability_card_loses_what_tells_its_category(policies):
    """Cards stored before their suffix was taken off: 18 digits, then category, grade and reissue."""
    told = []
    for suffix in ("", "41", "62", "63B1"):
        file = FILE | {Tier.CARE: {"disab.no": f"339999194303129017{suffix}"}}
        told.append(permit(policies, "WINDOW", ["disab.no"], file).fields["disab.no"])
    assert set(told) == {"**************9017"}


def test_nothing_but_the_permitted_fields_leaves(policies):
    disclosure = permit(policies, "OLDCARD", ["name", "tel", "disab.no"])
    assert disclosure.fields == {"name": "沈桂兰"}
    assert [each.field for each in disclosure.withheld] == ["tel", "disab.no"]


def test_field_without_a_value_is_not_available_and_the_trail_knows_why(policies):
    disclosure = permit(policies, "OLDCARD", file={Tier.BASIC: {"name": "沈桂兰"}, Tier.IDENTITY: {}})
    assert disclosure.fields == {"name": "沈桂兰"}
    assert [(each.field, each.reason, each.truth) for each in disclosure.withheld] == [
        ("idno", "not_available", "absent")
    ]


def test_every_mask_a_purpose_may_name_exists():
    assert set(MASKS) == set(Mask)


@given(st.sampled_from(sorted(MASKS)), st.text(min_size=1, max_size=30))
def test_mask_never_shows_the_whole_of_more_than_it_promises(mask, value):
    shown = MASKS[mask](value)
    assert len(shown) <= len(value)
    kept = {"last4": 4, "middle": 7, "surname": 1, "year": 4}[mask]
    assert sum(a == b for a, b in zip(shown, value, strict=False)) <= kept + value.count("*")


@pytest.mark.parametrize("value", ["1", "12", "1234567"])
def test_short_value_is_not_shown_whole_through_its_middle(value):
    assert MASKS["middle"](value) == "*" * len(value)
