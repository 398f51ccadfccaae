import asyncio
import base64
import hashlib
import hmac
import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from hub.errors import Unauthenticated
from hub.identity import tokens
from hub.identity.development import development_issuer, generate_development_key, mint, public_jwk
from hub.identity.issuers import AUDIENCE, DEVELOPMENT_ISSUER, Issuer
from hub.identity.keyring import UnknownKey
from hub.identity.keys import verification_keys
from hub.identity.tokens import Verifier
from hub.model.principal import Role, parse_principal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "vectors" / "tokens"
REFUSALS = tomllib.loads((VECTORS / "refusals.toml").read_text(encoding="utf-8"))["case"]
FOREIGN = json.loads((VECTORS / "foreign.json").read_text(encoding="utf-8"))
GRID_WORKER = parse_principal("grid_worker:339999001001001#li")


@pytest.fixture(scope="module")
def key():
    return generate_development_key()


@pytest.fixture
def verifier(key):
    return Verifier([development_issuer(key)])


def segment(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def sign(key, header, claims):
    """Sign whatever is given: the library would refuse to make most of these tokens."""
    signed = f"{segment(header)}.{segment(claims)}"
    algorithm = jwt.get_algorithm_by_name("ES256")
    signature = algorithm.sign(signed.encode(), algorithm.prepare_key(key))
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def good(key):
    issued = int(NOW.timestamp())
    header = {"alg": "ES256", "typ": "at+jwt", "kid": public_jwk(key)["kid"]}
    claims = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": AUDIENCE,
        "sub": GRID_WORKER.id,
        "iat": issued,
        "exp": issued + 3600,
        "jti": "t-1",
    }
    return header, claims


def test_minted_token_proves_its_principal(key, verifier):
    identity = verifier.verify(mint(key, GRID_WORKER, 600, now=NOW), NOW)
    assert identity.principal == GRID_WORKER
    assert (identity.operator, identity.issuer) == ("", DEVELOPMENT_ISSUER)
    assert identity.expires == NOW + timedelta(seconds=600)


@pytest.mark.parametrize("subject", ["department:health@339999", "organisation:canteen01@339999"])
def test_token_of_a_department_or_organisation_names_its_operator(key, verifier, subject):
    principal = parse_principal(subject)
    assert verifier.verify(mint(key, principal, now=NOW, operator="wang.li"), NOW).operator == "wang.li"


def test_hand_made_token_with_every_rule_kept_is_accepted(key, verifier):
    assert verifier.verify(sign(key, *good(key)), NOW).token_id == "t-1"


@pytest.mark.parametrize("kind", ["AT+JWT", "application/at+jwt"])
def test_media_type_may_be_written_in_full_and_in_any_case(key, verifier, kind):
    header, claims = good(key)
    assert verifier.verify(sign(key, header | {"typ": kind}, claims), NOW).principal == GRID_WORKER


def test_token_without_id_is_known_by_its_digest(key, verifier):
    header, claims = good(key)
    del claims["jti"]
    token = sign(key, header, claims)
    assert verifier.verify(token, NOW).token_id == hashlib.sha256(token.encode()).hexdigest()


def test_key_id_may_be_left_out_where_the_issuer_has_one_key(key, verifier):
    header, claims = good(key)
    del header["kid"]
    assert verifier.verify(sign(key, header, claims), NOW).principal == GRID_WORKER


def test_key_id_is_needed_where_the_issuer_has_two_keys(key):
    second = generate_development_key()
    keys = verification_keys([public_jwk(key), public_jwk(second)], "ES256")
    verifier = Verifier([Issuer(DEVELOPMENT_ISSUER, AUDIENCE, "ES256", frozenset(Role), keys=keys)])
    header, claims = good(key)
    assert verifier.verify(sign(key, header, claims), NOW)
    del header["kid"]
    with pytest.raises(Unauthenticated, match="no key"):
        verifier.verify(sign(key, header, claims), NOW)


