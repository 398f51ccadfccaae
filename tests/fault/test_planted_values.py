"""A dump of the data directory gives nobody away: no imported value stands in any file of it in plain text."""

import csv

import pytest

from tests.factories import GRID, Installation, idno, sections

SHORTEST = 8
OF_EACH_COLUMN = 20
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
FEEDS = ("police", "civil_affairs", "health", "utilities")
REASON = "上门核实张贴栏对面那户人家的情况"
UNKNOWN = "查无此人之欧阳修远·阿卜杜热西提"


def planted(world):
    """Values of every column of every feed that are long enough to be told from chance."""
    values = {REASON, UNKNOWN}
    for feed in FEEDS:
        columns = {}
        for row in world.rows(feed):
            for column, cell in row.items():
                parts = [cell, *cell.split(";")]
                columns.setdefault(column, set()).update(part for part in parts if len(part.encode()) >= SHORTEST)
        for found in columns.values():
            values.update(sorted(found)[-OF_EACH_COLUMN:])
    return values


def traces(values, folder):
    """Which values stand in which files, in whichever encoding."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for encoding in ENCODINGS:
            for value in values:
                text = value.encode(encoding)
                if len(text) >= SHORTEST and text in content:
                    found.add((path.name, encoding, value))
    return found


def read_everything(world, server):
    """Ask for everybody with every filing, in every way there is; returns what was disclosed."""
    with (world.path / "filings.csv").open(encoding="utf-8", newline="") as stream:
        filings = list(csv.DictReader(stream))
    idnos = [row["idno"] for row in world.rows("police")[:40]]
    shown = []
    for requester in sorted({filing["requester"] for filing in filings}):
        with server.client(requester) as client:
            for purpose in sorted({filing["purpose"] for filing in filings if filing["requester"] == requester}):
                body = {"subjects": [{"idno": idno} for idno in idnos], "purpose": purpose, "reason": REASON}
                shown.append(client.post("/v1/disclosures/batch", json=body))
            someone, nobody = {"idno": idnos[0]}, {"idno": UNKNOWN}
            client.post("/v1/disclosures", json={"subject": someone, "purpose": UNKNOWN, "fields": [UNKNOWN]})
            client.post("/v1/disclosures", json={"subject": nobody, "purpose": "OLDCARD", UNKNOWN: UNKNOWN})
    for principal in (f"grid_worker:{GRID}", f"clerk:{GRID[:12]}"):
        with server.client(principal) as client:
            shown.append(client.post("/v1/residents/search", json={"grid": GRID}))
            shown.append(client.post("/v1/residents/search", json={"grid": GRID, "q": UNKNOWN}))
    assert {answer.status_code for answer in shown} <= {200, 403}
    return "".join(answer.text for answer in shown)


@pytest.mark.clause("PIPL 51")
def test_no_planted_value_is_in_any_file_of_the_data_directory(town, world, serve, tmp_path):
    values = planted(world)
    assert len(values) > 300
    rejected = [row | {"idno": row["idno"][:-1] + "?"} for row in world.rows("police")[:3]]
    assert town.import_rows("police", rejected, tmp_path).rejected == 3
    for feed in FEEDS:
        rows = [row | {"addr": UNKNOWN} if "addr" in row else row for row in world.rows(feed)]
        town.import_rows(feed, rows, tmp_path)
    server = serve(town)
    disclosed = read_everything(world, server)
    assert sum(value in disclosed for value in values) > 20
    assert {path.name for path in town.path.iterdir()} >= {"hub.db", "hub.db-wal", "hub.db-shm", "keys.db"}
    assert traces(values, town.path) == set()
    assert not any(value in server.log for value in values)
    server.stop()
    assert traces(values, town.path) == set()
    assert traces(values, town.directory.keys) == set()


def test_the_search_for_planted_values_finds_them_where_they_are(world, tmp_path):
    values = planted(world)
    in_feeds = traces(values - {REASON, UNKNOWN}, world.path)
    assert {value for _, encoding, value in in_feeds if encoding == "utf-8"} == values - {REASON, UNKNOWN}
    for encoding in ENCODINGS:
        (tmp_path / encoding).write_bytes(b"\x00" + UNKNOWN.encode(encoding) + b"\xff")
    assert {(name, found) for name, found, _ in traces({UNKNOWN}, tmp_path)} == {(e, e) for e in ENCODINGS}


def test_a_person_added_by_the_feeds_code_leaves_no_trace_either(tmp_path):
    hub = Installation.create(tmp_path / "hub")
    secrets = {"name": "司徒婉清", "addr": "海棠里梧桐巷九十七号院", "med_allergy": "破伤风抗毒素过敏反应"}
    hub.add(sections(idno=idno(7), tel="15412345678", **secrets))
    assert traces({*secrets.values(), idno(7), "15412345678"}, hub.path) == set()
