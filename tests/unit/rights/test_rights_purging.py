"""Old entries of the trail go, as far as nothing needs them; nobody can purge young ones, whatever a clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.__main__ import main
from audit.fsck import fsck
from audit.log import entry, receipt, tree
from audit.note import Verifier
from audit.proof import verify_proof
from hub.cli.evidence import Wanted, export, period_of
from hub.errors import BadInput, OperatorError, TrailUnavailable
from hub.model.freeze import Freeze
from hub.model.instant import timestamp
from hub.model.mandate import Proof, mandate
from hub.model.tier import Tier
from hub.rights import purging
from hub.rights.purging import Means
from hub.store import purging as store_purging
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.own_trail import person_of, read_own
from hub.store.purged import emptied_entries
from hub.store.tokens import idno_token
from hub.store.trail import prepare
from hub.store.trail_index import TrailIndex
from hub.store.trail_query import TrailQuery
from tests.factories import person, run_hub

DAY = timedelta(days=1)
LEAST = timedelta(days=180)
PEOPLE = range(3)
SECRET = "department:civil_affairs@339999#remembered"


@pytest.fixture
def hub(installation):
    with installation.opened() as hub:
        yield hub


def resident_of(hub, number):
    return hub.reader.find(idno_token(hub.ring, person(number)["idno"]), ()).resident


def say(hub, resident, at, kind="disclosure", actor=SECRET):
    """Record that somebody looked at a person's file; returns the index."""
    name = hub.ring.pseudonym_of(resident)
    key = person_of(hub.reader, hub.ring, resident)[0].key
    act = {"v": 1, "kind": kind, "time": timestamp(at), "actor": actor, "outcome": "disclosed", "purpose": "OLDCARD"}
    event = prepare(Event(act, {"subject": name, "reason": "闲谈"}, resident, key))
    [place] = hub.writer.run([lambda tx: tx.record(event)], sign=True)
    return place.position


def live_on(hub, since, days):
    """The hub records something every day; returns the last of them."""
    at = [since + DAY * number for number in range(1, days + 1)]
    hub.writer.run([lambda tx: [tx.record(prepare(system_event("examination", each))) for each in at]], sign=True)
    return at[-1]


def purge(hub, before, now, minimum=LEAST):
    return purging.purge(Means(hub.directory, hub.ring, hub.writer, hub.reader), before, minimum, now)


@pytest.fixture
def aged(hub):
    """Each person was looked at twice, 400 days ago, and once within the last week: `(old indexes, young, now)`."""
    start = datetime.now(UTC)
    old = [say(hub, resident_of(hub, number), start) for number in PEOPLE for _ in range(2)]
    now = live_on(hub, start, 400)
    young = [say(hub, resident_of(hub, number), now) for number in PEOPLE]
    return old, young, now


def shows_nothing(hub, index):
    found = entry(hub.reader.db, index)
    return found.purged and not found.sealed and hub.reader.whom(index) is None


def test_after_a_purge_every_proof_verifies_and_nothing_old_is_left(installation, hub, aged):
    old, young, now = aged
    done = purge(hub, now - LEAST, now)
    assert (done.people, done.held) == (3, 0)
    assert all(shows_nothing(hub, index) for index in old)
    assert not any(shows_nothing(hub, index) for index in young)
    fsck(hub.reader.db)
    verifier = Verifier.parse(installation.directory.log_key.read_text("utf-8").strip())
    size = tree(hub.reader.db).size
    for index in range(size):
        proved = verify_proof(receipt(hub.reader.db, index), entry(hub.reader.db, index).leaf, [verifier])
        assert (proved.index, proved.checkpoint.size) == (index, size)
    assert hub.reader.damaged() == []
    assert hub.reader.damaged_files(9) == []
    assert list(emptied_entries(hub.reader.db, hub.ring)) == []
    acts = [each[0] for each in hub.reader.db.execute("SELECT act FROM log_entry")]
    assert sum(SECRET.encode() in act for act in acts) == len(young)
    # Running it again finds nothing more to do.
    assert purge(hub, now - LEAST, now)[:2] == (0, 0)


