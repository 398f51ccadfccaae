import re

import pytest

from hub.redaction.shapes import SHAPES


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_every_repeat_is_bounded(shape):
    assert not re.search(r"(?<!\\)(?<!\[)[*+](?![^\[]*\])|\{\d+,\}", shape.pattern)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_no_pattern_relies_on_word_boundaries_or_foreign_digits(shape):
    assert not re.search(r"\\[bdw]", shape.pattern)


def test_kinds_can_be_written_in_a_mask():
    assert all(re.fullmatch("[a-z_]+", shape.kind) for shape in SHAPES)
