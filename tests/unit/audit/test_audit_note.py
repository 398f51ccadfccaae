import json
from pathlib import Path

import pytest

from audit import note
from audit.errors import LogError, VerificationError

VECTORS = Path(__file__).parents[2] / "vectors" / "notes"
NOTES = json.loads((VECTORS / "signed-notes.json").read_text("utf-8"))
KEYS = json.loads((VECTORS / "keys.json").read_text("utf-8"))
PETER = KEYS["pairs"][0]


def data_of(case):
    return bytes.fromhex(case["note_hex"]) if "note_hex" in case else case["note"].encode()


def keys_of(case):
    return [note.Verifier.parse(key) for key in case["keys"]]


@pytest.mark.parametrize("case", NOTES["good"], ids=lambda c: c["name"])
def test_published_notes_verify(case):
    verified = note.verify(data_of(case), keys_of(case))
    assert verified.text == case["text"]
    assert [signature.name for signature in verified.signatures] == case["signed_by"]


@pytest.mark.parametrize("case", NOTES["bad"], ids=lambda c: c["fault"])
def test_malformed_and_forged_notes_are_refused(case):
    with pytest.raises(VerificationError):
        note.verify(data_of(case), keys_of(case))


@pytest.mark.parametrize("case", KEYS["good"], ids=lambda c: c["name"])
def test_published_verifier_keys_are_read_and_written(case):
    verifier = note.Verifier.parse(case["key"])
    assert (verifier.name, verifier.key_id.hex(), str(verifier)) == (case["name"], case["id"], case["key"])


@pytest.mark.parametrize("case", KEYS["bad"], ids=lambda c: c["fault"])
def test_malformed_verifier_keys_are_refused(case):
    with pytest.raises(VerificationError):
        note.Verifier.parse(case["key"])


@pytest.mark.parametrize("pair", KEYS["pairs"], ids=lambda c: c["verifier"].split("+")[0])
def test_a_signer_key_belongs_to_its_verifier_key(pair):
    signer = note.Signer.parse(pair["signer"])
    assert str(signer.verifier) == pair["verifier"]
    assert signer.secret() == pair["signer"]
    assert note.verify(note.sign(pair["text"], signer), [signer.verifier]).text == pair["text"]


def test_signing_gives_the_published_bytes():
    assert note.sign(PETER["text"], note.Signer.parse(PETER["signer"])).decode() == PETER["note"]


@pytest.mark.parametrize("key", [PETER["verifier"], PETER["signer"]], ids=["verifier", "signer"])
def test_no_part_of_a_key_is_a_key(key):
    parse = note.Signer.parse if key.startswith("PRIVATE") else note.Verifier.parse
    for start in range(len(key)):
        for end in range(start + 1, len(key) + 1):
            if (start, end) != (0, len(key)):
                with pytest.raises((VerificationError, LogError)):
                    parse(key[start:end])


@pytest.mark.parametrize("key", [PETER["verifier"], PETER["signer"]], ids=["verifier", "signer"])
def test_no_key_with_another_character_is_that_key(key):
    parse = note.Signer.parse if key.startswith("PRIVATE") else note.Verifier.parse
    for place, character in enumerate(key):
        with pytest.raises((VerificationError, LogError)):
            parse(key[:place] + chr(ord(character) + 1) + key[place + 1 :])


def test_errors_about_signer_keys_never_show_them():
    secret = PETER["signer"].rpartition("+")[2]
    with pytest.raises(LogError) as error:
        note.Signer.parse(PETER["signer"].replace("c74f20a3", "c74f20a4"))
    assert secret[:8] not in str(error.value)
    assert secret[:8] not in repr(note.Signer.parse(PETER["signer"]))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00b", "a\ud800b"])
def test_a_key_needs_a_name_that_can_stand_in_a_note(name):
    with pytest.raises(LogError):
        note.Signer(name, bytes(32))


def test_a_key_needs_its_length():
    with pytest.raises(LogError):
        note.Signer("example.com/log", bytes(31))


@pytest.mark.parametrize("text", ["", "no newline", "a\ttab\n", "a\r\n", "half a pair \ud800\n"])
def test_a_text_that_no_verifier_accepts_is_not_signed(text):
    with pytest.raises((LogError, UnicodeEncodeError)):
        note.sign(text, note.Signer.parse(PETER["signer"]))


def test_a_text_needs_a_signer():
    with pytest.raises(LogError):
        note.sign("text\n")


def test_the_text_may_hold_blank_lines_and_lines_like_signatures():
    signer = note.Signer.parse(PETER["signer"])
    text = "one\n\n— PeterNeumann x08go/ZJ\n\nthree\n"
    assert note.verify(note.sign(text, signer), [signer.verifier]).text == text


def test_generated_keys_differ():
    assert note.Signer.generate("example.com/log").secret() != note.Signer.generate("example.com/log").secret()
