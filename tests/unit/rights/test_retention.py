"""Retention: what is past its date is gone, its keys with it; what something holds stays; every proof holds."""

import random
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from audit.fsck import fsck
from hub.errors import OperatorError
from hub.feeds.sealing import ALL_TIERS, OpenedSections
from hub.model.approval import requested
from hub.model.file import Value
from hub.model.purpose import Approval
from hub.model.terms import APPROVALS, with_record
from hub.model.tier import Tier
from hub.rights import retention
from hub.rights.claimed import Claimed, opened_claim, sealed_claim
from hub.rights.retention import finish, retain
from hub.store.directory import open_keyring
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.rotation import rotate
from hub.store.sections import data_key
from hub.store.tokens import idno_token
from tests.factories import GRID, HUB, Installation, idno, person, sections

NOW = datetime.now(UTC)
VISITS = timedelta(days=732)
PEOPLE = range(3)
EVENT = Event({"v": 1, "kind": "approval", "time": "", "actor": "x", "outcome": "requested"}, {})


@pytest.fixture
def hub(installation, tmp_path):
    """The police, health and utilities have spoken of three people: vital signs for 90 days, meters for 30."""
    numbers = [person(number)["idno"] for number in PEOPLE]
    vitals = [{"idno": each, "med.chronic": "I10", "med.vital": "72"} for each in numbers]
    meters = [{"idno": each, "meter.water": "1234.5"} for each in numbers]
    installation.import_rows("health", vitals, tmp_path, "health.csv")
    installation.import_rows("utilities", meters, tmp_path, "utilities.csv")
    with installation.opened() as opened:
        yield opened


def row(hub, number=0):
    return hub.reader.find(idno_token(hub.ring, person(number)["idno"]), tuple(Tier))


def held(hub, number=0):
    return OpenedSections(hub.ring, row(hub, number), ALL_TIERS)


def fields(hub, number=0):
    return {key for tier in held(hub, number) for key in held(hub, number)[tier]}


def run(hub, days):
    return retain(hub.writer, hub.reader, hub.ring, VISITS, NOW + timedelta(days=days))


def put(hub, kind, name, **body):
    [failure] = hub.writer.run([lambda tx: tx.put_control(kind, name, body, system_event(kind, NOW)) and None])
    assert failure is None


@pytest.mark.clause("PIPL 19")
def test_what_is_past_its_date_is_gone_and_nothing_else(hub):
    before = fields(hub)
    assert {"med.vital", "meter.water", "med.chronic"} <= before
    assert run(hub, 29) == (3, 0, 0, 0)
    assert fields(hub) == before, "a value may be kept on its last day"
    assert run(hub, 40) == (3, 3, 0, 0)
    assert fields(hub) == before - {"meter.water"}
    assert run(hub, 100) == (3, 3, 0, 0)
    assert fields(hub) == before - {"meter.water", "med.vital"}
    assert run(hub, 100) == (3, 0, 0, 0), "running it again changes nothing"


@pytest.mark.clause("PIPL 47")
def test_no_copy_of_what_was_removed_opens_any_more_and_every_proof_holds(hub):
    copies = {number: row(hub, number) for number in PEOPLE}
    run(hub, 100)
    for number, copy in copies.items():
        assert row(hub, number).keys != copy.keys
        old = OpenedSections(hub.ring, copy._replace(keys=row(hub, number).keys), ALL_TIERS)
        for tier in (Tier.MEDICAL, Tier.ACTIVITY):
            with pytest.raises(OperatorError):
                old[tier]
        assert old[Tier.BASIC], "sections that nothing was removed from keep their keys"
    assert hub.directory.data_keys.with_name("keys.db-wal").stat().st_size == 0, "old keys stand in no log either"
    fsck(hub.reader.db)
    assert hub.reader.damaged() + hub.reader.damaged_files(9) == []


def test_each_person_has_an_entry_and_the_act_names_no_field(hub):
    run(hub, 100)
    query = "SELECT act FROM log_entry WHERE instr(act, ?) ORDER BY idx"
    acts = [each[0] for each in hub.reader.db.execute(query, (b'"kind":"retention"',))]
    removed = [act for act in acts if b'"outcome":"removed"' in act]
    assert len(removed) == 3
    assert not [act for act in acts if b"med" in act or b"meter" in act]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("dispute", {"state": "open"}),
        ("anomaly", {"state": "open"}),
        ("freeze", {"state": "in_force", "extent": "held"}),
    ],
)
def test_what_something_open_holds_stays_until_it_is_settled(hub, kind, body):
    put(hub, kind, "a", resident=row(hub).resident, **body)
    assert run(hub, 100) == (3, 2, 0, 1)
    assert "med.vital" in fields(hub, 0)
    assert "med.vital" not in fields(hub, 1)
    put(hub, kind, "a", resident=row(hub).resident, **body | {"state": "done"})
    assert run(hub, 101) == (3, 1, 0, 0)
    assert "med.vital" not in fields(hub, 0)


