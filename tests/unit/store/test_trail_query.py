import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store import trail_query, trail_rows, trail_settling
from hub.store.trail import canonical
from hub.store.trail_query import TrailQuery, about, search
from hub.store.trail_rows import (
    APART,
    TABLES,
    Row,
    Rows,
    State,
    drop_entries,
    forget_person,
    row_of,
    state,
    stranger,
)
from hub.store.trail_settling import RECENT, Settling
from hub.store.trail_volumes import tallies

START = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = {number: f"{number:032x}" for number in range(1, 5)}
STRANGERS = [f"{number << 100:032x}" for number in range(0xA0, 0xA3)]
HOUR = 3_600_000
COLUMNS = ("actor", "subject", "purpose", "kind", "outcome", "department")
AREAS = ("", None, "33", "339999", "339999001", "339999002001", "110101")

words = {
    "actor": st.sampled_from(["hub", "a:1#1", "a:1#2", "a:2#1"]),
    "purpose": st.none() | st.sampled_from(["VISIT", "EXAM"]),
    "kind": st.sampled_from(["disclosure", "search"]),
    "outcome": st.none() | st.sampled_from(["disclosed", "denied"]),
    "department": st.none() | st.sampled_from(["health", "police"]),
    "area": st.sampled_from(AREAS),
    "over_asked": st.booleans(),
    "subject": st.none() | st.sampled_from([*PEOPLE, *map(stranger, STRANGERS)]),
}
events = st.tuples(st.integers(-3000, 2000), st.fixed_dictionaries(words))
filters = st.fixed_dictionaries(
    {name: st.none() | words[name].filter(bool) for name in COLUMNS if name != "subject"}
    | {
        "over_asked": st.sampled_from([None, True]),
        "subject": st.none() | st.sampled_from([*PEOPLE.values(), *STRANGERS, "f" * 32]),
        "area": st.sampled_from(["", "33", "339999", "339999002", "110101", "22"]),
        "since": st.none() | st.integers(-50, 150),
        "until": st.none() | st.integers(-50, 150),
    }
)


def database():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES)
    db.executescript(RECENT)
    return db


def rows_of(drawn, apart=1):
    """Rows of drawn events: requests begin one after the other, or a little before one that was recorded earlier."""
    clock = START
    for entry, (step, said) in enumerate(drawn):
        clock += timedelta(milliseconds=max(step, 0) * apart)
        late = timedelta(milliseconds=max(-step, 0))
        time = round((clock - late).timestamp() * 1000)
        yield Row(entry, time, **said)


def seconds(offset):
    return None if offset is None else START + timedelta(seconds=offset)


def built(rows, sizes=(7, 1, 40)):
    """A projection with these rows, most of them settled, some half settled."""
    db, writer, settling, start = database(), Rows(), Settling(), 0
    while start < len(rows):
        size = sizes[start % len(sizes)]
        writer.put(db, rows[start : start + size], b"leaf")
        start += size
        settling.step(db)
        settling.step(db)
    return db


@pytest.fixture(autouse=True)
def _settle_early(monkeypatch):
    monkeypatch.setattr(trail_settling, "TOGETHER", 10)
    monkeypatch.setattr(trail_settling, "STEP", 4)


def number(pseudonym):
    numbers = {pseudonym: resident for resident, pseudonym in PEOPLE.items()}
    return pseudonym and numbers.get(pseudonym, stranger(pseudonym))


def expected(rows, query):
    """The same search as plain Python says it."""
    wanted = query._asdict() | {"subject": number(query.subject)}
    since, until = (moment and moment.timestamp() * 1000 for moment in (query.since, query.until))
    named = {row.area for row in rows if row.area}
    alone = not any(not area.startswith(query.area) and not query.area.startswith(area) for area in named)

    def seen(row):
        if row.area is None:
            return alone or (row.subject or 0) > 0
        return row.area == "" or row.area.startswith(query.area)

    return [
        row.entry
        for row in reversed(rows)
        if all(wanted[name] is None or getattr(row, name) == wanted[name] for name in (*COLUMNS, "over_asked"))
        and (since is None or row.time >= since)
        and (until is None or row.time < until)
        and seen(row)
    ]


def everything(db, query, limit, before=None):
    found, pages = [], 0
    while True:
        page = search(db, query, number(query.subject), before, limit)
        assert len(page.entries) <= limit
        found, before, pages = found + page.entries, page.next, pages + 1
        if before is None:
            return found


