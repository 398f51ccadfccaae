import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import OperatorError
from hub.model.tier import Tier
from hub.store.keyring_file import KEY_BYTES, ROOT_VARIABLE, create_keyring, write_secret
from hub.store.keys import TOKEN_BYTES, WRAPPED_BYTES, Keyring, WarrantError

KEY = bytes(range(KEY_BYTES))
ORGANISATIONS = st.text(min_size=1, max_size=30)
RESIDENTS = st.integers(1, 2**63 - 1)


@pytest.fixture
def folder(keys_folder, tmp_path):
    """A keys directory to be spoilt."""
    return shutil.copytree(keys_folder, tmp_path / "hub.keys")


class TestWrapping:
    @pytest.mark.parametrize("tier", Tier)
    def test_a_warrant_for_the_tier_opens_what_was_wrapped(self, ring, warrant, tier):
        wrapped = ring.wrap(KEY, tier)
        assert len(wrapped) == WRAPPED_BYTES
        assert ring.unwrap(wrapped, tier, warrant(tier)) == KEY

    @pytest.mark.parametrize("tier", Tier)
    def test_without_a_warrant_for_the_tier_nothing_is_opened(self, ring, warrant, tier):
        others = [other for other in Tier if other is not tier]
        with pytest.raises(WarrantError):
            ring.unwrap(ring.wrap(KEY, tier), tier, warrant(*others))

    @pytest.mark.parametrize("tier", Tier)
    def test_a_key_wrapped_for_one_tier_opens_in_no_other(self, ring, warrant, tier):
        wrapped = ring.wrap(KEY, tier)
        for other in Tier:
            if other is not tier:
                with pytest.raises(OperatorError):
                    ring.unwrap(wrapped, other, warrant())

    def test_no_changed_byte_goes_unnoticed(self, ring, warrant):
        wrapped = ring.wrap(KEY, Tier.BASIC)
        for place in range(len(wrapped)):
            changed = bytearray(wrapped)
            changed[place] ^= 1
            with pytest.raises(OperatorError):
                ring.unwrap(bytes(changed), Tier.BASIC, warrant())

    @pytest.mark.parametrize("length", [0, 1, 13, 29, WRAPPED_BYTES - 1])
    def test_a_destroyed_or_shortened_key_is_refused(self, ring, warrant, length):
        with pytest.raises(OperatorError):
            ring.unwrap(ring.wrap(KEY, Tier.BASIC)[:length], Tier.BASIC, warrant())

    def test_another_installation_opens_nothing(self, ring, other_ring, warrant):
        with pytest.raises(OperatorError):
            other_ring.unwrap(ring.wrap(KEY, Tier.BASIC), Tier.BASIC, warrant())

    def test_the_same_key_never_looks_the_same_twice(self, ring):
        assert ring.wrap(KEY, Tier.BASIC) != ring.wrap(KEY, Tier.BASIC)


class TestTokens:
    @given(st.binary(max_size=60), st.binary(max_size=60))
    def test_equal_values_and_only_they_have_equal_tokens(self, ring, one, other):
        assert len(ring.index(one)) == TOKEN_BYTES
        assert (ring.index(one) == ring.index(other)) == (one == other)

    def test_tokens_and_pseudonyms_are_of_one_installation(self, ring, other_ring):
        assert ring.index(b"value") != other_ring.index(b"value")
        assert ring.pseudonym(b"value") != other_ring.pseudonym(b"value")
        assert ring.pseudonym_of(1) != other_ring.pseudonym_of(1)

    @given(RESIDENTS, RESIDENTS)
    def test_pseudonym_leads_back_to_one_person_and_only_with_the_keys(self, ring, other_ring, one, other):
        name = ring.pseudonym_of(one)
        assert ring.resident_behind(name) == one
        assert (name == ring.pseudonym_of(other)) == (one == other)
        assert other_ring.resident_behind(name) is None

    @given(st.binary(max_size=60))
    def test_name_of_somebody_who_is_not_in_the_store_leads_to_nobody(self, ring, value):
        assert len(ring.pseudonym(value)) == len(ring.pseudonym_of(1))
        assert ring.resident_behind(ring.pseudonym(value)) is None

    def test_each_database_has_a_key_of_its_own(self, ring):
        keys = {ring.database_key(name) for name in ("hub.db", "keys.db", "other.db")}
        assert len(keys) == 3
        assert all(len(bytes.fromhex(key)) == KEY_BYTES for key in keys)


class TestPairwiseIds:
    @given(ORGANISATIONS, RESIDENTS)
    def test_an_organisation_gets_back_whom_it_was_given(self, ring, organisation, resident):
        rid = ring.pairwise(organisation, resident)
        assert rid == ring.pairwise(organisation, resident)
        assert ring.resident_of(organisation, rid) == resident

    @given(ORGANISATIONS, ORGANISATIONS, RESIDENTS)
    def test_two_organisations_ids_cannot_be_joined(self, ring, one, other, resident):
        if one != other:
            assert ring.pairwise(one, resident) != ring.pairwise(other, resident)
            assert ring.resident_of(other, ring.pairwise(one, resident)) is None

    @given(RESIDENTS, RESIDENTS)
    def test_two_residents_have_two_ids(self, ring, one, other):
        assert (ring.pairwise("clinic", one) == ring.pairwise("clinic", other)) == (one == other)

    @given(st.text(max_size=60))
    def test_what_nobody_was_given_is_nobody(self, ring, text):
        assert ring.resident_of("clinic", text) is None

    @given(RESIDENTS, st.integers(0, 31), st.sampled_from("AZaz09-_"))
    def test_an_id_has_one_spelling_and_bears_no_change(self, ring, resident, place, character):
        rid = ring.pairwise("clinic", resident)
        changed = rid[:place] + character + rid[place + 1 :]
        assert ring.resident_of("clinic", changed) == (resident if changed == rid else None)

    def test_the_other_alphabet_of_base64_is_not_taken(self, ring):
        rids = [ring.pairwise("clinic", resident) for resident in range(1, 40)]
        spelt = [(rid, rid.replace("-", "+").replace("_", "/")) for rid in rids]
        assert any(rid != other for rid, other in spelt)
        assert all(ring.resident_of("clinic", other) is None for rid, other in spelt if other != rid)

    @pytest.mark.parametrize("extra", ["=", "\n", " ", "!", "%", "é", "\ud800"])
    def test_an_id_with_something_added_is_nobodys(self, ring, extra):
        rid = ring.pairwise("clinic", 7)
        for place in range(len(rid) + 1):
            assert ring.resident_of("clinic", rid[:place] + extra + rid[place:]) is None


