"""A resident finds out whatever is left out of, added to or changed in the list of accesses to their file."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.__main__ import main
from audit.accesses import check_in_log, check_pages, check_proofs
from audit.entry import canonical, commitment
from audit.errors import VerificationError
from audit.log import receipt as proof_of
from audit.published import publish
from audit.reader import PublishedLog
from audit.source import Folder
from audit.strict import base64_bytes, base64_text
from tests.unit.audit.own_list import ME, OTHER, OwnList, item, sent
from tests.unit.audit.trails import fork

SUBJECTS = [ME, OTHER, ME, ME, OTHER, ME, ME, ME]
COUNT = SUBJECTS.count(ME)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return OwnList(tmp_path_factory.mktemp("log"), SUBJECTS)


@pytest.fixture(scope="module")
def whole(own):
    """One page of everything; the log holds further looks behind it."""
    return own.pages()


@pytest.fixture(scope="module")
def published(own, whole):
    assert whole, "the looks are in the log before it is read"
    return PublishedLog(Folder(own.published.folder), own.published.policy)


@pytest.fixture
def pages(whole):
    return copy.deepcopy(whole)


def refused(pages, saying):
    with pytest.raises(VerificationError, match=saying):
        check_pages(sent(pages))


def test_a_whole_list_is_accepted_and_stands_in_the_log(pages, published):
    found = check_pages(sent(pages))
    check_in_log(found, published)
    assert (found.entries, found.withheld) == (COUNT, 0)
    assert len(found.receipts) == COUNT + 1


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
@pytest.mark.parametrize("between", [0, 2])
def test_a_list_in_pages_is_one_list_whatever_comes_in_between_and_whatever_their_order(tmp_path, limit, between):
    own = OwnList(tmp_path, SUBJECTS)
    pages = own.pages(limit, between)
    found = check_pages(sent(reversed(pages)))
    check_in_log(found, PublishedLog(Folder(tmp_path), own.published.policy))
    assert found.entries == COUNT
    if len(pages) > 1:
        for absent in range(len(pages)):
            with pytest.raises(VerificationError):
                check_pages(sent(pages[:absent] + pages[absent + 1 :]))


@pytest.mark.parametrize("ordinal", range(1, COUNT + 1))
def test_an_entry_that_is_hidden_is_missed_and_named(pages, ordinal):
    """The first, those between, and the newest before the look."""
    del pages[0]["items"][COUNT - ordinal]
    refused(pages, f"^entry {ordinal} of the {COUNT} about this person is left out$")


def test_a_smaller_total_does_not_hide_the_newest_entry(pages):
    del pages[0]["items"][0]
    pages[0]["total"]["count"] -= 1
    refused(pages, "the total is not that of entry")


def test_an_older_look_does_not_hide_newer_entries_as_its_own_receipt_tells(pages, own):
    older = own.receipts[0]
    pages[0]["total"] = {"count": 0, "receipt": older}
    refused(pages, "not in its place")


def test_an_entry_told_twice_does_not_stand_in_for_another(pages):
    items = pages[0]["items"]
    items[2] = items[1]
    refused(pages, "told twice")


def test_entries_in_another_order_are_noticed(pages):
    items = pages[0]["items"]
    items[1], items[2] = items[2], items[1]
    refused(pages, "left out|not in its place")


def test_anothers_entry_does_not_fill_a_gap(pages, own):
    other = next(each for each in own.receipts if each["subject"]["subject"] == OTHER)
    pages[0]["items"][-1] = item(other)
    refused(pages, f"entry {other['index']} does not show that it is about this person")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("purpose", "VISIT"),
        ("outcome", "denied"),
        ("fields", []),
        ("basis", None),
        ("who", "clerk:339999001002#1"),
        ("when", "2026-11-22T10:00:02.000Z"),
        ("reasons", ["frozen"]),
        ("department", "police"),
        ("index", 1),
        ("role", "secretary"),
        ("kind", "search"),
        ("operator", "someone"),
    ],
)
def test_an_item_that_tells_what_its_receipt_does_not_is_refused(pages, member, value):
    pages[0]["items"][0][member] = value
    refused(pages, f"the `{member}` told of entry")


def test_an_item_that_keeps_silent_about_a_member_is_refused(pages):
    del pages[0]["items"][0]["purpose"]
    refused(pages, "the `purpose` told of entry")


@pytest.mark.parametrize("part", ["subject", "ordinal", "act"])
def test_a_part_that_is_committed_to_but_not_shown_proves_nothing(pages, part):
    receipt = pages[0]["items"][3]["receipt"]
    body, salt = receipt.pop(part), base64_bytes(receipt.pop(f"{part}_salt"), "salt")
    receipt[f"{part}_commitment"] = base64_text(commitment(part, salt, canonical(body)))
    refused(pages, "does not show|told of entry")


def test_a_withheld_ordinal_is_counted_and_excuses_no_other(pages):
    gone = pages[0]["items"].pop(2)["receipt"]["ordinal"]["ordinal"]
    pages[0]["withheld_ordinals"] = [gone]
    found = check_pages(sent(pages))
    assert (found.entries, found.withheld) == (COUNT, 1)
    pages[0]["items"].pop(0)
    refused(pages, f"entry {COUNT} of the {COUNT} about this person is left out")


@pytest.mark.parametrize("claimed", [[1], [0], [COUNT + 1], [True], ["1"], 1])
def test_what_is_shown_or_does_not_exist_cannot_be_withheld(pages, claimed):
    pages[0]["withheld_ordinals"] = claimed
    refused(pages, "withheld")


def test_all_entries_may_be_withheld_and_are_counted(pages):
    pages[0] |= {"items": [], "withheld_ordinals": list(range(1, COUNT + 1))}
    assert check_pages(sent(pages)).withheld == COUNT


def test_a_list_that_goes_on_is_not_whole(pages):
    pages[0]["next"] = "more"
    refused(pages, "not all pages are here")


def test_another_log_with_the_same_key_does_not_have_the_entries(pages, own, tmp_path):
    forged = fork(own.published, own.published.size, 3)
    publish(forged.db, tmp_path / "forged")
    with pytest.raises(VerificationError, match="another than the one shown"):
        check_in_log(check_pages(sent(pages)), PublishedLog(Folder(tmp_path / "forged"), own.published.policy))


def test_proofs_one_by_one_show_the_same_offline(pages, own):
    found = check_pages(sent(pages))
    proofs = {each.index: proof_of(own.published.db, each.index) for each in found.receipts}
    assert check_proofs(found, proofs.values(), own.published.policy) == own.published.size
    for index in proofs:
        lacking = [proof for other, proof in proofs.items() if other != index]
        with pytest.raises(VerificationError, match=f"no proof of entry {index}"):
            check_proofs(found, lacking, own.published.policy)


@given(st.data())
@settings(deadline=None)
def test_any_byte_of_what_is_proven_that_is_changed_is_noticed(whole, published, data):
    """Every byte but those of the words in two languages, which translate codes that are proven."""
    [page] = copy.deepcopy(whole)
    for each in page["items"]:
        del each["purpose_name"]
    [text] = sent([page])
    place = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        same = json.loads(bytes(changed)) == page
    except ValueError:
        same = False
    if same:
        return  # another spelling of the same answer
    with pytest.raises(VerificationError):
        check_in_log(check_pages([bytes(changed)]), published)


@given(st.sets(st.integers(1, COUNT), min_size=1), st.sets(st.integers(1, COUNT)))
@settings(deadline=None)
def test_the_list_is_whole_exactly_if_what_is_hidden_is_what_is_said_to_be_withheld(whole, hidden, said):
    [page] = copy.deepcopy(whole)
    page["items"] = [each for each in page["items"] if each["receipt"]["ordinal"]["ordinal"] not in hidden]
    page["withheld_ordinals"] = sorted(said)
    if hidden == said:
        assert check_pages(sent([page])).withheld == len(said)
    else:
        with pytest.raises(VerificationError):
            check_pages(sent([page]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(deadline=None)
def test_nothing_but_the_one_error_comes_of_a_malformed_answer(whole, data):
    [page] = copy.deepcopy(whole)
    holders = [page, page["total"], page["total"]["receipt"], page["items"][0], page["items"][0]["receipt"]]
    holder = data.draw(st.sampled_from(holders))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(JSON)
    try:
        check_pages(sent([page]))
    except VerificationError:
        return


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_answer_is_refused(junk):
    with pytest.raises(VerificationError):
        check_pages([junk])


@pytest.fixture
def saved(own, pages, tmp_path):
    (tmp_path / "page.json").write_bytes(sent(pages)[0])
    (tmp_path / "log.vkey").write_text(f"{own.published.signer.verifier}\n", "utf-8")
    return ["accesses", str(tmp_path / "page.json"), "--trust", str(tmp_path / "log.vkey")]


def test_the_command_says_true_in_one_line(own, saved, capsys):
    assert main([*saved, "--log", str(own.published.folder)]) == 0
    said = capsys.readouterr().out
    size = own.published.size
    assert said == f"true: all {COUNT} entries about this person stand in hub.example/339999, in its tree of {size}\n"


def test_the_command_takes_proofs_and_needs_all_of_them(own, whole, saved, capsys, tmp_path):
    given = []
    for receipt in check_pages(sent(whole)).receipts:
        path = tmp_path / f"{receipt.index}.tlog-proof"
        path.write_bytes(proof_of(own.published.db, receipt.index))
        given += ["--proof", str(path)]
    assert main([*saved, *given]) == 0
    assert main([*saved, *given[2:]]) == 1
    assert "false: there is no proof of entry" in capsys.readouterr().out


def test_without_log_or_proofs_nothing_is_said_to_be_true(saved, capsys):
    assert main(saved) == 1
    assert "in no log" in capsys.readouterr().out


def test_the_command_names_the_entry_that_is_left_out_and_says_what_is_withheld(own, saved, pages, tmp_path, capsys):
    del pages[0]["items"][1]
    (tmp_path / "page.json").write_bytes(sent(pages)[0])
    assert main([*saved, "--log", str(own.published.folder)]) == 1
    assert capsys.readouterr().out == f"false: entry {COUNT - 1} of the {COUNT} about this person is left out\n"
    pages[0]["withheld_ordinals"] = [COUNT - 1]
    (tmp_path / "page.json").write_bytes(sent(pages)[0])
    assert main([*saved, "--log", str(own.published.folder)]) == 0
    assert capsys.readouterr().out.endswith("; 1 of them not shown, their notice deferred by law\n")
