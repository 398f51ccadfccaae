"""Whoever changes the store behind the hub's back gains nothing: it is refused or noticed, never believed."""

import json
import random
import shutil

import pytest
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from audit.errors import LogError
from audit.log import entry
from hub.errors import HubError
from hub.feeds.sealing import ALL_TIERS
from hub.model.tier import Tier
from hub.store.engine import Event
from hub.store.sections import data_key
from hub.store.sqlcipher import connect
from hub.store.tokens import idno_token, list_token
from hub.store.trail import prepare, unsealed
from tests.api.in_process import InProcess
from tests.factories import CIVIL_AFFAIRS, GRID, GRID_WORKER, Installation, person, run_hub
from tests.fault.load import check_log

PURPOSE = "OLDCARD"
ELSEWHERE = "339999002001001"


@pytest.fixture
def alter(installation):
    """Change a database as somebody can who has its key."""

    def run(statement, *parameters, name="hub.db"):
        db = connect(installation.path / name, installation.ring)
        db.execute(statement, parameters)
        db.close()

    return run


@pytest.fixture
def ask(installation):
    """One question to the application over the installation as it is now: `ask(number)`; the answer is closed."""

    def disclose(number=0, principal=CIVIL_AFFAIRS):
        hub = InProcess(installation)
        try:
            return hub.disclose(principal, person(number)["idno"], PURPOSE)
        finally:
            hub.close()

    return disclose


def resident(installation, number):
    """The internal id of a person."""
    with installation.opened() as hub:
        return hub.reader.find(idno_token(hub.ring, person(number)["idno"]), ()).resident


def what_the_trail_knows(installation, index):
    """The subject part of an entry, whichever key sealed it."""
    with installation.opened() as hub:
        stored = entry(hub.reader.db, index)
        keys = [hub.ring.strangers]
        for (number,) in hub.reader.db.execute("SELECT resident FROM file").fetchall():
            keys.append(data_key(hub.ring, hub.reader.get(number, ()).keys, "trail", ALL_TIERS))
    for key in keys:
        try:
            parts = unsealed(stored.sealed, commitment("act", stored.act_salt, stored.act), key)
        except InvalidTag:
            continue
        return json.loads(parts[1])
    raise AssertionError(index)


class TestOldCopies:
    def copy_of(self, installation, aside):
        aside.mkdir()
        for name in ("hub.db", "keys.db"):
            shutil.copy(installation.path / name, aside / name)

    def test_an_older_store_put_back_is_refused(self, installation, ask, tmp_path):
        self.copy_of(installation, tmp_path / "aside")
        assert ask().status_code == 200
        shutil.copy(tmp_path / "aside" / "hub.db", installation.path / "hub.db")
        for command in (("serve", installation.path), ("token", installation.path, CIVIL_AFFAIRS)):
            done = run_hub(*command)
            assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
            assert "older database was put back" in done.stderr

    def test_another_history_of_the_same_length_is_refused(self, installation, ask, tmp_path):
        other = installation.copy(tmp_path / "other")
        assert ask().status_code == 200
        with other.opened() as hub:
            for _ in range(5):
                hub.writer.run([lambda tx: tx.record(prepare(Event({"kind": "forged"}, {"subject": ""})))])
        shutil.copy(other.path / "hub.db", installation.path / "hub.db")
        done = run_hub("serve", installation.path)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "signed" in done.stderr

    def test_a_log_cut_short_is_refused_even_without_its_own_checkpoints(self, installation, ask, alter, tmp_path):
        self.copy_of(installation, tmp_path / "aside")
        assert ask().status_code == 200
        shutil.copy(tmp_path / "aside" / "hub.db", installation.path / "hub.db")
        alter("DELETE FROM log_checkpoint")
        done = run_hub("serve", installation.path)
        assert (done.returncode, "older database was put back" in done.stderr) == (1, True)

    def test_the_store_as_it_was_left_is_accepted(self, installation, ask, tmp_path):
        assert ask().status_code == 200
        self.copy_of(installation, tmp_path / "aside")
        for name in ("hub.db", "keys.db"):
            (installation.path / name).unlink()
            shutil.copy(tmp_path / "aside" / name, installation.path / name)
        answer = ask()
        assert answer.status_code == 200
        check_log(installation, [answer.json()["receipt"]])


