import pytest

from hub.approvals.filing_sources import _BEHIND, deciding, sources_of
from hub.model.principal import parse_principal
from hub.schema.fields import fields

HEALTH = parse_principal("department:health@339999")
CANTEEN = parse_principal("organisation:canteen01@339999")


def test_every_derivation_has_a_field_behind_it_or_says_nothing_a_department_brought():
    derivations = {field.derived for field in fields().values() if field.derived}
    assert derivations - _BEHIND.keys() == {"pseudonym", "vote_token"}
    assert _BEHIND.keys() <= derivations


def test_an_answer_is_decided_about_by_whoever_brings_what_is_behind_it():
    assert sources_of("receives_dibao") == fields()["tag.dibao"].sources
    assert sources_of("is_65_or_over")[0] == "police"


@pytest.mark.parametrize(
    ("filer", "keys", "found", "needed"),
    [
        (HEALTH, ["name", "med.chronic"], {"police": ("name",)}, set()),
        (
            HEALTH,
            ["hh", "fin.check"],
            {"police": ("hh",), "civil_affairs": ("fin.check",)},
            {"police", "civil_affairs"},
        ),
        (HEALTH, ["tel", "ec", "act.loc"], {}, set()),
        (CANTEEN, ["name", "med.allergy"], {"police": ("name",), "health": ("med.allergy",)}, {"police", "health"}),
    ],
)
def test_authoritative_sources_decide_and_are_needed_where_the_filer_brings_nothing(filer, keys, found, needed):
    assert deciding(keys, filer) == (found, needed)


def test_an_organisation_with_the_code_of_a_department_is_no_source():
    assert deciding(["med.chronic"], parse_principal("organisation:health@339999"))[1] == {"health"}