@settings(max_examples=150, deadline=None)
@given(
    st.lists(events, max_size=150), filters, st.integers(1, 9), st.sampled_from([3, 2000]), st.sampled_from([500, HOUR])
)
def test_filters_combine_as_plain_python_would(drawn, said, limit, examined, set_back):
    rows = list(rows_of(drawn))
    query = TrailQuery(**said | {"since": seconds(said["since"]), "until": seconds(said["until"])})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail_query, "MOST_EXAMINED", examined)
        patch.setattr(trail_query, "_COMPARED", 5)
        patch.setattr(trail_rows, "SET_BACK", set_back)
        assert everything(built(rows), query, limit) == expected(rows, query)


@settings(max_examples=40, deadline=None)
@given(st.lists(events, min_size=1, max_size=60), st.lists(events, max_size=20), filters, st.integers(1, 5))
def test_pages_do_not_shift_while_the_log_grows(drawn, more, said, limit):
    rows = list(rows_of(drawn + more))
    query = TrailQuery(**said | {"since": None, "until": None, "area": ""})
    db, writer = database(), Rows()
    writer.put(db, rows[: len(drawn)], b"")
    found, before = [], None
    for row in [*rows[len(drawn) :], *[None] * len(drawn)]:
        page = search(db, query, number(query.subject), before, limit)
        found, before = found + page.entries, page.next
        if before is None:
            break
        if row is not None:
            writer.put(db, [row], b"")
    assert found == expected(rows[: len(drawn)], query)


@settings(max_examples=30, deadline=None)
@given(st.lists(events, max_size=80), st.sampled_from([(1,), (3, 1), (200,)]))
def test_slices_of_any_size_build_the_same(drawn, sizes):
    rows = list(rows_of(drawn))
    one, other = built(rows, sizes), built(rows)
    for db in (one, other):
        settling = Settling()
        while settling.step(db):
            pass
        assert state(db).settled == len(rows) // 10 * 10
    assert list(one.iterdump()) == list(other.iterdump())


HOURS = st.integers(-2, 2)


def counted(rows, area, first, end):
    """The same counts as plain Python says them."""
    named = {row.area for row in rows if row.area}
    alone = not any(not each.startswith(area) and not area.startswith(each) for each in named)
    entries, over = Counter(), Counter()
    for row in rows:
        hour = row.time // HOUR
        if first <= hour < end and (alone if row.area is None else row.area == "" or row.area.startswith(area)):
            entries[hour, row.department, row.purpose, row.kind, row.outcome] += 1
            over[hour, row.department, row.purpose, row.kind, row.outcome] += row.over_asked
    return {key: (entries[key], over[key]) for key in entries}


def told(db, area, first, end):
    entries, over = Counter(), Counter()
    for tally in tallies(db, area, first, end):
        entries[tally[:5]] += tally.entries
        over[tally[:5]] += tally.over_asks
    return {key: (entries[key], over[key]) for key in entries}


areas = st.sampled_from(["33", "339", "339999", "3399990", "339999002", "339999002001", "110101", "22"])


@settings(max_examples=100, deadline=None)
@given(st.lists(events, max_size=150), areas, HOURS, HOURS, st.tuples(st.integers(0, 150), st.integers(0, 150)))
def test_counts_are_those_of_the_rows_also_when_some_were_purged(drawn, area, first, last, span):
    rows = list(rows_of(drawn, apart=900))
    first, end = int(START.timestamp()) // 3600 + first, int(START.timestamp()) // 3600 + last + 9
    db = built(rows)
    assert told(db, area, first, end) == counted(rows, area, first, end)
    drop_entries(db, [span])
    # Areas stay known when nothing of them is left, so that residents' acts are not counted as if nobody else were.
    left = [row._replace(time=-1) if span[0] <= row.entry <= span[1] else row for row in rows]
    assert told(db, area, first, end) == counted(left, area, first, end)


@settings(max_examples=30, deadline=None)
@given(st.lists(events, max_size=60), st.sampled_from(list(PEOPLE)))
def test_forgotten_person_is_linked_to_nothing_and_all_else_stays(drawn, resident):
    rows = list(rows_of(drawn))
    db = built(rows)
    forget_person(db, resident)
    assert about(db, resident, None, 99) == []
    left = [row._replace(subject=None) if row.subject == resident else row for row in rows]
    assert everything(db, TrailQuery(), 9) == expected(left, TrailQuery())
    assert db.execute("SELECT entry, subject FROM event").fetchall() == [(row.entry, row.subject) for row in left]


