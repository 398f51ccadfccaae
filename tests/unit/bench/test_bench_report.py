import json

import pytest

from hub.bench.report import Row, table, write


def row(ratio, *, at_most, note=""):
    return Row("speed", "5/s", "9/s: yardstick", ratio=ratio, target=0.5, at_most=at_most, note=note)


@pytest.mark.parametrize(
    ("ratio", "at_most", "met"),
    [
        (0.4, False, False),
        (0.5, False, True),
        (0.6, False, True),
        (0.4, True, True),
        (0.5, True, True),
        (0.6, True, False),
    ],
)
def test_a_target_is_met_at_and_beyond_its_bound(ratio, at_most, met, tmp_path):
    rows = [row(ratio, at_most=at_most)]
    write(tmp_path / "new" / "bench.json", rows, quick=False)
    assert json.loads((tmp_path / "new" / "bench.json").read_text("utf-8"))["rows"][0]["met"] is met
    assert table(rows).endswith("yes" if met else "no")


def test_the_table_aligns_its_columns():
    lines = table([row(0.4, at_most=True), row(0.123456, at_most=False)]).splitlines()
    headings = "what", "measured", "compared with", "ratio", "target", "met"
    assert tuple(lines[0].split("  ")[0:1]) == ("what",)
    assert all(heading in lines[0] for heading in headings)
    assert {line.index("9/s") for line in lines[2:]} == {lines[0].index("compared with")}
    assert "0.123 " in lines[3]


def test_notes_stand_below_the_table():
    lines = table([row(0.4, at_most=True, note="slow disk"), row(0.4, at_most=True)]).splitlines()
    assert lines[-1] == "speed: slow disk"
    assert len(lines) == 5
