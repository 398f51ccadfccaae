import io
import json
import random
import sqlite3
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from audit import container, log
from audit.claim import RANGE, SELECTION, SUBJECT
from audit.entry import canonical, commitment
from audit.errors import VerificationError
from audit.pack import prove_from_pack, verify_pack, write_pack
from audit.policy import parse_trust
from audit.proof import verify_proof
from audit.strict import base64_text
from audit.tables import node_source
from tests.unit.audit.trails import Trail, fork, salt, shown

VECTORS = Path(__file__).parents[2] / "vectors" / "packs"
MEMBERS = ["manifest.json", "index.zh.html", "index.en.html", "events.jsonl", "ocsf.jsonl", "hashes", "checkpoint"]


@pytest.fixture(scope="module")
def trail():
    made = Trail(sqlite3.connect(":memory:", isolation_level=None), 600)
    made.sign()
    yield made
    made.db.close()


def trust(trail):
    return parse_trust(str(trail.signer.verifier).encode())


def packed(trail, events, claim=SELECTION):
    file = io.BytesIO()
    note = log.latest_checkpoint(trail.db).note
    write_pack(file, events, note, node_source(trail.db), str(trail.signer.verifier), claim)
    return file


def person(trail, name, ordinals, note=b"{}"):
    """Entries about one person, appended."""
    events = []
    for ordinal in ordinals:
        index = trail.size
        act = {"kind": "disclosure", "time": "2026-11-22T10:00:00Z", "purpose": "OLDCARD", "fields": ["name"]}
        parts = {"act": act, "subject": {"subject": name}, "ordinal": {"ordinal": ordinal}}
        salts = {part: salt(part, 10**7 + index) for part in parts}
        bound = {part: commitment(part, salts[part], canonical(body)) for part, body in parts.items()}
        with trail:
            row = log.Entry(canonical(act), salts["act"], bound["subject"], bound["ordinal"], note)
            trail.log.append(trail.db, [row])
        event = {"index": index, **parts, **{f"{part}_salt": base64_text(salts[part]) for part in parts}}
        events.append(event)
    trail.sign()
    return events


def test_a_pack_is_verified_and_is_a_zip_that_others_open(trail):
    file = packed(trail, [shown(index) for index in range(100, 400)], RANGE)
    pack = verify_pack(file, trust(trail))
    assert (pack.count, pack.first, pack.last, pack.claim) == (300, 100, 399, RANGE)
    assert pack.checkpoint.size == 600
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*MEMBERS, "log.vkey"]
        assert len(archive.read("events.jsonl").splitlines()) == 300
        assert archive.read("checkpoint") == log.latest_checkpoint(trail.db).note


def test_the_same_events_give_the_same_bytes(trail):
    events = [shown(index) for index in (3, 77, 512)]
    first, second = packed(trail, events).getvalue(), packed(trail, iter(events)).getvalue()
    assert first == second


def test_a_pack_may_be_empty_or_of_one(trail):
    for events in ([], [shown(599)]):
        assert verify_pack(packed(trail, events), trust(trail)).count == len(events)


@pytest.mark.parametrize("parts", [("act",), ("act", "subject"), ("act", "subject", "ordinal"), ()])
def test_a_pack_shows_as_much_as_it_is_given(trail, parts):
    file = packed(trail, [shown(index, parts) for index in (0, 5, 255, 256)])
    assert verify_pack(file, trust(trail)).count == 4
    with zipfile.ZipFile(file) as archive:
        assert (b'"p5"' in archive.read("events.jsonl")) == ("subject" in parts)


def test_a_proof_from_a_pack_is_one_that_others_read(trail):
    file = packed(trail, [shown(index) for index in (3, 77, 512)])
    data = prove_from_pack(file, trust(trail), 77).serialized()
    assert data == log.receipt(trail.db, 77)
    assert verify_proof(data, log.entry(trail.db, 77).leaf, trail.keys).index == 77
    with pytest.raises(VerificationError):
        prove_from_pack(file, trust(trail), 300)


def test_the_pages_say_what_the_events_say(trail):
    file = packed(trail, [shown(index) for index in (3, 77)])
    for language, word in (("zh", "处理目的"), ("en", "Purpose")):
        with zipfile.ZipFile(file) as archive:
            page = archive.read(f"index.{language}.html").decode()
        assert word in page
        assert "<td>77</td>" in page
        assert "<script" not in page
        HTMLParser().feed(page)