def test_entries_about_one_person_come_newest_first_and_below_a_place():
    db = built([Row(entry, entry, "hub", entry % 2 + 1, None, None, None, None, "") for entry in range(20)])
    assert about(db, 1, None, 3) == [18, 16, 14]
    assert about(db, 1, 14, 3) == [12, 10, 8]
    assert about(db, 9, None, 3) == []


def test_clock_that_was_set_back_hides_nothing():
    times = [*range(0, 400_000, 1000), *range(100_000, 500_000, 1000)]
    rows = [Row(entry, time + 1, "hub", None, None, "k", None, None, "") for entry, time in enumerate(times)]
    db = built(rows)
    query = TrailQuery(
        kind="k",
        since=datetime.fromtimestamp(150, UTC),
        until=datetime.fromtimestamp(160, UTC),
    )
    assert everything(db, query, 50) == [*range(459, 449, -1), *range(159, 149, -1)]


@pytest.mark.parametrize("at", [0, 99 * 3_600_000])
def test_a_clock_that_was_wrong_for_a_moment_makes_no_other_search_look_further(at):
    times = [entry * 60_000 + HOUR for entry in range(3000)]
    times.insert(1500, at)
    rows = [Row(entry, time, "hub", None, None, "k", None, None, "") for entry, time in enumerate(times)]
    db = built(rows, (500,))
    for number in (700, 2200):
        since = datetime.fromtimestamp(times[number] / 1000, UTC)
        query = TrailQuery(since=since, until=since + timedelta(minutes=3))
        spans = [span for _, span in trail_query._ranges(db, query.since, query.until, len(rows))]
        assert sum(max(span.end - span.first, 0) for span in spans) < 5 * APART
        assert everything(db, query, 50) == [number + 2, number + 1, number]
    wrong = datetime.fromtimestamp(at / 1000, UTC)
    assert 1500 in everything(db, TrailQuery(since=wrong, until=wrong + timedelta(milliseconds=1)), 50)


def test_times_between_two_milliseconds_are_told_apart():
    db = built([Row(entry, 1000 + entry, "hub", None, None, "k", None, None, "") for entry in range(10)])
    between = datetime.fromtimestamp(1, UTC) + timedelta(microseconds=4500)
    assert search(db, TrailQuery(since=between), None, None, 20).entries == [9, 8, 7, 6, 5]
    assert search(db, TrailQuery(until=between), None, None, 20).entries == [4, 3, 2, 1, 0]


def test_time_range_is_found_without_looking_at_what_lies_outside():
    rows = [Row(entry, entry * 1000, "hub", None, None, "k", None, None, "") for entry in range(100 * APART)]
    db = built(rows, (500,))
    looked = []
    db.set_trace_callback(looked.append)
    query = TrailQuery(since=datetime.fromtimestamp(1000, UTC), until=datetime.fromtimestamp(1010, UTC))
    assert search(db, query, None, None, 200).entries == list(range(1009, 999, -1))
    [statement] = [text for text in looked if text.startswith("SELECT event.entry, 1 FROM event")]
    plan = db.execute(f"EXPLAIN QUERY PLAN {statement}").fetchone()[3]
    assert "SEARCH" in plan
    [(_, span)] = trail_query._ranges(db, query.since, query.until, len(rows))
    first, end = span[::3]
    assert 1000 - APART <= first <= 1000
    assert 1010 <= end <= 1010 + APART


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["actor"], "of_actor"),
        (["subject"], "of_subject"),
        (["purpose"], "by_purpose"),
        (["kind"], "by_kind"),
        (["outcome"], "by_outcome"),
        (["department"], "by_department"),
        (["actor", "purpose"], "of_actor_purpose"),
        (["actor", "subject"], "of_subject"),
        (["subject", "purpose"], "of_subject"),
        (["department", "outcome"], "by_department_outcome"),
        (["kind", "subject", "outcome"], "of_subject"),
    ],
)
def test_promised_filters_have_a_place_of_their_own(names, place):
    said = {"actor": "a", "purpose": "P", "kind": "k", "outcome": "o", "department": "d"}
    rows = [Row(entry, entry, subject=entry % 4 + 1, area="", **said) for entry in range(50)]
    db = built(rows)
    codes = trail_query._codes(db, TrailQuery(**{name: said.get(name, PEOPLE[1]) for name in names}), 1)
    columns, name = trail_query._choose(db, codes, 0, 50)
    assert name == place
    if len(names) < 3:
        assert set(columns) == set(names)