class TestRoot:
    def test_the_environment_wins_over_the_file(self, folder, ring):
        root = (folder / "root.key").read_text()
        (folder / "root.key").unlink()
        assert Keyring(folder, {ROOT_VARIABLE: root}).index(b"x") == ring.index(b"x")
        (folder / "root.key").write_text("0" * 64)
        (folder / "root.key").chmod(0o600)
        assert Keyring(folder, {ROOT_VARIABLE: root}).index(b"x") == ring.index(b"x")

    def test_a_root_from_the_environment_is_not_written_down(self, tmp_path):
        create_keyring(tmp_path / "k", {ROOT_VARIABLE: "ab" * 32})
        assert [path.name for path in (tmp_path / "k").iterdir()] == ["keyring.json"]
        assert Keyring(tmp_path / "k", {ROOT_VARIABLE: "ab" * 32})

    @pytest.mark.parametrize("text", ["", "xyz", "ab" * 31, "ab" * 33, "zz" * 32])
    def test_a_root_that_is_not_64_hex_digits_is_refused(self, folder, text):
        (folder / "root.key").write_text(text)
        with pytest.raises(OperatorError, match="64 hex digits"):
            Keyring(folder, {})

    def test_another_root_is_refused(self, folder):
        (folder / "root.key").write_text("ab" * 32)
        with pytest.raises(OperatorError, match="belongs elsewhere"):
            Keyring(folder, {})

    @pytest.mark.parametrize("name", ["root.key", "keyring.json"])
    def test_what_is_missing_is_named(self, folder, name):
        (folder / name).unlink()
        with pytest.raises(OperatorError, match=name):
            Keyring(folder, {})

    @pytest.mark.parametrize("name", ["root.key", "keyring.json", "."])
    @pytest.mark.parametrize("others", [0o040, 0o004, 0o020, 0o001])
    def test_secrets_open_to_others_are_refused(self, folder, name, others):
        path = folder / name
        path.chmod(path.stat().st_mode | others)
        with pytest.raises(OperatorError, match="chmod"):
            Keyring(folder, {})


class TestKeyring:
    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "{}", '{"keys": 1}', '{"keys": {"index": 5}}', '{"keys": {"a": "*"}}']
    )
    def test_a_damaged_keyring_is_refused(self, folder, text):
        (folder / "keyring.json").write_text(text)
        with pytest.raises(OperatorError, match="damaged"):
            Keyring(folder, {})

    @pytest.mark.parametrize("blob", [5, None, "*", "="])
    def test_a_damaged_key_is_refused(self, folder, blob):
        document = json.loads((folder / "keyring.json").read_text())
        document["keys"]["index"] = blob
        (folder / "keyring.json").write_text(json.dumps(document))
        with pytest.raises(OperatorError):
            Keyring(folder, {})

    def test_every_key_must_be_there(self, folder):
        document = json.loads((folder / "keyring.json").read_text())
        for name in document["keys"]:
            rest = {other: blob for other, blob in document["keys"].items() if other != name}
            (folder / "keyring.json").write_text(json.dumps(document | {"keys": rest}))
            with pytest.raises(OperatorError, match=f"`{name}`"):
                Keyring(folder, {})

    def test_keys_cannot_change_places(self, folder):
        document = json.loads((folder / "keyring.json").read_text())
        keys = document["keys"]
        keys["index"], keys["database"] = keys["database"], keys["index"]
        (folder / "keyring.json").write_text(json.dumps(document))
        with pytest.raises(OperatorError):
            Keyring(folder, {})

    def test_a_newer_keyring_is_refused(self, folder):
        document = json.loads((folder / "keyring.json").read_text())
        (folder / "keyring.json").write_text(json.dumps(document | {"format": 2}))
        with pytest.raises(OperatorError, match="format"):
            Keyring(folder, {})

    def test_keys_are_never_overwritten(self, folder):
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        with pytest.raises(OperatorError, match="never overwritten"):
            create_keyring(folder, {})
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_a_secret_is_its_owners_alone_and_never_overwritten(self, tmp_path):
        write_secret(tmp_path / "secret", b"one")
        assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
        with pytest.raises(FileExistsError):
            write_secret(tmp_path / "secret", b"two")
        assert (tmp_path / "secret").read_bytes() == b"one"

    def test_no_key_stands_in_the_keyring_in_plain(self, keys_folder, ring):
        text = (keys_folder / "keyring.json").read_text()
        root = (keys_folder / "root.key").read_text().strip()
        assert root not in text
        assert ring.log_seed.hex() not in text