def test_a_correction_that_waits_can_still_be_read_by_its_source(hub):
    sealed = row(hub)
    claimed = Claimed("I11", "误诊")
    claim = sealed_claim(hub.ring, sealed.keys, sealed.resident, Tier.MEDICAL, "c", claimed)
    record = {"id": "c", "state": "pending", "field": "med.chronic", "sealed": claim, "department": "health"}

    def correct(tx):
        facts = tx.facts(sealed.resident)
        tx.amend(sealed.resident, facts._replace(terms=with_record(facts.terms, "corrections", record)), EVENT)

    assert hub.writer.run([correct]) == [None]
    run(hub, 100)
    assert "med.vital" not in fields(hub)
    assert opened_claim(hub.ring, row(hub).keys, sealed.resident, Tier.MEDICAL, record) == claimed


def test_an_approval_that_ended_long_ago_goes_from_the_terms(hub):
    resident = row(hub).resident
    record = requested(
        "a",
        by="grid_worker:x",
        person="x",
        requester="grid_worker",
        purpose="VISIT",
        mark="m",
        kind=Approval.SECRETARY,
        fields=("med.chronic",),
        reason="随访",
        duration=timedelta(hours=1),
        at=NOW,
    )

    def ask(tx):
        facts = tx.facts(resident)
        tx.amend(resident, facts._replace(terms=with_record(facts.terms, APPROVALS, record)), EVENT)

    assert hub.writer.run([ask]) == [None]
    run(hub, 20)
    assert held(hub).facts().terms[APPROVALS]
    assert run(hub, 60).removed == 3
    assert not held(hub).facts().terms
    assert hub.reader.damaged_files(9) == []


def test_visits_are_kept_as_long_as_their_purpose_says(installation):
    visits = [{"time": f"{NOW.year - back}-11-01T02:00:00Z", "worker": "1", "outcome": "met"} for back in (4, 3, 0)]
    [resident] = installation.add(sections(idno=idno(7), name="某人", grid=GRID, visit_log=visits, tag_alone=True))
    with installation.opened() as hub:
        assert run(hub, 1).removed == 1
        care = OpenedSections(hub.ring, hub.reader.get(resident, tuple(Tier)), ALL_TIERS)[Tier.CARE]
        assert care["visit.log"][0].value == visits[2:]
        assert care["tag.alone"]


def test_who_has_nothing_left_is_erased(installation):
    day = (NOW + timedelta(days=10)).date().isoformat()
    file = {
        tier: {key: tuple(Value(each.value, each.source, each.at, each.basis, until=day) for each in values)}
        for tier, section in sections(idno=idno(8), name="某人").items()
        for key, values in section.items()
    }
    [resident] = installation.add(file)
    with installation.opened() as hub:
        assert run(hub, 5).erased == 0
        done = run(hub, 20)
        assert (done.removed, done.erased) == (1, 1)
        assert hub.reader.get(resident, ()) is None
        assert hub.reader.db.execute(
            "SELECT count(*) FROM keys.data_key WHERE resident = ?", (resident,)
        ).fetchone() == (0,)
        fsck(hub.reader.db)


def test_what_a_crash_left_on_record_is_carried_out_by_the_next_start(hub, monkeypatch):
    monkeypatch.setattr(retention, "finish", lambda *_: 0)
    run(hub, 100)
    assert "med.vital" in fields(hub), "on record and not carried out"
    monkeypatch.undo()
    assert finish(hub.writer, hub.ring, NOW + timedelta(days=100)) == 3
    assert "med.vital" not in fields(hub)
    assert hub.reader.damaged() + hub.reader.damaged_files(9) == []


