import csv
import tomllib
from datetime import date

import pytest

from hub.errors import OperatorError
from hub.model.principal import Role, parse_principal
from hub.model.purpose import Basis
from hub.schema.fields import schemas_directory
from hub.synth import filings
from hub.synth.principals import ORGANISATIONS


def _catalogue():
    directory = schemas_directory().parent / "policies" / "purposes"
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in directory.glob("*.toml")}


def _filed():
    return [dict(zip(filings.COLUMNS, row, strict=True)) for row in filings.rows()]


def test_every_purpose_is_filed_by_each_department_that_may_ask_for_it():
    wanted = {
        (f"{requester}@339999", purpose["id"])
        for purpose in _catalogue().values()
        for requester in purpose["requesters"]
        if requester.startswith("department:")
    }
    filed = {(row["requester"], row["purpose"]) for row in _filed() if row["requester"].startswith("department:")}
    assert filed == wanted
    assert ("department:civil_affairs@339999", "OLDCARD") in filed


def test_every_organisation_files_what_organisations_may_ask_for():
    open_to_all = {p["id"] for p in _catalogue().values() if "organisation" in p["requesters"]}
    assert open_to_all
    for code in ORGANISATIONS:
        filed = {row["purpose"] for row in _filed() if row["requester"] == f"organisation:{code}@339999"}
        assert filed >= open_to_all


def test_a_filing_repeats_what_the_purpose_states():
    catalogue = _catalogue()
    seen = set()
    for row in _filed():
        purpose = catalogue[row["purpose"]]
        assert row["citation"] == purpose["citation"]
        assert Basis(row["basis"]) in purpose["basis"]
        assert row["scope"] == "339999"
        assert int(row["volume"]) >= 1_000_000
        assert date.fromisoformat(row["valid_until"]) == date(2036, 12, 31)
        assert row["scenario"]
        seen.add((row["requester"], row["purpose"]))
    assert len(seen) == len(_filed()), "one filing per requester and purpose"


def test_an_organisation_never_files_a_statutory_basis():
    for row in _filed():
        principal = parse_principal(row["requester"])
        assert principal.role in (Role.DEPARTMENT, Role.ORGANISATION)
        if principal.role is Role.ORGANISATION:
            assert row["basis"] != "statutory"


def test_a_missing_catalogue_is_the_operators_to_mend(tmp_path, monkeypatch):
    monkeypatch.setattr(filings, "schemas_directory", lambda: tmp_path / "schemas")
    with pytest.raises(OperatorError, match="missing or empty"):
        filings.rows()


def test_a_broken_purpose_is_named(tmp_path, monkeypatch):
    purposes = tmp_path / "policies" / "purposes"
    purposes.mkdir(parents=True)
    (purposes / "BROKEN.toml").write_text("id = ")
    monkeypatch.setattr(filings, "schemas_directory", lambda: tmp_path / "schemas")
    with pytest.raises(OperatorError, match=r"`BROKEN.toml` is not TOML"):
        filings.rows()


def test_filings_survive_the_way_through_csv(tmp_path):
    from hub.synth.output import write_table

    write_table(tmp_path / "filings.csv", filings.COLUMNS, filings.rows())
    with (tmp_path / "filings.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == _filed()