def test_key_of_the_same_issuer_under_another_id_is_not_tried(key):
    second = generate_development_key()
    keys = verification_keys([public_jwk(key), public_jwk(second)], "ES256")
    verifier = Verifier([Issuer(DEVELOPMENT_ISSUER, AUDIENCE, "ES256", frozenset(Role), keys=keys)])
    header, claims = good(key)
    with pytest.raises(Unauthenticated, match="InvalidSignatureError"):
        verifier.verify(sign(second, header, claims), NOW)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["name"])
def test_token_broken_in_one_way_is_refused_for_that(key, verifier, case):
    header, claims = good(key)
    header |= case.get("header", {})
    claims |= case.get("claims", {})
    claims |= {name: int(NOW.timestamp()) + offset for name, offset in case.get("seconds", {}).items()}
    for name in case.get("drop", []):
        header.pop(name, None)
        claims.pop(name, None)
    with pytest.raises(Unauthenticated, match=case["rule"]) as refusal:
        verifier.verify(sign(key, header, claims), NOW)
    for value in claims.values():
        assert not isinstance(value, str) or len(value) < 8 or value not in str(refusal.value)


@pytest.mark.parametrize("vector", FOREIGN, ids=lambda vector: vector["name"])
def test_foreign_vector_is_read_right_and_refused(vector):
    keys = verification_keys([vector["jwk"]], vector["algorithm"])
    algorithm = jwt.get_algorithm_by_name(vector["algorithm"])
    signed, _, signature = vector["token"].rpartition(".")
    octets = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    assert algorithm.verify(signed.encode(), keys[""], octets) is vector["signature_verifies"]
    issuer = Issuer(vector["issuer"], AUDIENCE, vector["algorithm"], frozenset(Role), keys=keys)
    with pytest.raises(Unauthenticated, match=vector["rule"]):
        Verifier([issuer]).verify(vector["token"], NOW)


@pytest.mark.parametrize("encoding", [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.DER, None)])
def test_public_key_is_never_taken_as_a_shared_secret(key, verifier, encoding):
    public = load_pem_private_key(key, None).public_key()
    secret = public.public_bytes(encoding[0], encoding[1] or PublicFormat.SubjectPublicKeyInfo)
    header, claims = good(key)
    signed = f"{segment(header | {'alg': 'HS256'})}.{segment(claims)}"
    mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(Unauthenticated, match="algorithm"):
        verifier.verify(f"{signed}.{mac}", NOW)


def test_embedded_key_of_the_caller_is_never_used(key, verifier):
    own = generate_development_key()
    header, claims = good(key)
    with pytest.raises(Unauthenticated, match="header"):
        verifier.verify(sign(own, header | {"jwk": public_jwk(own)}, claims), NOW)


def test_key_of_another_issuer_does_not_sign_for_this_one(key):
    other_key = generate_development_key()
    other = Issuer("urn:other", AUDIENCE, "ES256", frozenset(Role), keys=development_issuer(other_key).keys)
    verifier = Verifier([development_issuer(key), other])
    _, claims = good(key)
    header = {"alg": "ES256", "typ": "at+jwt", "kid": public_jwk(other_key)["kid"]}
    with pytest.raises(Unauthenticated, match="no key"):
        verifier.verify(sign(other_key, header, claims), NOW)
    assert verifier.verify(sign(other_key, header, claims | {"iss": "urn:other"}), NOW).issuer == "urn:other"


def test_issuer_asserts_only_its_roles(key):
    issuer = Issuer(DEVELOPMENT_ISSUER, AUDIENCE, "ES256", frozenset({Role.CLERK}), keys=development_issuer(key).keys)
    with pytest.raises(Unauthenticated, match="role"):
        Verifier([issuer]).verify(mint(key, GRID_WORKER, now=NOW), NOW)


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"ES256","typ":"at+jwt","typ":"at+jwt"}',
        '{"alg":"none","alg":"ES256","typ":"at+jwt"}',
        '["ES256"]',
        '"ES256"',
        "NaN",
        "",
        '{"alg":"ES256","typ":"at+jwt","x":NaN}',
        "[" * 3000,
    ],
    ids=str,
)
def test_header_that_is_no_plain_object_is_refused(key, verifier, header):
    _, claims = good(key)
    with pytest.raises(Unauthenticated):
        verifier.verify(sign(key, header, claims), NOW)


