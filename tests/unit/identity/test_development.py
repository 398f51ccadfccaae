from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hub.errors import BadInput, OperatorError
from hub.identity import development
from hub.identity.development import development_issuer, generate_development_key, mint, public_jwk
from hub.model.principal import Role, parse_principal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_key_is_named_by_its_thumbprint():
    # RFC 9449, sections 4.1 and 6.1: the example key and its `jkt`.
    point = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }
    assert development.thumbprint(point) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    jwk = public_jwk(generate_development_key())
    assert jwk["kid"] == development.thumbprint({name: jwk[name] for name in point})


def test_public_half_holds_no_private_member():
    assert public_jwk(generate_development_key()).keys() == {"crv", "kty", "x", "y", "alg", "use", "kid"}


def test_development_issuer_may_assert_every_role():
    assert development_issuer(generate_development_key()).roles == frozenset(Role)


@pytest.mark.parametrize("ttl", [0, -1, 86401])
def test_lifetime_is_at_most_a_day(ttl):
    with pytest.raises(BadInput, match="ttl"):
        mint(generate_development_key(), parse_principal("clerk:339999001001"), ttl, now=NOW)


def test_operator_is_the_person_where_none_is_named():
    token = mint(generate_development_key(), parse_principal("department:health@339999#wang"), now=NOW)
    assert jwt.decode(token, options={"verify_signature": False})["operator"] == "wang"


def test_two_tokens_have_two_ids():
    key, principal = generate_development_key(), parse_principal("clerk:339999001001")
    ids = {jwt.decode(mint(key, principal, now=NOW), options={"verify_signature": False})["jti"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("broken", ["text", "another curve", "public"])
def test_other_keys_are_refused(broken):
    other = generate_private_key(SECP384R1())
    key = {
        "text": b"no key",
        "another curve": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "public": generate_development_key()[:40],
    }[broken]
    with pytest.raises(OperatorError, match="P-256"):
        public_jwk(key)