def test_text_in_an_event_is_no_markup(make_trail):
    trail = make_trail()
    events = person(trail, "<script>alert(1)</script>", [1])
    file = packed(trail, events)
    verify_pack(file, trust(trail))
    with zipfile.ZipFile(file) as archive:
        assert b"<script" not in archive.read("index.zh.html")


def test_the_ocsf_rendering_has_what_its_classes_need(trail):
    file = packed(trail, [shown(index) for index in (3, 77)])
    with zipfile.ZipFile(file) as archive:
        events = [json.loads(line) for line in archive.read("ocsf.jsonl").splitlines()]
    for event, index in zip(events, (3, 77), strict=True):
        assert event["class_uid"] == 6003
        assert event["type_uid"] == 6003 * 100 + event["activity_id"]
        required = {"activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id"}
        assert required | {"src_endpoint", "time", "type_uid"} <= event.keys()
        assert event["metadata"]["uid"] == str(index)
        assert event["unmapped"]["subject"] == {"subject": f"p{index}"}


def test_all_entries_about_a_person_are_counted(make_trail):
    trail = make_trail(20)
    events = person(trail, "p-1", [1, 2, 3])
    person(trail, "p-2", [1, 2])
    events += person(trail, "p-1", [4])
    pack = verify_pack(packed(trail, events, SUBJECT), trust(trail))
    assert (pack.count, pack.claim) == (4, SUBJECT)


@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_an_entry_hidden_from_a_person_is_found(make_trail, hidden):
    trail = make_trail(20)
    events = person(trail, "p-1", [1, 2, 3, 4])
    following = events[hidden + 1]["index"]
    del events[hidden]
    with pytest.raises(VerificationError, match=f"entry {following} is the person's") as error:
        packed(trail, events, SUBJECT)
    assert error.value.index == following


def test_a_pack_about_one_person_has_nobody_else(make_trail):
    trail = make_trail(20)
    events = person(trail, "p-1", [1, 2])
    other = person(trail, "p-2", [1])
    with pytest.raises(VerificationError, match="another person"):
        packed(trail, events + other, SUBJECT)
    file = packed(trail, events, SUBJECT)
    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"p-1" in everything
    assert b"p-2" not in everything
    assert other[0]["subject_salt"].encode() not in everything


def test_a_person_is_not_left_out_of_a_range(make_trail):
    trail = make_trail()
    first = person(trail, "p-1", [1])
    events = person(trail, "p-1", [3])
    with pytest.raises(VerificationError, match="where 2 is due"):
        packed(trail, first + events, RANGE)


@pytest.mark.parametrize(
    ("events", "index", "match"),
    [
        ([0, 1, 3], 2, "entry 2 is left out"),
        ([0, 2, 1], 2, "entry"),
        ([0, 1, 1], 1, "entry 1 stands behind entry 1"),
    ],
)
def test_a_gap_and_disorder_are_named(trail, events, index, match):
    with pytest.raises(VerificationError, match=match) as error:
        packed(trail, [shown(n, ("act",)) for n in events], RANGE)
    assert error.value.index in {index, 1}


@pytest.mark.parametrize("index", [600, 10**6, -1, 2**63])
def test_an_event_beyond_the_checkpoint_is_not_packed(trail, index):
    event = shown(5) | {"index": index}
    with pytest.raises(VerificationError):
        packed(trail, [event])


def rewritten(file, changes, names=None):
    """The pack with members changed and everything that can be computed without the log's key computed again."""
    with zipfile.ZipFile(file) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    data |= changes
    packed = [container.pack(name, [body], io.BytesIO(), deflated=True) for name, body in data.items()][1:]
    manifest = json.loads(data["manifest.json"])
    manifest["files"] = {each.name: each.digest() for each in packed}
    body = canonical(manifest) + b"\n"
    out = io.BytesIO()
    whole = [container.pack("manifest.json", [body], io.BytesIO(), deflated=False), *packed]
    container.write(out, [each for each in whole if names is None or each.name in names])
    return out


def test_a_pack_written_again_without_change_is_the_same(trail):
    file = packed(trail, [shown(n) for n in range(5)])
    assert rewritten(file, {}).getvalue() == file.getvalue()


