"""Erasing people: all of them go, every proof stays, and nothing of theirs is left in any file."""

from datetime import UTC, datetime

import pytest

from audit.fsck import fsck
from audit.log import entry, receipt, tree
from audit.note import Verifier
from audit.proof import verify_proof
from hub.access.standing import freezes
from hub.errors import TrailUnavailable
from hub.identity.appointments import appoint
from hub.identity.principals import Appointment
from hub.model.principal import parse_principal
from hub.model.tier import Tier
from hub.rights import erasure
from hub.rights.deferrals import in_force
from hub.rights.erasure import carry_out, is_held
from hub.store.engine import Event
from hub.store.erasure import erase
from hub.store.installation import system_event
from hub.store.own_trail import person_of
from hub.store.tokens import idno_token
from hub.store.trail import prepare
from tests.factories import person

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PLANTED = "上门核实张贴栏对面那户人家的情况"
PEOPLE = range(3)


@pytest.fixture
def hub(installation):
    with installation.opened() as hub:
        yield hub


def resident_of(hub, number):
    return hub.reader.find(idno_token(hub.ring, person(number)["idno"]), ()).resident


def put(hub, kind, name, **body):
    [place] = hub.writer.run([lambda tx: tx.put_control(kind, name, body, system_event(kind, NOW))])
    return place


def approve(hub, resident, name="a"):
    rid = person_of(hub.reader, hub.ring, resident)[1].rid
    put(hub, "erasure_request", name, resident=resident, rid=rid, state="approved", filed="", by="")


def say(hub, resident):
    """An entry about a person, with planted words in the part that must go."""
    someone, _ = person_of(hub.reader, hub.ring, resident)
    event = Event({"kind": "disclosure"}, {"subject": "x", "reason": PLANTED}, resident, someone.key)
    [place] = hub.writer.run([lambda tx: tx.record(prepare(event))], sign=True)
    return place.position


def test_after_erasing_everybody_all_proofs_verify_and_nothing_of_theirs_opens_or_is_left(installation, hub):
    residents = [resident_of(hub, number) for number in PEOPLE]
    said = [say(hub, resident) for resident in residents]
    keys = [person_of(hub.reader, hub.ring, resident)[0].key for resident in residents]
    before = tree(hub.reader.db).size
    for resident in residents:
        approve(hub, resident, f"request-{resident}")
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (len(PEOPLE), 0)
    fsck(hub.reader.db)
    verifier = Verifier.parse(installation.directory.log_key.read_text("utf-8").strip())
    size = tree(hub.reader.db).size
    for index in range(size):
        stored = entry(hub.reader.db, index)
        proved = verify_proof(receipt(hub.reader.db, index), stored.leaf, [verifier])
        assert (proved.index, proved.checkpoint.size) == (index, size)
    kinds = [entry(hub.reader.db, index).act for index in range(before, size)]
    assert sum(b'"outcome":"done"' in act and b'"kind":"erasure"' in act for act in kinds) == len(PEOPLE)
    assert hub.reader.db.execute("SELECT count(*) FROM about").fetchone() == (0,)
    assert hub.reader.db.execute("SELECT count(*) FROM keys.data_key").fetchone() == (0,)
    assert hub.reader.some_residents(9) == []
    # The acts stay; the keys of the other parts are in no file any more.
    assert all(entry(hub.reader.db, index).act == b'{"kind":"disclosure"}' for index in said)
    secrets = [PLANTED.encode(), *keys]
    secrets += [person(number)[name].encode() for number in PEOPLE for name in ("idno", "name", "addr")]
    for path in (path for path in installation.path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path.name
    assert hub.reader.damaged() == []


@pytest.mark.parametrize("kind", ["dispute", "anomaly"])
def test_what_is_open_about_somebody_holds_their_erasure_up_and_nobody_elses(hub, kind):
    first, second = resident_of(hub, 0), resident_of(hub, 1)
    put(hub, kind, "d", resident=first, state="open")
    approve(hub, first, "a")
    approve(hub, second, "b")
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (1, 1)
    assert hub.reader.get(first, tuple(Tier)) is not None
    assert hub.reader.get(second, ()) is None
    put(hub, kind, "d", resident=first, state="dismissed")
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (1, 0)
    assert hub.reader.get(first, ()) is None


def test_rows_about_somebody_erased_no_longer_say_whose_they_were_and_count_for_nothing(hub):
    gone, stays = resident_of(hub, 0), resident_of(hub, 1)
    for resident, name in ((gone, "x"), (stays, "y")):
        put(hub, "freeze", name, resident=resident, state="in_force", extent="wished")
        put(hub, "dispute", name, resident=resident, state="upheld", index=1, by="somebody", against="another")
        put(hub, "deferral", name, resident=resident, state="approved", index=1, until="2099-01-01")
    approve(hub, gone)
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (1, 0)
    for kind in ("freeze", "dispute", "deferral"):
        rows = {row.id: row.body for row in hub.reader.control(kind)}
        assert (rows["x"]["resident"], rows["x"]["state"], rows["x"]["by"]) == (0, "done", "")
        assert rows["y"]["resident"] == stays
    assert [row.id for row in in_force(hub.reader.control("deferral"), NOW.date())] == ["y"]
    assert set(freezes((row.body for row in hub.reader.control("freeze")), {})) == {stays}


@pytest.mark.parametrize("state", ["pending", "denied", "done"])
def test_what_was_not_approved_is_not_carried_out(hub, state):
    resident = resident_of(hub, 0)
    put(hub, "erasure_request", "a", resident=resident, state=state, filed="", by="")
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (0, 0)
    assert hub.reader.get(resident, ()) is not None


def test_a_dispute_that_comes_in_before_the_erasure_begins_is_seen_in_its_transaction(hub):
    """Between the look at the requests and the first write somebody else may write."""
    resident = resident_of(hub, 0)
    held = is_held(hub.ring, [resident])

    def late(tx):
        tx.put_control("dispute", "d", {"resident": resident, "state": "open"}, system_event("dispute", NOW))
        return held(tx)

    assert not erase(hub.writer, hub.reader, hub.ring, resident, NOW, late)
    assert hub.reader.get(resident, ()) is not None
    assert hub.reader.intended_erasures() == []


@pytest.mark.parametrize("step", ["_erase_unless_held", "_end_roles", "_close"])
def test_an_erasure_that_was_broken_off_anywhere_is_finished_by_running_it_again(hub, monkeypatch, step):
    resident = resident_of(hub, 0)
    approve(hub, resident)
    rid = person_of(hub.reader, hub.ring, resident)[1].rid
    appoint(hub.writer, hub.reader, [Appointment(parse_principal(f"resident:{rid}"))])

    def broken(*_args, **_kwargs):
        raise TrailUnavailable("killed")

    monkeypatch.setattr(erasure, step, broken)
    with pytest.raises(TrailUnavailable):
        carry_out(hub.writer, hub.reader, hub.ring, NOW)
    monkeypatch.undo()
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (1, 0)
    assert hub.reader.get(resident, ()) is None
    assert carry_out(hub.writer, hub.reader, hub.ring, NOW) == (0, 0)
    [role] = [row.body for row in hub.reader.control("principal") if rid in row.id]
    assert role["revoked"]
    [request] = hub.reader.control("erasure_request")
    assert (request.body["state"], request.body["resident"]) == ("done", 0)