class TestSections:
    move = "UPDATE file SET {0} = (SELECT {0} FROM file WHERE resident = ?) WHERE resident = ?"

    @pytest.mark.parametrize("tier", ["basic", "identity", "control"])
    def test_another_persons_section_is_not_available_and_the_trail_says_damaged(self, installation, alter, ask, tier):
        one, other = resident(installation, 0), resident(installation, 1)
        alter(self.move.format(tier), other, one)
        answer = ask(0)
        assert answer.status_code == 403
        assert answer.json()["reasons"] == ["not_available"]
        assert person(1)["name"] not in answer.text
        assert what_the_trail_knows(installation, answer.json()["receipt"]["index"])["truth"] == "damaged"
        assert ask(1).status_code == 200

    def test_another_tiers_section_is_not_available(self, installation, alter, ask):
        alter("UPDATE file SET basic = care WHERE resident = ?", resident(installation, 0))
        assert (ask(0).status_code, ask(0).json()["reasons"]) == (403, ["not_available"])

    @pytest.mark.parametrize("noise", [b"", b"\x01", b"x" * 400])
    def test_noise_is_not_available(self, installation, alter, ask, noise):
        alter("UPDATE file SET basic = ? WHERE resident = ?", noise, resident(installation, 0))
        assert (ask(0).status_code, ask(0).json()["reasons"]) == (403, ["not_available"])

    def test_a_whole_row_of_another_person_is_not_available(self, installation, alter, ask):
        one, other = resident(installation, 0), resident(installation, 1)
        for tier in Tier:
            alter(self.move.format(tier), other, one)
        statement = "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE resident = ?) WHERE resident = ?"
        alter(statement, other, one, name="keys.db")
        assert (ask(0).status_code, ask(0).json()["reasons"]) == (403, ["not_available"])
        assert ask(1).status_code == 200

    @pytest.mark.parametrize("wrapped", [b"", b"\x01" * 3, b"\x02" * 671])
    def test_a_person_whose_keys_are_noise_is_not_available(self, installation, alter, ask, wrapped):
        alter("UPDATE data_key SET wrapped = ? WHERE resident = ?", wrapped, resident(installation, 0), name="keys.db")
        assert (ask(0).status_code, ask(0).json()["reasons"]) == (403, ["not_available"])
        assert ask(1).status_code == 200

    def test_a_person_whose_keys_are_gone_is_nobody(self, installation, alter, ask):
        alter("DELETE FROM data_key WHERE resident = ?", resident(installation, 0), name="keys.db")
        assert (ask(0).status_code, ask(0).json()["reasons"]) == (403, ["out_of_scope"])

    def test_nobody_is_listed_where_they_do_not_live(self, installation, alter):
        installation.appoint(f"grid_worker:{ELSEWHERE}")
        token = list_token(installation.ring, ELSEWHERE)
        alter("INSERT INTO list VALUES (?, ?)", token, resident(installation, 0))
        hub = InProcess(installation)
        answer = hub.ask(f"grid_worker:{ELSEWHERE}", "POST", "/v1/residents/search", json={"grid": ELSEWHERE})
        hub.close()
        assert (answer.status_code, answer.json()["items"]) == (200, [])
        assert person(0)["name"] not in answer.text