@pytest.mark.parametrize("name", [*MEMBERS[1:], "log.vkey"])
def test_a_member_changed_with_everything_computed_again_is_found(trail, name):
    file = packed(trail, [shown(n) for n in range(5)])
    with zipfile.ZipFile(file) as archive:
        body = bytearray(archive.read(name))
    body[len(body) // 2] ^= 1
    with pytest.raises(VerificationError):
        verify_pack(rewritten(file, {name: bytes(body)}), trust(trail))


def test_an_event_of_a_forged_log_is_named(trail):
    events = [shown(n) for n in range(50)]
    file = packed(trail, events)
    events[17] = shown(10**6 + 17) | {"index": 17}
    forged = packed(fork(trail, 600, 17), events)
    with zipfile.ZipFile(forged) as archive:
        body = archive.read("events.jsonl")
    with pytest.raises(VerificationError, match="entry 17") as error:
        verify_pack(rewritten(file, {"events.jsonl": body}), trust(trail))
    assert error.value.index == 17


def test_every_flipped_byte_of_a_pack_is_found(trail, times):
    data = packed(trail, [shown(n) for n in range(0, 600, 100)]).getvalue()
    verify_pack(io.BytesIO(data), trust(trail))
    chance = random.Random(3)
    places = range(len(data))
    some = [*range(90), *range(len(data) - 600, len(data)), *chance.sample(places, 600)]
    for place in places if times(0, 1) else some:
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        with pytest.raises(VerificationError):
            verify_pack(io.BytesIO(bytes(flipped)), trust(trail))


def test_a_pack_cut_or_grown_anywhere_is_refused(trail):
    data = packed(trail, [shown(n) for n in range(5)]).getvalue()
    for cut in range(0, len(data), 97):
        with pytest.raises(VerificationError):
            verify_pack(io.BytesIO(data[:cut]), trust(trail))
    for more in (data + b"\0", b"\0" + data, data + data):
        with pytest.raises(VerificationError):
            verify_pack(io.BytesIO(more), trust(trail))


def test_a_pack_with_members_missing_added_or_twice_is_refused(trail):
    file = packed(trail, [shown(n) for n in range(5)])
    for left_out in MEMBERS:
        with pytest.raises(VerificationError):
            verify_pack(rewritten(file, {}, [*set(MEMBERS) - {left_out}, "log.vkey"]), trust(trail))
    with pytest.raises(VerificationError):
        verify_pack(rewritten(file, {"../../etc/passwd": b"x"}), trust(trail))
    with zipfile.ZipFile(file) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, body in data.items():
            archive.writestr(name, body)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("events.jsonl", b"")
    with pytest.raises(VerificationError):
        verify_pack(twice, trust(trail))


def test_a_pack_that_unfolds_to_too_much_is_refused_unread(trail):
    file = packed(trail, [shown(n) for n in range(5)])
    with pytest.raises(VerificationError, match="unfolds"):
        verify_pack(file, trust(trail), most=1000)
    bomb = rewritten(file, {"ocsf.jsonl": bytes(2**24)})
    with pytest.raises(VerificationError):
        verify_pack(bomb, trust(trail))
    with pytest.raises(VerificationError):
        verify_pack(bomb, trust(trail), most=2**20)


def test_a_pack_of_another_log_or_key_is_refused(trail, make_trail):
    file = packed(trail, [shown(n) for n in range(5)])
    other = make_trail(1, "hub.example/other")
    with pytest.raises(VerificationError):
        verify_pack(file, trust(other))
    with pytest.raises(VerificationError, match="key in the pack"):
        verify_pack(rewritten(file, {"log.vkey": f"{other.signer.verifier}\n".encode()}), trust(trail))


@pytest.mark.parametrize("change", [{"claim": RANGE}, {"count": 6}, {"first": 1}, {"size": 601}, {"more": 1}])
def test_a_manifest_that_states_something_else_is_refused(trail, change):
    file = packed(trail, [shown(n) for n in (0, 1, 2, 3, 9)])
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    body = canonical(manifest | change)
    with pytest.raises(VerificationError):
        verify_pack(rewritten(file, {"manifest.json": body}), trust(trail))


def test_the_first_pack_of_the_format_is_still_true_and_still_the_same(trail):
    """Other bytes are another version of the format: packs that have been handed out must stay true."""
    known = VECTORS / "version-1.zip"
    with known.open("rb") as file:
        assert verify_pack(file, trust(trail)).count == 3
    ours = packed(trail, [shown(n) for n in (0, 1, 599)])
    with zipfile.ZipFile(known) as archive, zipfile.ZipFile(ours) as again:
        for name in archive.namelist()[1:]:
            assert archive.read(name) == again.read(name), name
