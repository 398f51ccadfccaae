"""Every measurement runs, on counts so small that its figures mean nothing; how fast anything is, is not tested."""

import json

import pytest

from hub.bench.__main__ import MEASUREMENTS, report, run
from hub.bench.scale import Scale

TINY = Scale(
    residents=40,
    small=40,
    large=60,
    imported=30,
    connections=4,
    rounds=1,
    seconds=0.2,
    imports=1,
    starts=1,
    decisions=60,
    searched_small=60,
    searched_large=120,
    published=600,
    rules=200,
    consents=200,
    approvals=20,
    changes=1,
    visits=2,
)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return tmp_path_factory.mktemp("build")


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_each_measurement_prints_its_rows_and_writes_them_as_json(name, build, capsys):
    rows = run([name], TINY, build)
    report(rows, build, quick=True)
    printed = capsys.readouterr().out
    written = json.loads((build / "bench.json").read_text("utf-8"))
    assert written["quick"] is True
    assert len(written["rows"]) == len(rows) > 0
    for row, cells in zip(rows, written["rows"], strict=True):
        assert {"what", "measured", "compared", "ratio", "target", "met"} <= cells.keys()
        assert cells["ratio"] > 0
        assert row.what in printed
        assert row.measured in printed