def test_rarest_of_several_filters_leads():
    rows = [Row(entry, entry, "a", None, "P", "rare" if entry == 3 else "k", "o", None, "") for entry in range(1000)]
    db = built(rows, (500,))
    codes = trail_query._codes(db, TrailQuery(purpose="P", kind="rare", outcome="o"), None)
    assert trail_query._choose(db, codes, 0, 1000) == (("kind",), "by_kind")


@settings(max_examples=30, deadline=None)
@given(st.lists(events, min_size=20, max_size=60), st.integers(1, 30), filters)
def test_half_settled_entries_are_found_once_and_settling_again_changes_nothing(drawn, steps, said):
    rows = list(rows_of(drawn))
    query = TrailQuery(**said | {"since": None, "until": None})
    db = database()
    Rows().put(db, rows, b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail_settling, "TOGETHER", 10)
        patch.setattr(trail_settling, "STEP", 4)
        settling = Settling()
        for _ in range(steps):
            settling.step(db)
            assert everything(db, query, 7) == expected(rows, query)
        again = Settling()  # as after a crash
        while again.step(db):
            assert everything(db, query, 7) == expected(rows, query)
    assert everything(db, query, 7) == expected(rows, query)


def test_person_forgotten_while_they_are_settled_does_not_come_back():
    db = database()
    Rows().put(db, [Row(entry, entry, "hub", 1, None, None, None, None, "") for entry in range(12)], b"")
    settling = Settling()
    for _ in range(8):
        settling.step(db)
        if settling._sorted and settling._sorted.table == "of_subject":
            break
    forget_person(db, 1)
    while settling.step(db):
        pass
    assert db.execute("SELECT count(*) FROM of_subject").fetchone() == (0,)
    assert about(db, 1, None, 9) == []


def test_row_takes_from_an_act_what_is_searched():
    act = (
        b'{"v":1,"time":"2026-11-22T05:36:29.123Z","actor":"a","role":"clerk","purpose":"P","kind":"k",'
        b'"outcome":"o","department":"","area":"33","fields":["x"]}'
    )
    time = round(datetime(2026, 11, 22, 5, 36, 29, 123000, tzinfo=UTC).timestamp() * 1000)
    assert row_of(7, act, 5) == Row(7, time, "a", 5, "P", "k", "o", None, "33")


@pytest.mark.parametrize(
    ("act", "area"),
    [(b'{"actor":"hub"}', ""), (b'{"role":"resident","area":""}', None), (b'{"role":"clerk","area":"33"}', "33")],
)
def test_area_tells_the_hub_from_somebody_without_one(act, area):
    assert row_of(0, act, None).area == area


@pytest.mark.parametrize(
    "act",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"time":5,"kind":["x"],"actor":null}', b'{"time":"2026-11-22T05:36:29"}'],
)
def test_act_that_says_nothing_readable_takes_its_place_all_the_same(act):
    row = row_of(3, act, None)
    assert (row.entry, row.time, row.kind, row.actor) == (3, None, None, None)
    assert state(built([row])) == State(4, b"leaf", 0, 0)


@pytest.mark.parametrize(
    "said",
    [
        {"time": "2026-11-22T05:36:29.000Z", "trace_id": "ab" * 16},
        {"time": "", "trace_id": ""},
        {"time": 'a"b', "trace_id": "\\"},
        {"time": 5, "trace_id": "x"},
        {"time": "2026-11-22T05:36:29.000Z"},
        {
            "filed": {"time": "2020-01-01T00:00:00.000Z", "trace_id": "x"},
            "time": "2026-11-22T05:36:29.000Z",
            "trace_id": "y",
        },
        {"filed": {"time": "2020-01-01T00:00:00.000Z"}, "trace_id": "y"},
        {"filed": '"time":"2020-01-01T00:00:00.000Z"', "time": "2026-11-22T05:36:29.000Z", "trace_id": "y"},
        {"note": '"trace_id":"', "time": "2026-11-22T05:36:29.000Z", "trace_id": "y"},
    ],
)
def test_act_that_is_remembered_apart_from_its_time_says_the_same(said):
    act = canonical({"actor": "a", "kind": "k", "area": "33", "role": "clerk"} | said)
    row = row_of(1, act, None)
    assert row == row_of(1, orjson.dumps(orjson.loads(act), option=orjson.OPT_INDENT_2), None)


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_number_of_a_stranger_is_no_internal_id(pseudonym):
    assert -(2**63) <= stranger(pseudonym) < 0
