"""`hub audit export`: what is in a pack, what is not, and what is left of an export that fails."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from audit.claim import RANGE, SELECTION, SUBJECT
from audit.errors import VerificationError
from audit.pack import verify_pack
from audit.policy import parse_trust
from hub.cli.evidence import Wanted, export, period_of
from hub.errors import BadInput
from hub.store import evidence as packing
from hub.store.erasure import erase
from hub.store.evidence import Period
from tests.factories import CIVIL_AFFAIRS, person, run_hub

README = Path(__file__).parents[3] / "README.md"
EVERYTHING = Wanted(Period())


def trust(installation):
    return parse_trust(installation.directory.log_key.read_bytes())


def verified(installation, path):
    with path.open("rb") as file:
        return verify_pack(file, trust(installation))


def events(path):
    with zipfile.ZipFile(path) as pack:
        return [json.loads(line) for line in pack.read("events.jsonl").splitlines()]


def pseudonym(installation, resident):
    return installation.ring.pseudonym_of(resident)


@pytest.fixture
def asked(installation, serve):
    """An installation whose `person(0)` and `person(1)` were asked for, also by `person(1)`."""
    resident = f"resident:{person(1)['rid']}"
    installation.appoint(resident)
    server = serve(installation)
    for number, principal in ((0, CIVIL_AFFAIRS), (1, CIVIL_AFFAIRS), (0, CIVIL_AFFAIRS), (0, resident)):
        with server.client(principal) as client:
            body = {"subject": {"idno": person(number)["idno"]}, "purpose": "OLDCARD", "reason": f"matter {number}"}
            assert client.post("/v1/disclosures", json=body).status_code in {200, 403}
    server.stop()
    return installation


def test_a_pack_has_every_entry_and_its_own_export_and_verifies(asked, tmp_path):
    made = export(asked.path, tmp_path / "pack.zip", EVERYTHING)
    pack = verified(asked, tmp_path / "pack.zip")
    assert (pack.claim, pack.first, pack.count) == (RANGE, 0, made.entries)
    assert pack.count == pack.checkpoint.size
    assert events(tmp_path / "pack.zip")[-1]["act"]["kind"] == "export"
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert {"index.zh.html", "index.en.html", "events.jsonl", "ocsf.jsonl"} <= set(archive.namelist())


def test_nothing_in_a_pack_names_a_resident(asked, tmp_path):
    export(asked.path, tmp_path / "pack.zip", EVERYTHING)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for number in range(3):
        for member in ("rid", "idno", "name", "addr", "tel"):
            assert person(number)[member] not in text, member


def test_a_pack_about_one_person_holds_all_about_them_and_nothing_about_another(asked, tmp_path):
    one, other = pseudonym(asked, 1), pseudonym(asked, 2)
    export(asked.path, tmp_path / "pack.zip", Wanted(Period(), one))
    assert verified(asked, tmp_path / "pack.zip").claim == SUBJECT
    shown = events(tmp_path / "pack.zip")
    assert {event["subject"]["subject"] for event in shown} == {one}
    assert [event["ordinal"]["ordinal"] for event in shown] == list(range(1, len(shown) + 1))
    assert shown[-1]["act"]["kind"] == "export"
    assert [event["subject"].get("reason") for event in shown].count("matter 0") == 3
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert other not in text
    assert "matter 1" not in text


def test_a_period_cuts_a_pack_and_claims_no_more_than_it_holds(asked, tmp_path):
    export(asked.path, tmp_path / "all.zip", EVERYTHING)
    times = [event["act"]["time"] for event in events(tmp_path / "all.zip")]
    since = next(time for time in times if time > times[0])
    export(asked.path, tmp_path / "some.zip", Wanted(period_of(since, times[-1])))
    shown = events(tmp_path / "some.zip")
    assert {event["act"]["time"] for event in shown} >= {time for time in times if since <= time < times[-1]}
    assert shown[0]["act"]["time"] >= since
    export(asked.path, tmp_path / "one.zip", Wanted(period_of(since, ""), pseudonym(asked, 1)))
    assert verified(asked, tmp_path / "one.zip").claim == SELECTION


def test_of_somebody_who_was_erased_a_pack_keeps_commitments_alone(asked, tmp_path):
    gone = pseudonym(asked, 1)
    with asked.opened() as hub:
        from hub.model.instant import now_utc

        assert erase(hub.writer, hub.reader, hub.ring, 1, now_utc())
    export(asked.path, tmp_path / "pack.zip", EVERYTHING)
    assert verified(asked, tmp_path / "pack.zip").claim == RANGE
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert all(gone.encode() not in archive.read(name) for name in archive.namelist())
    with pytest.raises(BadInput, match="nobody in the store"):
        export(asked.path, tmp_path / "one.zip", Wanted(Period(), gone))


def test_a_file_that_is_there_is_never_written_over(installation, tmp_path):
    out = tmp_path / "pack.zip"
    out.write_bytes(b"mine")
    with pytest.raises(BadInput, match="exists already"):
        export(installation.path, out, EVERYTHING)
    out.unlink()
    out.symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="exists already"):
        export(installation.path, out, EVERYTHING)
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_comes_into_being_meanwhile_is_left_alone(installation, tmp_path, monkeypatch):
    out = tmp_path / "pack.zip"
    monkeypatch.setattr(packing, "verify_pack", lambda *_: out.write_bytes(b"mine"))
    with pytest.raises(BadInput, match="left alone"):
        export(installation.path, out, EVERYTHING)
    assert out.read_bytes() == b"mine"
    assert list(tmp_path.glob("pack*")) == [out]


def test_a_pack_that_would_not_verify_is_not_left(installation, tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise VerificationError("entry 3: forged", 3)

    monkeypatch.setattr(packing, "verify_pack", refuse)
    before = set(tmp_path.iterdir())
    with pytest.raises(Exception, match="entry 3"):
        export(installation.path, tmp_path / "pack.zip", EVERYTHING)
    assert set(tmp_path.iterdir()) == before


VICTIM = """
import os, signal, sys
from pathlib import Path
from hub.cli import evidence
from hub.store import evidence as packing
from hub.store.evidence import Period

