import pytest

from hub.feeds.feed import load_feed
from hub.feeds.rows import RowParser
from hub.model.tier import Tier

IDNO, CHILD = "339999194303120020", "339999201806010045"
RID = "5a1f6a2e-0d6b-4c49-9d0a-3f0a54b3c001"
AREAS = {"region": "339999", "community": "339999001001", "grid": "339999001001001"}


@pytest.mark.parametrize(
    ("cells", "tier", "key", "flags"),
    [
        ({"dob": "1943-03-12"}, Tier.IDENTITY, "dob", ()),
        ({"dob": "1943-03-13"}, Tier.IDENTITY, "dob", ("differs_from_idno",)),
        ({"idno": "H12345678", "dob": "1943-03-13"}, Tier.IDENTITY, "dob", ()),
        ({"sex": "2"}, Tier.BASIC, "sex", ()),
        ({"sex": "1"}, Tier.BASIC, "sex", ("differs_from_idno",)),
        ({"sex": "9"}, Tier.BASIC, "sex", ()),
        ({"idno": "933840189902280011", "sex": "2"}, Tier.BASIC, "sex", ()),
        ({"idtype": "resident_id"}, Tier.IDENTITY, "idtype", ()),
        ({"idtype": "passport_cn"}, Tier.IDENTITY, "idtype", ("differs_from_idno",)),
        ({"idno": "ABC339912345678", "idtype": "foreign_pr_card"}, Tier.IDENTITY, "idtype", ()),
        ({"idno": CHILD, "dob": "2018-06-01", "minor.guardian": ""}, Tier.IDENTITY, "dob", ("no_guardian",)),
        ({"idno": CHILD, "dob": "2018-06-01", "minor.guardian": RID}, Tier.IDENTITY, "dob", ()),
        ({"idno": CHILD, "dob": "2018-06-01"}, Tier.IDENTITY, "dob", ()),
        ({"dob": "2012-11-22", "minor.guardian": ""}, Tier.IDENTITY, "dob", ("differs_from_idno",)),
        ({"dob": "2012-11-23", "minor.guardian": ""}, Tier.IDENTITY, "dob", ("differs_from_idno", "no_guardian")),
        ({"permit.until": "2026-11-21"}, Tier.IDENTITY, "permit.until", ("expired",)),
        (AREAS, Tier.BASIC, "grid", ()),
        (AREAS | {"grid": "339999001002001"}, Tier.BASIC, "grid", ("outside_community",)),
        (AREAS | {"region": "110101"}, Tier.BASIC, "community", ("outside_region",)),
        ({"life": "dead"}, Tier.BASIC, "life", ("without_date",)),
        ({"life": "dead", "life.date": "2020-01-01"}, Tier.BASIC, "life", ()),
        ({"life": "dead", "life.date": "1943-03-11"}, Tier.BASIC, "life.date", ("before_birth",)),
        ({"life": "alive", "life.date": "1900-01-01"}, Tier.BASIC, "life.date", ()),
    ],
)
def test_disagreeing_values_are_flagged_and_kept(parse, cells, tier, key, flags):
    value = parse(**{"idno": IDNO, "name": "王伟"} | cells).values[tier][key]
    assert value.flags == flags


def test_a_disability_card_of_another_person_is_flagged(parse):
    row = parse("civil_affairs", idno=IDNO, **{"disab.no": f"{CHILD}44"})
    assert row.values[Tier.CARE]["disab.no"].flags == ("differs_from_idno",)


def test_a_second_living_head_of_a_household_is_flagged():
    columns = ("idno", "name", "hh", "relation", "life")
    parser = RowParser(load_feed("police"), columns, "2026-11-22", "2026-11-22")
    rows = [(IDNO, "A1", "02", "dead"), (IDNO, "A1", "02", "alive"), (IDNO, "A2", "02", ""), (IDNO, "A1", "02", "")]
    flags = [
        parser.parse([idno, "王伟", hh, relation, life]).values[Tier.FAMILY]["relation"].flags
        for idno, hh, relation, life in rows
    ]
    assert flags == [(), (), (), ("second_head",)]