def test_what_a_store_and_its_files_are_held_against_stays(hub, aged):
    _, _, now = aged
    purge(hub, now - LEAST, now)
    imports = "SELECT count(*) FROM log_entry WHERE instr(act, '\"sections\"') OR instr(act, '\"row\"')"
    [(left,)] = hub.reader.db.execute(imports).fetchall()
    assert left >= len(PEOPLE) + 4  # a file each, three principals and a filing


def test_everybody_is_told_which_of_the_entries_about_them_were_purged(hub, aged):
    _, young, now = aged
    purge(hub, now - LEAST, now)
    for number, index in zip(PEOPLE, young, strict=True):
        me = person_of(hub.reader, hub.ring, resident_of(hub, number))[0]
        [told] = [each for each in own_entries(hub, me) if each.act["kind"] == "purge"]
        listed = {each.ordinal for each in own_entries(hub, me)}
        gone = {each for first, last in told.subject["purged"] for each in range(first, last + 1)}
        assert len(gone) == 2
        assert listed | gone == set(range(1, max(listed) + 1))
        assert not listed & gone
        assert index < told.position


def own_entries(hub, me):
    return read_own(hub.reader, "", me, hub.reader.about(me.resident, 0, 2**40, 100))


def test_a_second_purge_repeats_what_the_first_said_of_a_person(hub, aged):
    _, _, now = aged
    purge(hub, now - LEAST, now)
    later = live_on(hub, now, 400)
    assert purge(hub, later - LEAST, later).people == 3
    for number in PEOPLE:
        me = person_of(hub.reader, hub.ring, resident_of(hub, number))[0]
        found = own_entries(hub, me)
        [told] = [each for each in found if each.act["kind"] == "purge"]  # the first one is purged itself
        gone = {each for first, last in told.subject["purged"] for each in range(first, last + 1)}
        assert gone | {each.ordinal for each in found} == set(range(1, told.ordinal + 1))
    assert list(emptied_entries(hub.reader.db, hub.ring)) == []


@pytest.mark.clause("网络安全法 21(3)")
@pytest.mark.parametrize("days", [180, 1096])
def test_nothing_younger_than_the_minimum_can_be_asked_for(hub, days):
    now, minimum = datetime.now(UTC), timedelta(days=days)
    size = tree(hub.reader.db).size
    with pytest.raises(BadInput, match=f"{days} days"):
        purge(hub, now - minimum + timedelta(seconds=1), now, minimum)
    assert tree(hub.reader.db).size == size


@pytest.mark.parametrize("ahead", [DAY * 200, DAY * 3653])
def test_a_clock_that_is_set_ahead_makes_no_entry_older(hub, ahead):
    index = say(hub, resident_of(hub, 0), datetime.now(UTC))
    now = datetime.now(UTC) + ahead
    assert purge(hub, now - LEAST, now).entries == 0
    assert not shows_nothing(hub, index)


def test_a_clock_that_was_behind_when_an_entry_was_made_makes_it_no_older(hub):
    index = say(hub, resident_of(hub, 0), datetime(1999, 1, 1, tzinfo=UTC))
    now = datetime.now(UTC)
    assert purge(hub, now - LEAST, now).entries == 0
    assert not shows_nothing(hub, index)


def test_a_clock_that_jumps_to_and_fro_ages_the_log_by_a_day_a_jump(hub):
    start = datetime.now(UTC)
    index = say(hub, resident_of(hub, 0), start)
    for _ in range(20):
        say(hub, resident_of(hub, 1), start + DAY * 4000)
        say(hub, resident_of(hub, 1), start)
    now = start + DAY * 4000
    assert purge(hub, now - LEAST, now).entries == 0
    assert not shows_nothing(hub, index)


def put(hub, kind, **body):
    [done] = hub.writer.run([lambda tx: tx.put_control(kind, kind, body, system_event(kind, datetime.now(UTC)))])
    assert not isinstance(done, Exception), done


