"""What every storage engine promises; a new engine joins by one entry in `ENGINES`."""

import base64
from contextlib import ExitStack

import pytest

from audit.entry import commitment, leaf_data
from audit.fsck import fsck
from audit.log import latest_checkpoint
from audit.proof import verify_proof
from hub.feeds.sealing import ALL_TIERS, new_file
from hub.model.tier import Tier
from hub.store.directory import open_keyring
from hub.store.engine import Event, Tokens
from hub.store.installation import create, open_writer, signer
from hub.store.sections import data_key, in_force, unseal
from hub.store.sqlcipher import SqlcipherReader
from hub.store.tokens import idno_token, list_token, rid_token
from hub.store.trail import canonical, prepare, receipt
from tests.factories import GRID, idno, sections

GONE = RuntimeError("changed its mind")
SAID = Event({"kind": "principal"}, {"subject": ""})


class Sqlcipher:
    """The embedded engine in a directory of its own."""

    def __init__(self, folder, closing):
        self.directory = create(folder / "store")
        self.ring = open_keyring(self.directory)
        self.signer = signer(self.directory, self.ring)
        self.closing = closing

    def writer(self):
        """As another process would have one."""
        writer = open_writer(self.directory, self.ring)
        self.closing.callback(writer.close)
        return writer

    def reader(self):
        reader = SqlcipherReader(self.directory, self.ring)
        self.closing.callback(reader.close)
        return reader


ENGINES = {"sqlcipher": Sqlcipher}


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    with ExitStack() as closing:
        yield ENGINES[request.param](tmp_path, closing)


@pytest.fixture
def writer(engine):
    return engine.writer()


@pytest.fixture
def reader(engine):
    return engine.reader()


@pytest.fixture
def add(engine, writer):
    """Add people by number; returns their internal ids."""

    def put(*numbers, **more):
        first = writer.reserve(len(numbers))
        residents = range(first, first + len(numbers))
        for resident, number in zip(residents, numbers, strict=True):
            file = sections(idno=idno(number), name=f"名{number}", grid=GRID, **more)
            made = new_file(engine.ring, resident, file, f"rid-{number}")
            assert writer.run([lambda tx, made=made: tx.create_file(*made)]) == [None]
        return list(residents)

    return put


def event(kind="test", resident=None):
    return prepare(Event({"kind": kind}, {"subject": ""}, resident, bytes(32) if resident else None))


def failing(tx):
    tx.record(event("lost"))
    tx.put_control("principal", "lost", {}, SAID)
    raise GONE


def size(reader):
    return reader.db.execute("SELECT size FROM log_tree").fetchone()[0]


def acts(reader):
    return [act for (act,) in reader.db.execute("SELECT act FROM log_entry ORDER BY idx")]


