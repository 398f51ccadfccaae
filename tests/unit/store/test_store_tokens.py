from hypothesis import given
from hypothesis import strategies as st

from hub.store.tokens import idno_token, list_token, rid_token

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT)
def test_each_kind_of_lookup_has_tokens_of_its_own(ring, value, tag):
    tokens = {idno_token(ring, value), rid_token(ring, value), list_token(ring, value), list_token(ring, value, tag)}
    assert len(tokens) == (4 if tag else 3)


@given(TEXT, TEXT)
def test_one_value_always_has_the_same_token_and_two_values_never(ring, one, other):
    for kind in (idno_token, rid_token, list_token):
        assert (kind(ring, one) == kind(ring, other)) == (one == other)


def test_tokens_are_of_one_installation(ring, other_ring):
    assert idno_token(ring, "339999194303120020") != idno_token(other_ring, "339999194303120020")