def amend(hub, resident, **terms):
    def action(tx):
        facts = tx.facts(resident)
        act = system_event("mandate", datetime.now(UTC)).act
        return tx.amend(resident, facts._replace(terms={**facts.terms, **terms}), Event(act, {}))

    [done] = hub.writer.run([action])
    assert not isinstance(done, Exception), done


def open_mandate():
    proof, at = Proof.FORM, datetime(2098, 1, 1, tzinfo=UTC)
    return mandate("m", by="clerk", person="c", matter="accesses", proof=proof, form="1", witness="", at=at)


HOLDS = {
    "a dispute": lambda hub, who: put(hub, "dispute", resident=who, state="open", index=1),
    "an anomaly": lambda hub, who: put(hub, "anomaly", resident=who, state="open"),
    "a merge with another file": lambda hub, who: put(hub, "merge", resident=999, given_up=who, state="pending"),
    "an erasure asked for": lambda hub, who: put(hub, "erasure_request", resident=who, state="pending"),
    "an erasure approved": lambda hub, who: put(hub, "erasure_request", resident=who, state="approved"),
    "a freeze in place of an erasure": lambda hub, who: put(
        hub, "freeze", resident=who, state="in_force", extent=Freeze.HELD.value
    ),
    "a deferral in force": lambda hub, who: put(
        hub, "deferral", resident=who, state="approved", index=1, until="2099-01-01"
    ),
    "a deferral asked for": lambda hub, who: put(
        hub, "deferral", resident=who, state="pending", index=1, until="2099-01-01"
    ),
    "an open mandate": lambda hub, who: amend(hub, who, mandates=[open_mandate()]),
    "an open case": lambda hub, who: amend(hub, who, cases=[{"id": "c", "closed": "", "until": "2099-01-01"}]),
    "an emergency without review": lambda hub, who: amend(hub, who, emergencies=[{"review": "unreviewed"}]),
    "an observation under an order": lambda hub, who: amend(
        hub, who, observations=[{"id": "o", "order": "x", "fields": {}}]
    ),
}


@pytest.mark.parametrize("what", list(HOLDS))
def test_what_is_open_about_somebody_keeps_their_entries_and_nobody_elses(hub, aged, what):
    old, _, now = aged
    HOLDS[what](hub, resident_of(hub, 0))
    assert purge(hub, now - LEAST, now)[1:] == (2, 1)
    assert [shows_nothing(hub, index) for index in old] == [False, False, True, True, True, True]


@pytest.mark.parametrize("body", [{"state": "dismissed"}, {"state": "upheld"}])
def test_what_is_over_holds_nothing(hub, aged, body):
    old, _, now = aged
    put(hub, "dispute", resident=resident_of(hub, 0), index=1, **body)
    purge(hub, now - LEAST, now)
    assert all(shows_nothing(hub, index) for index in old)


def test_an_entry_emptied_by_hand_is_named(installation, hub, aged):
    _, young, now = aged
    purge(hub, now - LEAST, now)
    salt = "UPDATE log_entry SET act = x'', act_salt = ?, sealed = x'' WHERE idx = ?"
    from audit.entry import commitment

    stored = entry(hub.reader.db, young[0])
    hub.writer._db.execute(salt, (commitment("act", stored.act_salt, stored.act), young[0]))
    fsck(hub.reader.db)  # it leads to the same root, so that only the record of purges tells
    assert list(emptied_entries(hub.reader.db, hub.ring)) == [young[0]]
    hub.writer.close = lambda: None
    done = run_hub("doctor", installation.path)
    assert done.returncode == 1
    assert f"BAD  purged entries: emptied behind the log's back: {young[0]};" in done.stdout.replace("\n", ";")


def test_a_store_that_contradicts_the_log_is_not_purged(hub, aged):
    old, _, now = aged
    hub.writer._db.execute("UPDATE file SET basic = x'00' WHERE resident = 1")
    with pytest.raises(OperatorError, match="run `hub doctor`"):
        purge(hub, now - LEAST, now)
    assert not any(shows_nothing(hub, index) for index in old)