def test_duplicate_claims_are_refused(key, verifier):
    header, claims = good(key)
    text = json.dumps(claims)[:-1] + ', "sub": "admin:339999#1"}'
    with pytest.raises(Unauthenticated, match="duplicate"):
        verifier.verify(sign(key, header, text), NOW)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 5000])
def test_claims_with_numbers_that_json_does_not_have_are_refused(key, verifier, number):
    header, claims = good(key)
    with pytest.raises(Unauthenticated, match="one JSON object"):
        verifier.verify(sign(key, header, json.dumps(claims)[:-1] + f', "level": {number}}}'), NOW)


def test_claims_in_another_encoding_are_refused(key, verifier):
    header, claims = good(key)
    body = base64.urlsafe_b64encode(json.dumps(claims).encode("utf-16")).rstrip(b"=").decode()
    signature = sign(key, header, claims).rpartition(".")[2]
    with pytest.raises(Unauthenticated, match="claims"):
        verifier.verify(f"{segment(header)}.{body}.{signature}", NOW)


def test_oversized_token_is_refused_unread(key, verifier):
    header, claims = good(key)
    with pytest.raises(Unauthenticated, match="8192"):
        verifier.verify(sign(key, header, claims | {"padding": "x" * 8192}), NOW)


@pytest.mark.parametrize("change", ["{}=", "{}\n", " {}", "{}.", ".{}", "{}.AAAA", "Bearer {}", "{}\ud800", "{}é"])
def test_text_around_a_token_is_refused(key, verifier, change):
    with pytest.raises(Unauthenticated):
        verifier.verify(change.format(mint(key, GRID_WORKER, now=NOW)), NOW)


def test_clock_of_an_issuer_may_be_thirty_seconds_ahead(key, verifier):
    token = mint(key, GRID_WORKER, now=NOW + timedelta(seconds=30))
    assert verifier.verify(token, NOW).principal == GRID_WORKER


def test_cached_token_expires_all_the_same(key, verifier):
    token = mint(key, GRID_WORKER, 60, now=NOW)
    assert verifier.verify(token, NOW) is verifier.verify(token, NOW + timedelta(seconds=59))
    with pytest.raises(Unauthenticated, match="expired"):
        verifier.verify(token, NOW + timedelta(seconds=60))


def test_cache_is_bounded_and_drops_the_oldest(key, verifier, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_CACHED", 2)
    minted = [mint(key, GRID_WORKER, now=NOW) for _ in range(3)]
    first, *kept = (verifier.verify(token, NOW) for token in minted)
    assert len(verifier._verified) == 2
    assert [verifier.verify(token, NOW) is identity for token, identity in zip(minted[1:], kept, strict=True)] == [
        True,
        True,
    ]
    again = verifier.verify(minted[0], NOW)
    assert again == first
    assert again is not first


def test_long_tokens_are_verified_each_time(key, verifier):
    header, claims = good(key)
    token = sign(key, header, claims | {"padding": "x" * 2048})
    assert verifier.verify(token, NOW) == verifier.verify(token, NOW)
    assert not verifier._verified


def test_refused_token_is_not_remembered(key, verifier):
    token = mint(key, GRID_WORKER, now=NOW)
    with pytest.raises(Unauthenticated):
        verifier.verify(token[:-4] + "AAAA", NOW)
    assert not verifier._verified


def test_pinned_issuer_is_never_fetched(key):
    async def fetch(_uri):
        pytest.fail("a pinned issuer's keys were fetched")

    verifier = Verifier([development_issuer(key)], fetch)
    header, claims = good(key)
    with pytest.raises(UnknownKey):
        asyncio.run(verifier.verify_async(sign(key, header | {"kid": "new"}, claims), NOW))
    asyncio.run(verifier.refresh(NOW))
