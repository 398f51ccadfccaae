"""The development issuer: tokens for a directory of synthetic residents, signed with a key that lies beside it."""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.errors import BadInput, OperatorError
from hub.identity.issuers import AUDIENCE, DEVELOPMENT_ISSUER, Issuer
from hub.identity.keys import verification_keys
from hub.identity.tokens import LONGEST_SECONDS
from hub.model.principal import Principal, Role

ALGORITHM = "ES256"
USUAL_SECONDS = 8 * 3600


def generate_development_key() -> bytes:
    """Make a signing key.

    Returns:
        A P-256 private key as PKCS #8 PEM, not encrypted: it belongs into the keys directory.
    """
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_jwk(key: bytes) -> dict[str, str]:
    """Give the public half of a development key as a JSON Web Key, named by its thumbprint (RFC 7638).

    Raises:
        OperatorError: the key is no P-256 private key.
    """
    numbers = _private_key(key).public_key().public_numbers()
    point = {"crv": "P-256", "kty": "EC", "x": _base64url(numbers.x), "y": _base64url(numbers.y)}
    return {**point, "alg": ALGORITHM, "use": "sig", "kid": thumbprint(point)}


def thumbprint(required: Mapping[str, str]) -> str:
    """Name a key by its required members alone (RFC 7638, section 3)."""
    canonical = json.dumps(dict(required), separators=(",", ":"), sort_keys=True).encode()
    return _text(hashlib.sha256(canonical).digest())


def development_issuer(key: bytes) -> Issuer:
    """Describe the issuer that signs with this key; it may assert every role.

    Raises:
        OperatorError: the key is no P-256 private key.
    """
    keys = verification_keys([public_jwk(key)], ALGORITHM)
    return Issuer(DEVELOPMENT_ISSUER, AUDIENCE, ALGORITHM, frozenset(Role), keys=keys)


def mint(
    key: bytes, principal: Principal, ttl_seconds: int = USUAL_SECONDS, *, now: datetime, operator: str = ""
) -> str:
    """Sign a token for a principal.

    Args:
        key: the development key, PEM.
        principal: whose token it is.
        ttl_seconds: how long it lives, at most 24 hours.
        now: when it is issued, UTC.
        operator: the human operator of a department or organisation; the person of the principal where none is named.

    Returns:
        A compact JWS of type `at+jwt`.

    Raises:
        BadInput: the lifetime is out of range.
        OperatorError: the key is no P-256 private key.
    """
    if not 0 < ttl_seconds <= LONGEST_SECONDS:
        raise BadInput("ttl", f"must be 1 to {LONGEST_SECONDS} seconds")
    issued = int(now.timestamp())
    claims = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": AUDIENCE,
        "sub": principal.id,
        "iat": issued,
        "exp": issued + ttl_seconds,
        "jti": str(uuid.uuid4()),
    }
    if principal.role in (Role.DEPARTMENT, Role.ORGANISATION):
        claims["operator"] = operator or principal.id.partition("#")[2]
    headers = {"typ": "at+jwt", "kid": public_jwk(key)["kid"]}
    return jwt.encode(claims, _private_key(key), algorithm=ALGORITHM, headers=headers)


def _private_key(pem: bytes) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise OperatorError("the development issuer's key must be a P-256 private key in PEM, not encrypted")
    return key


def _base64url(coordinate: int) -> str:
    return _text(coordinate.to_bytes(32, "big"))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
