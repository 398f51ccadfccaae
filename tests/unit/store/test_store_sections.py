import os
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.errors import OperatorError
from hub.model.file import Value
from hub.model.tier import Tier
from hub.store.keys import WRAPPED_BYTES, WarrantError
from hub.store.sections import (
    SLOTS,
    SMALLEST_CLASS,
    data_key,
    decode,
    encode,
    fresh_keys,
    in_force,
    seal,
    unseal,
    version_of,
)

KEY = bytes(range(32))
OVERHEAD = 1 + 4 + 12 + 16
RESIDENTS = st.integers(1, 2**63 - 1)
TIERS = st.sampled_from(Tier)
VERSIONS = st.integers(1, 2**32 - 1)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=40)
CONTENT = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
VALUES = st.builds(
    Value,
    value=CONTENT,
    source=st.sampled_from(["police", "health", "resident"]),
    at=st.dates().map(str),
    basis=st.sampled_from(["statutory", "consent"]),
    verified=st.booleans(),
    until=st.just("") | st.dates().map(str),
    flags=st.lists(st.sampled_from(["meter_reset", "old"]), max_size=2).map(tuple),
)
SECTIONS = st.dictionaries(st.text(max_size=12), st.lists(VALUES, min_size=1, max_size=3).map(tuple), max_size=6)


class TestSealing:
    @given(RESIDENTS, TIERS, VERSIONS, CONTENT)
    def test_what_was_sealed_is_what_is_opened(self, resident, tier, version, content):
        envelope = seal(KEY, resident, tier, version, content)
        assert unseal(KEY, resident, tier, envelope) == content
        assert version_of(envelope) == version

    @given(RESIDENTS, RESIDENTS, TIERS, TIERS)
    def test_a_section_opens_only_for_its_person_and_tier(self, resident, other, tier, wrong):
        assume((resident, tier) != (other, wrong))
        envelope = seal(KEY, resident, tier, 1, {"name": "x"})
        with pytest.raises(OperatorError):
            unseal(KEY, other, wrong, envelope)

    @given(VERSIONS, VERSIONS)
    def test_a_section_cannot_pass_for_another_version_of_itself(self, version, other):
        assume(version != other)
        envelope = seal(KEY, 7, Tier.BASIC, version, "x")
        relabelled = envelope[:1] + other.to_bytes(4, "big") + envelope[5:]
        with pytest.raises(OperatorError):
            unseal(KEY, 7, Tier.BASIC, relabelled)

    def test_no_changed_byte_goes_unnoticed(self):
        envelope = seal(KEY, 7, Tier.BASIC, 1, "x")
        for place in range(len(envelope)):
            changed = bytearray(envelope)
            changed[place] ^= 0x10
            with pytest.raises(OperatorError):
                unseal(KEY, 7, Tier.BASIC, bytes(changed))

    @given(st.integers(0, 400))
    def test_a_shortened_envelope_is_refused(self, length):
        envelope = seal(KEY, 7, Tier.BASIC, 1, "x" * 150)
        assume(length < len(envelope))
        with pytest.raises(OperatorError):
            unseal(KEY, 7, Tier.BASIC, envelope[:length])

    @given(st.binary(max_size=300))
    def test_noise_is_refused(self, noise):
        with pytest.raises(OperatorError):
            unseal(KEY, 7, Tier.BASIC, noise)

    @given(st.binary(min_size=32, max_size=32))
    def test_another_key_opens_nothing(self, key):
        assume(key != KEY)
        with pytest.raises(OperatorError):
            unseal(key, 7, Tier.BASIC, seal(KEY, 7, Tier.BASIC, 1, "x"))


class TestPadding:
    @given(st.binary(max_size=SMALLEST_CLASS - 4), st.binary(max_size=SMALLEST_CLASS - 4))
    def test_within_a_class_the_size_says_nothing(self, one, other):
        sizes = {len(seal(KEY, 7, Tier.BASIC, 1, content)) for content in (one, other, None, {})}
        assert sizes == {SMALLEST_CLASS + OVERHEAD}

    @given(st.binary(max_size=5000))
    def test_sizes_are_classes_and_a_class_is_never_left_half_empty(self, content):
        size = len(seal(KEY, 7, Tier.BASIC, 1, content)) - OVERHEAD
        classes = [SMALLEST_CLASS * 2**step for step in range(8)]
        assert size in classes
        assert size == SMALLEST_CLASS or len(content) + 4 >= size // 2

    def test_what_ends_like_padding_comes_back_whole(self):
        for tail in (b"\x80", b"\x80\x00", b"\x00" * 20, b"\x80" * 190):
            assert unseal(KEY, 7, Tier.BASIC, seal(KEY, 7, Tier.BASIC, 1, tail)) == tail

    def test_an_empty_section_looks_like_a_filled_one(self):
        filled = encode({"name": (Value("测试", "police", "2026-11-01", "statutory"),)})
        assert len(seal(KEY, 7, Tier.BASIC, 1, encode({}))) == len(seal(KEY, 7, Tier.BASIC, 1, filled))


class TestEncoding:
    @settings(deadline=None)
    @given(SECTIONS)
    def test_decoding_undoes_encoding(self, section):
        assert decode(encode(section)) == section
        assert decode(unseal(KEY, 7, Tier.CARE, seal(KEY, 7, Tier.CARE, 1, encode(section)))) == section

    @given(SECTIONS)
    def test_the_first_value_of_a_field_is_in_force(self, section):
        assert in_force(encode(section)) == {key: values[0].value for key, values in section.items()}

    def test_shared_evidence_is_kept_once(self):
        values = {f"field{n}": (Value(n, "police", "2026-11-01", "statutory"),) for n in range(20)}
        table, _ = encode(values)
        assert len(table) == 1


class TestDataKeys:
    def test_every_slot_has_a_key_of_its_own(self, ring, warrant):
        keys = fresh_keys(ring).wrapped
        assert len(keys) == len(SLOTS) * WRAPPED_BYTES
        assert len({data_key(ring, keys, slot, warrant()) for slot in SLOTS}) == len(SLOTS)

    def test_no_two_people_share_a_key(self, ring, warrant):
        one, other = fresh_keys(ring).wrapped, fresh_keys(ring).wrapped
        assert all(data_key(ring, one, slot, warrant()) != data_key(ring, other, slot, warrant()) for slot in SLOTS)

    def test_a_slot_opens_with_a_warrant_for_its_own_tier_only(self, ring, warrant):
        keys = fresh_keys(ring).wrapped
        for slot, tier in product(SLOTS, Tier):
            if tier == slot or (slot, tier) == ("trail", Tier.CONTROL):
                assert len(data_key(ring, keys, slot, warrant(tier))) == 32
            else:
                with pytest.raises(WarrantError):
                    data_key(ring, keys, slot, warrant(tier))

    def test_destroyed_keys_leave_noise(self, ring, warrant):
        for remains in (b"", bytes(len(SLOTS) * WRAPPED_BYTES), os.urandom(len(SLOTS) * WRAPPED_BYTES)):
            with pytest.raises(OperatorError):
                data_key(ring, remains, Tier.MEDICAL, warrant())
