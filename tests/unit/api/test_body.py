import asyncio

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.access.purpose import Claim
from hub.api.body import MOST_BYTES, parse, read
from hub.errors import BadInput

DECODER = msgspec.json.Decoder(Claim)


def reading(*pieces, most=MOST_BYTES):
    """Read a body that arrives in pieces."""
    messages = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]

    async def receive():
        return messages.pop(0)

    return asyncio.run(read(receive, most)), messages


def test_body_is_put_together_from_its_pieces():
    assert reading(b'{"a', b"", b'":1}')[0] == b'{"a":1}'
    assert reading(b"")[0] == b""


def test_body_may_be_as_large_as_it_may_be_and_no_larger():
    assert len(reading(b"x" * 10, most=10)[0]) == 10
    with pytest.raises(BadInput) as refused:
        reading(b"x" * 11, most=10)
    assert refused.value.member == "body"


def test_reading_stops_as_soon_as_it_is_too_much():
    messages = [{"type": "http.request", "body": b"x" * 10, "more_body": True} for _ in range(1000)]

    async def receive():
        return messages.pop()

    with pytest.raises(BadInput):
        asyncio.run(read(receive, 100))
    assert len(messages) > 900, "the rest was never asked for"


def test_caller_who_goes_away_leaves_no_request():
    """Starlette's own message for it has no body."""

    async def receive():
        return {"type": "http.disconnect"}

    assert asyncio.run(read(receive)) == b""


def refusal(body):
    """What is wrong with a body, or None where it is a claim."""
    try:
        assert isinstance(parse(DECODER, body), Claim)
    except BadInput as refused:
        return refused
    return None


@given(st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
def test_whatever_arrives_is_a_claim_or_bad_input(body):
    refused = refusal(body)
    assert refused is None or (refused.member and refused.rule)


@given(st.text(max_size=40))
def test_name_of_an_unknown_member_comes_back_only_if_it_is_a_plain_name(name):
    assume(name not in Claim.__struct_fields__)
    refused = refusal(msgspec.json.encode({name: 1}))
    plain = name.isascii() and all(char.isalnum() or char in "_.-" for char in name)
    assert refused.rule == "is not a member of this request"
    assert (refused.member == name) == (plain and (name[:1].isalpha() or name[:1] == "_"))


@given(st.recursive(st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=6))
def test_value_of_a_wrong_type_never_comes_back(value):
    whole = {"subject": {"idno": "canary"}, "purpose": "OLDCARD", "fields": value}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        whole["reason"] = ["canary"]
    refused = refusal(msgspec.json.encode(whole))
    assert refused.member.startswith(("fields", "reason"))
    assert "canary" not in refused.rule
