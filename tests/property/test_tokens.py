from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Unauthenticated
from hub.identity.development import development_issuer, generate_development_key, mint
from hub.identity.tokens import LONGEST_SECONDS, Verifier
from hub.model.principal import DEPARTMENTS, parse_principal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = generate_development_key()
ISSUER = development_issuer(KEY)
TOKEN = mint(KEY, parse_principal("clerk:339999001001"), now=NOW)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

persons = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)
areas = st.from_regex(r"[1-9][0-9]{1,14}", fullmatch=True)
principals = st.one_of(
    st.builds("department:{}@{}#{}".format, st.sampled_from(sorted(DEPARTMENTS)), areas, persons),
    st.builds("{}:{}#{}".format, st.sampled_from(["auditor", "admin", "security_officer"]), areas, persons),
    st.builds("resident:{}".format, st.uuids()),
).map(parse_principal)


@settings(deadline=None)
@given(principals, st.integers(1, LONGEST_SECONDS), st.integers(0, LONGEST_SECONDS))
def test_minted_token_proves_its_principal_until_it_expires(principal, ttl, age):
    token = mint(KEY, principal, ttl, now=NOW)
    later = NOW + timedelta(seconds=age)
    verifier = Verifier([ISSUER])
    if age < ttl:
        assert verifier.verify(token, later).principal == principal
    else:
        with pytest.raises(Unauthenticated):
            verifier.verify(token, later)


@settings(deadline=None)
@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(ALPHABET + ".=\x00 "))
def test_any_changed_character_is_refused(position, character):
    changed = TOKEN[:position] + character + TOKEN[position + 1 :]
    verifier = Verifier([ISSUER])
    if changed == TOKEN:
        assert verifier.verify(changed, NOW)
    else:
        with pytest.raises(Unauthenticated):
            verifier.verify(changed, NOW)


@settings(deadline=None)
@given(st.integers(0, len(TOKEN) - 1))
def test_any_truncation_is_refused(length):
    with pytest.raises(Unauthenticated):
        Verifier([ISSUER]).verify(TOKEN[:length], NOW)


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]{1,80}(\.[A-Za-z0-9_-]{1,80}){2}", fullmatch=True)))
def test_any_other_text_is_refused_in_one_way(text):
    with pytest.raises(Unauthenticated):
        Verifier([ISSUER]).verify(text, NOW)
