"""`policies/README.md` says everything that a policy file may say."""

import re

import pytest

from hub.model.purpose import SERVICES, Approval, Basis, Mask
from hub.policy.catalogue import OPTIONAL, REQUIRED
from hub.policy.engine import load
from hub.policy.sources import policies_directory

README = (policies_directory() / "README.md").read_text()
TABLES = [line.strip("|").split("|") for line in README.splitlines() if line.startswith("|")]
ROWS = {cells[0].strip(" `"): cells for cells in TABLES}


@pytest.fixture(scope="module")
def snapshot():
    return load()


@pytest.mark.parametrize("key", sorted({**REQUIRED, **OPTIONAL}))
def test_every_key_of_a_purpose_has_a_row(key):
    assert key in ROWS, f"`{key}` is not explained"
    assert ROWS[key][1].strip() == ("yes" if key in REQUIRED else "no"), f"`{key}`: whether it must be there"


@pytest.mark.parametrize(
    ("key", "words"), [("basis", Basis), ("approval", Approval), ("service", SERVICES), ("masks", Mask)]
)
def test_every_word_of_a_key_is_named(key, words):
    named = set(re.findall(r"`([a-z_0-9]+)`", ROWS[key][2]))
    assert set(words) <= named, f"`{key}` lacks {sorted(set(words) - named)}"


def test_every_purpose_has_a_row_that_tells_the_truth(snapshot):
    for purpose in snapshot.purposes.values():
        assert purpose.id in ROWS, f"`{purpose.id}` is not in the table"
        row = "|".join(ROWS[purpose.id])
        told = set(re.findall(r"`([^`]+)`", row)) - {purpose.id, purpose.service}
        assert told == {*purpose.fields, *purpose.on_approval}, f"`{purpose.id}`: fields"
        for word in (*purpose.requesters, *purpose.basis, purpose.approval, *purpose.name.values()):
            assert word in row, f"`{purpose.id}` lacks {word}"
