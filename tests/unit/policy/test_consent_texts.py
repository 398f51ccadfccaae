"""What residents read before they agree is loaded as strictly as every other policy."""

import pytest

from hub.model.consent import AGREEMENTS
from hub.policy.engine import PolicyError, load

OWN = """version = "2026-2"
[text]
zh = "{recipient}{purpose}{kinds}{retention}"
en = "{recipient} {purpose} {kinds} {retention}"
"""


def problems(policies):
    with pytest.raises(PolicyError) as caught:
        load(policies)
    return [(each.path, each.text) for each in caught.value.problems]


def test_every_purpose_that_takes_an_agreement_has_a_text_and_no_other():
    policies = load()
    takes = {name for name, purpose in policies.purposes.items() if set(purpose.basis) & set(AGREEMENTS)}
    assert set(policies.texts) == takes
    assert "MEAL" in takes
    assert "OLDCARD" not in takes


def test_a_text_of_a_purposes_own_stands_in_place_of_the_general_one(policies):
    before = load(policies)
    (policies / "consents/MEAL.toml").write_text(OWN)
    after = load(policies)
    assert (after.texts["MEAL"].version, after.texts["PSY"].version) == ("2026-2", before.texts["PSY"].version)
    assert after.digest != before.digest, "another text is another policy"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("MEAL", OWN.replace("{kinds}", "", 1), "`zh`: `{kinds}` is missing"),
        ("MEAL", OWN.replace("{kinds}", "{kinds} {price}", 1), "`zh`: `{price}` is not known"),
        ("MEAL", OWN.replace("{kinds}", "{kinds!r}", 1), "`zh`: a blank has a name and nothing else"),
        ("MEAL", OWN.replace("{kinds}", "{kinds", 1), "`zh`: a brace is not closed"),
        ("MEAL", OWN.replace("en =", "fr ="), "`text` must have zh and en"),
        ("MEAL", OWN.replace('"2026-2"', '" "'), "`version` must not be empty"),
        ("MEAL", "note = 1\n" + OWN, "`note` is not a known key"),
        ("OLDCARD", OWN, "`OLDCARD` stands on nobody's agreement, so it needs no text"),
        ("NOSUCH", OWN, "there is no purpose `NOSUCH`"),
    ],
)
def test_a_text_that_leaves_something_out_does_not_load(policies, name, text, problem):
    (policies / f"consents/{name}.toml").write_text(text)
    found = [said for path, said in problems(policies) if path == f"consents/{name}.toml"]
    assert problem in found


def test_without_any_texts_nobody_can_agree_and_everything_else_goes_on(policies):
    (policies / "consents/general.toml").unlink()
    assert load(policies).texts == {}
