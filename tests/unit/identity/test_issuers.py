import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from hub.errors import OperatorError
from hub.identity.development import generate_development_key, public_jwk
from hub.identity.issuers import DEVELOPMENT_ISSUER, read_issuers
from hub.identity.keys import MOST_KEYS, verification_keys
from hub.model.principal import Role

GOOD = """
[[issuer]]
issuer = "https://id.example.org/realms/hub"
audience = "resident-hub"
algorithm = "ES256"
roles = ["department", "grid_worker"]
jwks_uri = "https://id.example.org/realms/hub/certs"
"""


def pinned(jwk, algorithm="ES256"):
    members = "\n".join(f'{name} = "{value}"' for name, value in jwk.items())
    head = GOOD.replace('jwks_uri = "https://id.example.org/realms/hub/certs"', "").replace("ES256", algorithm)
    return f"{head}[[issuer.jwks]]\n{members}\n"


def test_without_a_file_nobody_is_trusted():
    assert read_issuers("") == ()


def test_fetched_issuer_is_read():
    (issuer,) = read_issuers(GOOD)
    assert issuer.roles == {Role.DEPARTMENT, Role.GRID_WORKER}
    assert issuer.jwks_uri == "https://id.example.org/realms/hub/certs"
    assert not issuer.keys


def test_pinned_issuer_is_read():
    jwk = public_jwk(generate_development_key())
    (issuer,) = read_issuers(pinned(jwk))
    assert list(issuer.keys) == [jwk["kid"]]
    assert not issuer.jwks_uri


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('audience = "resident-hub"', "", "`audience`"),
        ('audience = "resident-hub"', 'audience = ""', "`audience`"),
        ('audience = "resident-hub"', 'audience = ["resident-hub"]', "`audience`"),
        ('audience = "resident-hub"', 'audience = "resident-hub"\nleeway = 60', "`leeway` is not known"),
        ('algorithm = "ES256"', 'algorithm = "none"', "`algorithm`"),
        ('algorithm = "ES256"', 'algorithm = "HS256"', "`algorithm`"),
        ('algorithm = "ES256"', 'algorithm = "RS256"', "`algorithm`"),
        ('algorithm = "ES256"', 'algorithm = ["ES256", "PS256"]', "`algorithm`"),
        ('algorithm = "ES256"', "", "`algorithm`"),
        ('["department", "grid_worker"]', "[]", "`roles`"),
        ('["department", "grid_worker"]', '["mayor"]', "`roles`"),
        ('["department", "grid_worker"]', '"department"', "`roles`"),
        ('["department", "grid_worker"]', '["clerk", "clerk"]', "`roles`"),
        ("https://id.example.org/realms/hub/certs", "http://id.example.org/realms/hub/certs", "https"),
        ("https://id.example.org/realms/hub/certs", "https://elsewhere.example/certs", "host and port"),
        ("https://id.example.org/realms/hub/certs", "https://id.example.org.elsewhere.example/certs", "host and port"),
        ("https://id.example.org/realms/hub/certs", "https://id.example.org:8443/certs", "host and port"),
        ("https://id.example.org/realms/hub/certs", "https://id.example.org@elsewhere.example/certs", "no user"),
        ("https://id.example.org/realms/hub/certs", "https://u@id.example.org/certs", "no user"),
        ("https://id.example.org/realms/hub/certs", "https://id.example.org:x/certs", "must be a URL"),
        ("https://id.example.org/realms/hub/certs", "file:///certs", "https"),
        ("https://id.example.org/realms/hub/certs", "/certs", "https"),
        ('jwks_uri = "https://id.example.org/realms/hub/certs"', "", "exactly one"),
        ('jwks_uri = "https://id.example.org/realms/hub/certs"', "jwks = 1", "`jwks`"),
        ('jwks_uri = "https://id.example.org/realms/hub/certs"', "jwks = []", "no key for ES256"),
        ("https://id.example.org/realms/hub", "http://id.example.org/realms/hub", "https"),
        ("https://id.example.org/realms/hub", "身份", "visible ASCII"),
        ("https://id.example.org/realms/hub", DEVELOPMENT_ISSUER, "reserved"),
        ("[[issuer]]", "trust_all = true\n[[issuer]]", "may only hold"),
        ("[[issuer]]", "[issuer]", "may only hold"),
        ("[[issuer]]", "[[issuers]]", "may only hold"),
        ("[[issuer]]", "[[issuer]", "not TOML"),
    ],
)
def test_unsafe_or_unknown_setting_is_refused(old, new, rule):
    with pytest.raises(OperatorError, match=rule):
        read_issuers(GOOD.replace(old, new, 1))


def test_issuer_named_twice_is_refused():
    with pytest.raises(OperatorError, match="issuer 2: `issuer` is there twice"):
        read_issuers(GOOD + GOOD)


def test_host_is_compared_without_regard_to_case_and_default_port():
    (issuer,) = read_issuers(GOOD.replace("https://id.example.org/realms/hub/certs", "https://ID.example.org:443/k"))
    assert issuer.jwks_uri.endswith("/k")


def test_pinned_private_key_is_refused():
    jwk = public_jwk(generate_development_key()) | {"d": "AAAA"}
    with pytest.raises(OperatorError, match="private key"):
        read_issuers(pinned(jwk))


def test_pinned_key_for_another_algorithm_is_refused():
    with pytest.raises(OperatorError, match="no key for EdDSA"):
        read_issuers(pinned(public_jwk(generate_development_key()), "EdDSA"))


def rsa_jwk(bits):
    return RSAAlgorithm.to_jwk(generate_private_key(65537, bits).public_key(), as_dict=True)


def test_short_rsa_key_is_refused():
    with pytest.raises(ValueError, match="2048 bits"):
        verification_keys([rsa_jwk(1024)], "PS256")


def test_rsa_key_verifies_for_ps256():
    assert verification_keys([rsa_jwk(2048) | {"kid": "r"}], "PS256")["r"].key_size == 2048


def test_shared_secret_is_no_verification_key():
    with pytest.raises(ValueError, match="no key for ES256"):
        verification_keys([{"kty": "oct", "k": "c2VjcmV0"}], "ES256")


@pytest.mark.parametrize("other", [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["sign"]}, {"key_ops": "verify"}])
def test_key_meant_for_something_else_is_left_out(other):
    jwk = public_jwk(generate_development_key())
    spare = public_jwk(generate_development_key())
    assert list(verification_keys([jwk | other, spare], "ES256")) == [spare["kid"]]


def test_two_keys_of_one_name_spoil_the_set():
    jwks = [public_jwk(generate_development_key()) | {"kid": "same"} for _ in range(2)]
    with pytest.raises(ValueError, match="`kid`"):
        verification_keys(jwks, "ES256")


def test_point_off_the_curve_is_refused_without_repeating_it():
    jwk = public_jwk(generate_development_key())
    with pytest.raises(ValueError, match="malformed") as refusal:
        verification_keys([jwk | {"y": jwk["x"]}], "ES256")
    assert jwk["x"] not in str(refusal.value)


def test_endless_key_set_is_refused():
    with pytest.raises(ValueError, match="at most"):
        verification_keys([{}] * (MOST_KEYS + 1), "ES256")
