import json
from pathlib import Path

import pytest

from hub.schema.free_text import contains_identifier

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "validators-free-text.json").read_text("utf-8"))


@pytest.mark.parametrize("text", VECTORS["identifies"], ids=ascii)
def test_text_with_an_identifier_is_found(text):
    assert contains_identifier(text)


@pytest.mark.parametrize("text", VECTORS["clean"], ids=ascii)
def test_text_without_an_identifier_passes(text):
    assert not contains_identifier(text)