class TestControls:
    """A row that does not say what it was sealed to say stands for nothing, at once and in a running hub."""

    @pytest.mark.clause("GB/T 22239 8.1.4")
    @pytest.mark.parametrize("running", [True, False])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE control SET body = CAST(x'00' || substr(body, 2) AS BLOB) WHERE kind = '{kind}'",
            "UPDATE control SET body = substr(body, 1, length(body) - 1) WHERE kind = '{kind}'",
            "UPDATE control SET body = x'' WHERE kind = '{kind}'",
            "UPDATE control SET version = version + 1 WHERE kind = '{kind}'",
            "UPDATE control SET entry = entry + 1 WHERE kind = '{kind}'",
            "UPDATE control SET id = id || 'x' WHERE kind = '{kind}'",
            "UPDATE control SET kind = 'other' WHERE kind = '{kind}'",
            "DELETE FROM control WHERE kind = '{kind}'",
        ],
    )
    @pytest.mark.parametrize(("kind", "refusal"), [("principal", 401), ("filing", 403)])
    def test_a_changed_row_denies(self, installation, alter, kind, refusal, statement, running):
        hub = InProcess(installation)
        if running:
            assert hub.disclose(CIVIL_AFFAIRS, person(0)["idno"], PURPOSE).status_code == 200
        alter(statement.format(kind=kind))
        alter("UPDATE counter SET n = n + 1 WHERE name = 'control'")
        hub.road.turn.end()  # as the end of its period does: nobody tells a process what happens behind its back
        answer = hub.disclose(CIVIL_AFFAIRS, person(0)["idno"], PURPOSE)
        hub.close()
        assert answer.status_code == refusal
        assert answer.json()["reasons"] == ["unauthenticated" if kind == "principal" else "no_filing"]

    def test_one_principals_row_does_not_serve_another(self, installation, alter):
        installation.revoke(GRID_WORKER)
        another = "SELECT body FROM control WHERE kind = 'principal' AND id LIKE 'department:civil%'"
        alter(f"UPDATE control SET body = ({another}) WHERE id LIKE 'grid_worker%'")  # noqa: S608
        hub = InProcess(installation)
        answer = hub.ask(GRID_WORKER, "POST", "/v1/residents/search", json={"grid": GRID})
        hub.close()
        assert answer.status_code == 401

    def test_an_older_row_put_back_is_found_by_replaying_the_log(self, installation, alter):
        columns = "SELECT version, entry, body FROM control WHERE id LIKE 'grid_worker%'"
        with installation.opened() as hub:
            older = hub.reader.db.execute(columns).fetchone()
        installation.revoke(GRID_WORKER)
        assert run_hub("doctor", installation.path).returncode == 0
        alter("UPDATE control SET version = ?, entry = ?, body = ? WHERE id LIKE 'grid_worker%'", *older)
        with installation.opened() as hub:
            assert hub.reader.damaged() == [f"principal {GRID_WORKER}#1"]
        done = run_hub("doctor", installation.path)
        assert (done.returncode, GRID_WORKER in done.stdout) == (1, True)
        installation.revoke(GRID_WORKER)
        assert run_hub("doctor", installation.path).returncode == 0

    def test_a_row_that_was_removed_is_found_by_replaying_the_log(self, installation, alter):
        alter("DELETE FROM control WHERE kind = 'filing'")
        with installation.opened() as hub:
            assert hub.reader.damaged() == ["1 that the log accounts for are missing"]
        installation.file(CIVIL_AFFAIRS, "OLDCARD")
        with installation.opened() as hub:
            assert hub.reader.damaged() == []

    def test_a_changed_row_is_found_by_the_doctor(self, installation, alter):
        alter("UPDATE control SET entry = entry + 1 WHERE kind = 'filing'")
        done = run_hub("doctor", installation.path)
        assert done.returncode == 1
        assert "filing" in done.stdout


def correct(answer, number):
    """Whether an answer says what is true of a person."""
    fields = answer.json()["fields"]
    return fields == {"name": person(number)["name"], "idno": person(number)["idno"]}


@pytest.mark.clause("GB/T 22239 8.1.4")
def test_flipped_bits_are_refused_or_noticed_and_never_believed(installation, tmp_path, times):
    chance = random.Random(4)
    outcomes = {"right": 0, "refused": 0, "not opened": 0}
    for round_ in range(times(40, 1500)):
        hub = installation.copy(tmp_path / f"flipped{round_}")
        name = chance.choice(["hub.db", "keys.db"])
        content = bytearray((hub.path / name).read_bytes())
        for _ in range(chance.choice([1, 1, 8])):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        (hub.path / name).write_bytes(content)
        outcomes[look_at(hub)] += 1
        for folder in (hub.path, hub.directory.keys):
            shutil.rmtree(folder)
    assert outcomes["not opened"]
    assert outcomes["refused"]


def look_at(installation):
    """Read everybody in a damaged installation; what is answered must be right."""
    try:
        hub = InProcess(installation)
    except (HubError, LogError):
        return "not opened"
    outcome = "right"
    for number in range(3):
        answer = hub.disclose(CIVIL_AFFAIRS, person(number)["idno"], PURPOSE)
        if answer.status_code == 200:
            assert correct(answer, number)
        else:
            assert answer.status_code in {401, 403, 503}
            outcome = "refused"
    hub.close()
    return outcome


def test_a_damaged_store_is_named_by_the_doctor(installation, tmp_path):
    for name in ("hub.db", "keys.db"):
        hub: Installation = installation.copy(tmp_path / name)
        content = bytearray((hub.path / name).read_bytes())
        content[-2000] ^= 4
        (hub.path / name).write_bytes(content)
        done = run_hub("doctor", hub.path)
        assert done.returncode == 1
        assert "BAD" in done.stdout
        assert "Traceback" not in done.stderr