@pytest.mark.parametrize("after", range(4))
def test_a_purge_that_was_broken_off_is_finished_by_running_it_again(hub, aged, monkeypatch, after):
    old, _, now = aged
    monkeypatch.setattr(store_purging, "TOGETHER", 2)
    run, done = store_purging._run, []

    def breaking(*args):
        if len(done) == after:
            raise TrailUnavailable("killed")
        done.append(run(*args))
        return done[-1]

    monkeypatch.setattr(store_purging, "_run", breaking)
    with pytest.raises(TrailUnavailable):
        purge(hub, now - LEAST, now)
    fsck(hub.reader.db)
    assert list(emptied_entries(hub.reader.db, hub.ring)) == []
    monkeypatch.setattr(store_purging, "_run", run)
    purge(hub, now - LEAST, now)
    assert all(shows_nothing(hub, index) for index in old)
    assert list(emptied_entries(hub.reader.db, hub.ring)) == []
    assert hub.reader.damaged_files(9) == []


def test_the_search_follows_a_purge_and_is_the_same_when_built_anew(installation, hub, aged):
    old, young, now = aged
    index = TrailIndex(installation.directory, installation.ring)

    def found():
        return [each.position for each in index.entries(index.search(TrailQuery(actor=SECRET), None, 50).entries)]

    assert found() == sorted([*old, *young], reverse=True)
    purge(hub, now - LEAST, now)
    assert found() == sorted(young, reverse=True)
    assert index.of_resident(1, None, 50)[-1] not in old
    everything = index.search(TrailQuery(), None, 900).entries
    index.close()
    for path in installation.path.glob("trail.db*"):
        path.unlink()
    anew = TrailIndex(installation.directory, installation.ring)
    assert anew.search(TrailQuery(), None, 900).entries == everything
    anew.close()


@pytest.mark.parametrize("mine", [False, True])
def test_evidence_of_a_purged_trail_verifies_and_says_how_much_is_gone(installation, hub, aged, capsys, mine):
    _, _, now = aged
    purge(hub, now - LEAST, now)
    name = hub.ring.pseudonym_of(resident_of(hub, 0)) if mine else ""
    out = installation.path.with_name("pack.zip")
    export(installation.path, out, Wanted(period_of("", ""), name))
    assert main(["verify", str(out), "--trust", str(installation.directory.log_key)]) == 0
    said = capsys.readouterr().out
    assert "of no purge" not in said
    assert ("show nothing" in said) != mine


def test_the_command_refuses_what_is_too_young_and_says_how_old_it_must_be(installation):
    done = run_hub("audit", "purge", installation.path, "--before", "2026-11-01")
    assert done.returncode == 2
    assert "1096 days ago or longer" in done.stderr
    (installation.path / "retention.toml").write_text("trail_days = 400\n")
    done = run_hub("audit", "purge", installation.path, "--before", "2026-11-01")
    assert "400 days ago or longer" in done.stderr
    done = run_hub("audit", "purge", installation.path, "--before", "2020-01-01")
    assert (done.returncode, done.stdout) == (
        0,
        "purged: 0 entries, of 0 people; of 0 people none: something is open\n",
    )


def test_a_minimum_under_180_days_stops_serving_and_purging(installation):
    (installation.path / "retention.toml").write_text("trail_days = 179\n")
    for command in (("serve", installation.path), ("audit", "purge", installation.path, "--before", "2020-01-01")):
        done = run_hub(*command)
        assert done.returncode == 1
        assert "`retention.toml`: `trail_days` must be a number from 180" in done.stderr


def test_every_tier_still_opens(hub, aged):
    _, _, now = aged
    before = {number: hub.reader.get(resident_of(hub, number), tuple(Tier)) for number in PEOPLE}
    purge(hub, now - LEAST, now)
    assert {number: hub.reader.get(resident_of(hub, number), tuple(Tier)) for number in PEOPLE} == before