class TestFinding:
    def test_a_person_is_found_by_number_and_by_id_and_got_by_internal_id(self, engine, reader, add):
        one, other = add(1, 2)
        for token in (idno_token(engine.ring, idno(1)), rid_token(engine.ring, "rid-1")):
            assert reader.find(token, ()).resident == one
        assert reader.get(other, ()).resident == other
        assert reader.find(idno_token(engine.ring, idno(3)), ()) is None
        assert reader.get(other + 1, ()) is None

    @pytest.mark.parametrize("tiers", [(), (Tier.BASIC,), (Tier.SEALED, Tier.CONTROL), tuple(Tier)])
    def test_only_the_sections_asked_for_are_fetched(self, reader, add, tiers):
        [resident] = add(1)
        assert tuple(reader.get(resident, tiers).sections) == tiers

    def test_sections_come_back_as_they_were_sealed(self, engine, writer, reader):
        [resident] = [writer.reserve(1)]
        made = new_file(engine.ring, resident, sections(idno=idno(1), name="王·丽"), "rid")
        writer.run([lambda tx: tx.create_file(*made)])
        sealed = reader.get(resident, tuple(Tier))
        assert sealed.keys == made.keys
        assert list(sealed.sections.values()) == made.envelopes

    def test_where_nobody_is_found_some_other_row_can_be_read(self, engine, reader, add):
        assert reader.decoy(engine.ring.index(b"nobody"), (Tier.CONTROL,)) is None
        residents = add(1, 2, 3)
        seen = {reader.decoy(engine.ring.index(b"%d" % n), (Tier.CONTROL,)).resident for n in range(60)}
        assert seen == set(residents)

    def test_a_roster_is_ascending_and_read_in_pages(self, engine, reader, add):
        residents = add(1, 2, 3, 4, 5)
        token, pages, after = list_token(engine.ring, GRID), [], 0
        while page := reader.roster(token, after, 2):
            pages.append(page)
            after = page[-1]
        assert pages == [residents[:2], residents[2:4], residents[4:]]
        assert reader.roster(list_token(engine.ring, GRID[:12]), 0, 9) == []

    def test_a_person_can_be_put_on_a_list_and_off_it(self, engine, writer, reader, add):
        [resident] = add(1)
        alone = list_token(engine.ring, GRID, "tag.alone")
        for tokens, there in ((Tokens(lists=(alone, alone)), [resident]), (Tokens(off_lists=(alone,)), [])):
            writer.run([lambda tx, tokens=tokens: tx.update_sections(resident, {}, tokens)])
            assert reader.roster(alone, 0, 9) == there

    def test_replacing_a_section_leaves_the_others(self, writer, reader, add):
        [resident] = add(1)
        before = reader.get(resident, tuple(Tier)).sections
        writer.run([lambda tx: tx.update_sections(resident, {Tier.CARE: b"new"}, Tokens())])
        assert reader.get(resident, tuple(Tier)).sections == before | {Tier.CARE: b"new"}

    def test_a_token_leads_to_one_person_for_good(self, engine, writer, reader, add):
        one, other = add(1, 2)
        token = rid_token(engine.ring, "rid-1")
        taken = Tokens(lookups=(token,))
        kept, refused = writer.run(
            [lambda tx: tx.update_sections(one, {}, taken), lambda tx: tx.update_sections(other, {}, taken)]
        )
        assert kept is None
        assert isinstance(refused, Exception)
        assert reader.find(token, ()).resident == one


class TestTransactions:
    def test_an_action_that_fails_is_undone_alone(self, writer, reader):
        before, version = size(reader), reader.control_version()
        good = lambda tx: tx.record(event("kept")).position  # noqa: E731
        assert writer.run([good, failing, good]) == [before, GONE, before + 1]
        assert acts(reader)[before:] == [b'{"kind":"kept"}'] * 2
        assert reader.control("principal") == []
        assert reader.control_version() == version

    def test_a_person_who_is_there_already_fails_that_action_alone(self, engine, writer, reader, add):
        [resident] = add(1)
        again = new_file(engine.ring, resident, sections(idno=idno(2)), "rid-2")
        before = reader.get(resident, tuple(Tier))
        refused, kept = writer.run([lambda tx: tx.create_file(*again), lambda tx: tx.record(event())])
        assert isinstance(refused, Exception)
        assert not isinstance(kept, Exception)
        assert reader.get(resident, tuple(Tier)) == before
        assert unseal_name(engine, before) == "名1"

    def test_indexes_follow_without_a_gap_across_writers(self, engine, reader):
        one, other = engine.writer(), engine.writer()
        start = size(reader)
        places = [each.run([lambda tx: tx.record(event()).position] * 2) for each in (one, other, other, one)]
        assert [place for batch in places for place in batch] == list(range(start, start + 8))
        fsck(reader.db)

    def test_reserved_ids_never_overlap(self, engine):
        one, other = engine.writer(), engine.writer()
        ranges = [(each.reserve(count), count) for each, count in ((one, 3), (other, 1), (one, 5), (other, 2))]
        ids = [first + n for first, count in ranges for n in range(count)]
        assert len(set(ids)) == len(ids)
        assert min(ids) > 0

    def test_entries_about_a_person_are_counted_without_a_gap(self, writer, add):
        residents = add(1, 2)
        order = [residents[0], residents[1], residents[0], residents[0], residents[1]]
        prepared = [event(resident=resident) for resident in order]
        places = writer.run([lambda tx, each=each: tx.record(each) for each in prepared])
        for each, place, ordinal in zip(prepared, places, (1, 1, 2, 3, 2), strict=True):
            counted = commitment("ordinal", each.ordinal_salt, canonical({"ordinal": ordinal}))
            assert place.ordinal_commitment == counted

    def test_a_failed_action_uses_up_no_ordinal(self, writer, add):
        [resident] = add(1)
        kept = event(resident=resident)

        def lost(tx):
            tx.record(event(resident=resident))
            raise GONE

        _, place = writer.run([lost, lambda tx: tx.record(kept)])
        assert place.ordinal_commitment == commitment("ordinal", kept.ordinal_salt, canonical({"ordinal": 1}))

    def test_everything_is_there_after_closing_and_opening(self, engine, add):
        [resident] = add(1)
        writer = engine.writer()
        writer.run([lambda tx: tx.put_control("filing", "f", {"a": "号"}, SAID)])
        reader = engine.reader()
        assert reader.get(resident, ()).resident == resident
        assert [row.body for row in reader.control("filing")] == [{"a": "号"}]
        fsck(reader.db)

    def test_within_a_view_nothing_changes(self, engine, writer, add):
        reader = engine.reader()
        with reader.view():
            assert reader.find(idno_token(engine.ring, idno(1)), ()) is None
            before = size(reader)
            add(1)
            writer.run([lambda tx: tx.record(event())])
            assert reader.find(idno_token(engine.ring, idno(1)), ()) is None
            assert size(reader) == before
        assert reader.find(idno_token(engine.ring, idno(1)), ()) is not None
        assert size(reader) == before + 1