def dying(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "written":
    packing.verify_pack = dying
else:
    whole = packing.write_pack
    def half(file, events, *more):
        file.write(b"PK" * 5000)
        file.flush()
        dying()
    packing.write_pack = half
evidence.export(Path(sys.argv[1]), Path(sys.argv[2]), evidence.Wanted(Period()))
"""


@pytest.mark.parametrize("moment", ["half", "written"])
def test_an_export_that_is_killed_leaves_no_file_and_is_on_record(installation, tmp_path, moment):
    before = set(tmp_path.iterdir())
    command = [sys.executable, "-c", VICTIM, str(installation.path), str(tmp_path / "pack.zip"), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert set(tmp_path.iterdir()) == before
    made = export(installation.path, tmp_path / "pack.zip", EVERYTHING)
    kinds = [event["act"]["kind"] for event in events(tmp_path / "pack.zip")]
    assert kinds.count("export") == 2
    assert made.entries == len(kinds)


def test_a_pack_is_for_its_owners_eyes(installation, tmp_path):
    export(installation.path, tmp_path / "pack.zip", EVERYTHING)
    assert stat.S_IMODE((tmp_path / "pack.zip").stat().st_mode) == 0o600


@pytest.mark.parametrize("when", ["yesterday", "2026-11-22T10:00:00", "2026-13-01", "2026-W01"])
def test_a_time_is_a_day_or_an_instant_with_its_zone(when):
    with pytest.raises(BadInput, match="since"):
        period_of(when, "")


def test_days_are_those_of_china_and_the_last_one_is_included():
    assert period_of("2026-11-01", "2026-11-30") == ("2026-10-31T16:00:00.000Z", "2026-11-30T16:00:00.000Z")
    assert period_of("2026-11-01T08:00:00+08:00", "") == ("2026-11-01T00:00:00.000Z", "")
    with pytest.raises(BadInput, match="until"):
        period_of("2026-11-02", "2026-11-01")


def test_nothing_in_a_period_is_bad_input(installation, tmp_path):
    done = run_hub("audit", "export", installation.path, tmp_path / "pack.zip", "--until", "2020-01-01")
    assert done.returncode == 2
    assert not (tmp_path / "pack.zip").exists()


def test_the_readme_shows_how_to_tell_a_true_trail_from_a_changed_one(installation, tmp_path):
    text = README.read_text("utf-8").partition("\n### A trail for somebody else\n")[2]
    [block] = re.findall(r"^```console\n(.*?)^```$", text.partition("\n## ")[0], re.DOTALL | re.MULTILINE)
    typed = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    said = [line for line in block.splitlines() if not line.startswith("$ ")]
    assert len(typed) == 4
    export(installation.path, tmp_path / "trail.zip", EVERYTHING)
    (tmp_path / "log.vkey").write_bytes(installation.directory.log_key.read_bytes())
    shell = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    verdicts = []
    for line in typed[1:]:  # the first installs the verifier, which this environment has
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False)
        verdicts.append((done.returncode, done.stdout.partition(":")[0]))
        assert not done.stderr, done.stderr
    assert verdicts == [(0, "true"), (0, ""), (1, "false")]
    assert [line.partition(":")[0] for line in said] == ["true", "false"]