def test_a_crash_between_the_two_databases_leaves_what_is_finished_afterwards(hub, monkeypatch):
    monkeypatch.setattr(retention, "finish", lambda *_: 0)
    run(hub, 100)
    monkeypatch.undo()
    [intent] = hub.reader.control("retention")
    for item in intent.body["items"]:
        keys = retention.b64decode(item["keys"])
        # Keys are committed first: this is what is there when the power ends behind that.
        hub.writer._keys_db.execute("UPDATE data_key SET wrapped = ? WHERE resident = ?", (keys, item["resident"]))
    with pytest.raises(OperatorError):
        held(hub)[Tier.MEDICAL]
    assert finish(hub.writer, hub.ring, NOW + timedelta(days=100)) == 3
    assert "med.vital" not in fields(hub)
    assert "med.chronic" in fields(hub)
    assert hub.reader.damaged() + hub.reader.damaged_files(9) == []


def test_tiers_that_are_rotated_meanwhile_leave_what_a_crash_left_to_be_finished(hub, monkeypatch):
    monkeypatch.setattr(retention, "finish", lambda *_: 0)
    run(hub, 100)
    monkeypatch.undo()
    [intent] = hub.reader.control("retention")
    replaced = intent.body["items"][0]
    keys = retention.b64decode(replaced["keys"])
    hub.writer._keys_db.execute("UPDATE data_key SET wrapped = ? WHERE resident = ?", (keys, replaced["resident"]))
    rotate(hub.directory, hub.ring, hub.writer, [Tier.MEDICAL], NOW)
    assert finish(hub.writer, open_keyring(hub.directory), NOW + timedelta(days=100)) == 1, (
        "the others were wrapped under the old key"
    )
    assert run(hub, 100).removed == 2
    assert not {"med.vital", "meter.water"} & {key for number in PEOPLE for key in fields(hub, number)}
    assert hub.reader.damaged() + hub.reader.damaged_files(9) == []


def test_who_was_written_to_meanwhile_is_left_to_the_next_run(hub, installation, tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "finish", lambda *_: 0)
    run(hub, 100)
    monkeypatch.undo()
    fresh = {"idno": person(0)["idno"], "med.chronic": "E11.9", "med.vital": "80"}
    installation.import_rows("health", [fresh], tmp_path, "fresh.csv")
    assert finish(hub.writer, hub.ring, NOW + timedelta(days=100)) == 2
    assert held(hub)[Tier.MEDICAL]["med.chronic"][0].value == ["E11.9"]
    assert run(hub, 100).removed == 1


def test_the_command_is_killed_and_goes_on(tmp_path, times):
    hub = Installation.create(tmp_path / "hub")
    people = [person(number) for number in range(60)]
    hub.import_rows("police", people, tmp_path, "police.csv")
    day = (NOW - timedelta(days=100)).date().isoformat()
    with hub.opened() as store:
        residents = [store.reader.find(idno_token(store.ring, each["idno"]), ()).resident for each in people]
        old = Value("72", "health", day, "separate_consent", until=(NOW - timedelta(days=10)).date().isoformat())
        for resident in residents:
            _give(store, resident, old)
    chance = random.Random(3)
    for _ in range(times(4, 40)):
        command = subprocess.Popen([HUB, "retain", hub.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0.2, 1.2))
        command.send_signal(signal.SIGKILL)
        command.communicate()
        with hub.opened() as store:
            finish(store.writer, store.ring, NOW)
            assert store.reader.damaged() + store.reader.damaged_files(9) == []
    done = subprocess.run([HUB, "retain", hub.path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("retention: ")
    with hub.opened() as store:
        for resident in residents:
            opened = OpenedSections(store.ring, store.reader.get(resident, tuple(Tier)), ALL_TIERS)
            assert opened[Tier.MEDICAL] == {}
            assert opened[Tier.BASIC]["name"]
        fsck(store.reader.db)


def _give(store, resident, value):
    """Write a value as a feed of long ago would have, with the entry that accounts for it."""
    from hub.feeds.sealing import change
    from hub.store.accounts import SECTIONS, for_sections
    from hub.store.trail import prepare

    def write(tx):
        sealed = tx.sealed(resident, tuple(Tier))
        opened = OpenedSections(store.ring, sealed, ALL_TIERS)
        made = change(
            store.ring, sealed, opened, {Tier.MEDICAL: {"med.vital": (value,)}}, opened.facts(), rid=opened.facts().rid
        )
        tx.update_sections(resident, made.envelopes, made.tokens)
        key = data_key(store.ring, sealed.keys, "trail", ALL_TIERS)
        act = EVENT.act | {SECTIONS: len(made.envelopes)}
        tx.record(prepare(Event(act, for_sections(made.envelopes), resident, key)))

    assert store.writer.run([write]) == [None]
