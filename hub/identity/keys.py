"""The public keys of an issuer, checked against its one algorithm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

VerificationKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

MOST_KEYS = 32
_LEAST_RSA_BITS = 2048
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class _Shape:
    kty: str
    crv: str


_SHAPES = {
    "ES256": _Shape("EC", "P-256"),
    "EdDSA": _Shape("OKP", "Ed25519"),
    "PS256": _Shape("RSA", ""),
}

ALGORITHMS = tuple(_SHAPES)
"""What an issuer may sign with: the algorithms of FAPI 2.0, section 5.4.1."""


def verification_keys(jwks: list[Any], algorithm: str) -> dict[str, VerificationKey]:
    """Take the keys of a JSON Web Key Set that can verify one algorithm.

    Keys for other algorithms or uses are left out, since issuers publish several kinds in one set. A key that
    would be used but is unsafe (private, too short, a name twice) spoils the whole set.

    Args:
        jwks: the member `keys` of a JSON Web Key Set (RFC 7517).
        algorithm: one of `ALGORITHMS`.

    Returns:
        Key id to public key; the id is empty where a key has none.

    Raises:
        ValueError: the set is unsafe or holds no usable key.
    """
    if len(jwks) > MOST_KEYS:
        raise ValueError(f"a key set has at most {MOST_KEYS} keys")
    keys: dict[str, VerificationKey] = {}
    for jwk in jwks:
        if not isinstance(jwk, dict):
            raise ValueError("every key must be a table or object")  # noqa: TRY004 - one kind of error for a bad set
        if not _meant_for(jwk, algorithm):
            continue
        kid = jwk.get("kid", "")
        if not isinstance(kid, str) or kid in keys:
            raise ValueError("every `kid` must be a text of its own")
        keys[kid] = _public_key(jwk, algorithm)
    if not keys:
        raise ValueError(f"holds no key for {algorithm}")
    return keys


def _meant_for(jwk: Mapping[str, Any], algorithm: str) -> bool:
    shape = _SHAPES[algorithm]
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("kty") == shape.kty
        and (not shape.crv or jwk.get("crv") == shape.crv)
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm
        and isinstance(operations, list)
        and "verify" in operations
    )


def _public_key(jwk: dict[str, Any], algorithm: str) -> VerificationKey:
    if _PRIVATE_MEMBERS & jwk.keys():
        raise ValueError("a private key has no place in a key set")
    try:
        key = jwt.PyJWK(jwk, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        # The library's message repeats the key.
        raise ValueError("a key has missing or malformed members") from None
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
        raise ValueError(f"an RSA key has at least {_LEAST_RSA_BITS} bits")
    if not isinstance(key, EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey):
        raise ValueError("a key is not a public key")  # noqa: TRY004 - one kind of error for a bad set
    return key