class TestControls:
    def test_a_row_says_which_version_it_is_and_which_entry_made_it(self, writer, reader):
        for version in (1, 2, 3):
            [place] = writer.run([lambda tx, n=version: tx.put_control("principal", "a", {"n": n}, SAID)])
            assert reader.control("principal") == [("principal", "a", version, place.position, {"n": version})]

    def test_every_change_and_nothing_else_changes_the_version_of_all(self, writer, reader, add):
        versions = [reader.control_version()]
        for body in ({"n": 1}, {"n": 1}):
            writer.run([lambda tx, body=body: tx.put_control("principal", "a", body, SAID)])
            versions.append(reader.control_version())
        assert len(set(versions)) == len(versions)
        add(1)
        writer.run([lambda tx: tx.record(event())])
        assert reader.control_version() == versions[-1]

    @pytest.mark.parametrize(
        ("one", "other"), [("a", "A"), ("a", "a "), ("é", "e\u0301"), ("ß", "ss"), ("a", "ａ"), ("", "0")]
    )
    def test_ids_that_look_alike_are_two(self, writer, reader, one, other):
        for name in (one, other):
            writer.run([lambda tx, name=name: tx.put_control("principal", name, {"id": name}, SAID)])
        assert {row.id: row.body["id"] for row in reader.control("principal")} == {one: one, other: other}

    def test_kinds_are_apart(self, writer, reader):
        writer.run([lambda tx: tx.put_control("filing", "a", {}, SAID)])
        assert reader.control("principal") == []
        assert reader.control("Filing") == []


class TestTrail:
    def test_a_receipt_verifies_against_the_signed_checkpoint(self, engine, writer, reader):
        prepared = [event(str(n)) for n in range(5)]
        assert reader.receipt(size(reader)) is None
        places = writer.run([lambda tx, each=each: tx.record(each) for each in prepared], sign=True)
        for each, place in zip(prepared, places, strict=True):
            made = receipt(engine.signer.name, place, each)
            proved = verify_proof(reader.receipt(place.position), made.leaf, [engine.signer.verifier], made.origin)
            assert proved.index == place.position
            act = commitment("act", made.act_salt, made.act)
            assert made.leaf == leaf_data(act, made.subject_commitment, made.ordinal_commitment)

    def test_an_entry_no_checkpoint_covers_has_no_proof_yet(self, writer, reader):
        [place] = writer.run([lambda tx: tx.record(event())])
        assert reader.receipt(place.position) is None
        assert writer.unsigned
        writer.run([], sign=True)
        assert reader.receipt(place.position) is not None
        assert not writer.unsigned

    def test_the_checkpoint_is_the_latest(self, writer, reader):
        writer.run([lambda tx: tx.record(event())], sign=True)
        [_, count, root, *_] = latest_checkpoint(reader.db).note.decode().split("\n")
        assert int(count) == size(reader)
        assert base64.b64decode(root) == fsck(reader.db)

    def test_closing_signs_what_is_unsigned(self, engine, reader):
        writer = engine.writer()
        writer.run([lambda tx: tx.record(event())])
        writer.close()
        engine.closing.pop_all()
        assert reader.receipt(size(reader) - 1) is not None
        reader.close()


def unseal_name(engine, sealed):
    key = data_key(engine.ring, sealed.keys, Tier.BASIC, ALL_TIERS)
    return in_force(unseal(key, sealed.resident, Tier.BASIC, sealed.sections[Tier.BASIC]))["name"]
