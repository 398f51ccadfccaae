import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import Unauthenticated
from hub.identity.development import development_issuer, generate_development_key, mint, public_jwk
from hub.identity.issuers import AUDIENCE, DEVELOPMENT_ISSUER, Issuer
from hub.identity.keyring import BETWEEN_FETCHES, LONGEST_TRUST, UnknownKey
from hub.identity.tokens import Verifier
from hub.model.principal import Role, parse_principal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PRINCIPAL = parse_principal("clerk:339999001001")
ISSUER = Issuer(DEVELOPMENT_ISSUER, AUDIENCE, "ES256", frozenset(Role), jwks_uri="https://id.example.org/keys")
AFTER = BETWEEN_FETCHES + timedelta(seconds=1)


class Provider:
    """Publishes keys and counts how often it is asked."""

    def __init__(self, *keys):
        self.jwks = [public_jwk(key) for key in keys]
        self.asked = []
        self.failure = None

    async def fetch(self, uri):
        self.asked.append(uri)
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        return self.jwks


@pytest.fixture(scope="module")
def keys():
    return generate_development_key(), generate_development_key()


def test_keys_are_fetched_when_first_needed(keys):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)
    token = mint(keys[0], PRINCIPAL, now=NOW)
    with pytest.raises(UnknownKey):
        verifier.verify(token, NOW)
    assert asyncio.run(verifier.verify_async(token, NOW)).principal == PRINCIPAL
    assert verifier.verify(token, NOW).principal == PRINCIPAL
    assert provider.asked == [ISSUER.jwks_uri]


def test_unknown_keys_ask_the_issuer_at_most_every_thirty_seconds(keys):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)

    async def flood():
        for second in range(29):
            now = NOW + timedelta(seconds=second)
            with pytest.raises(Unauthenticated):
                await verifier.verify_async(mint(keys[1], PRINCIPAL, now=now), now)

    asyncio.run(flood())
    assert len(provider.asked) == 1


def test_callers_who_come_during_a_fetch_share_it(keys):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)
    minted = [mint(keys[0], PRINCIPAL, now=NOW) for _ in range(5)]

    async def together():
        return await asyncio.gather(*(verifier.verify_async(token, NOW) for token in minted))

    assert len(asyncio.run(together())) == 5
    assert len(provider.asked) == 1


def test_new_key_is_found_and_withdrawn_key_stops_working(keys):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)
    old = mint(keys[0], PRINCIPAL, now=NOW)
    asyncio.run(verifier.verify_async(old, NOW))
    provider.jwks = [public_jwk(keys[1])]
    later = NOW + AFTER
    assert asyncio.run(verifier.verify_async(mint(keys[1], PRINCIPAL, now=later), later)).principal == PRINCIPAL
    with pytest.raises(UnknownKey):
        verifier.verify(old, later)


def test_refresh_withdraws_keys_without_any_new_token(keys):
    provider = Provider(*keys)
    verifier = Verifier([ISSUER], provider.fetch)
    token = mint(keys[0], PRINCIPAL, now=NOW)
    asyncio.run(verifier.verify_async(token, NOW))
    provider.jwks = [public_jwk(keys[1])]
    asyncio.run(verifier.refresh(NOW + AFTER))
    with pytest.raises(UnknownKey):
        verifier.verify(token, NOW + AFTER)


@pytest.mark.parametrize(
    ("failure", "jwks"),
    [
        (OSError("no answer"), None),
        (None, []),
        (None, ["no object"]),
        (None, [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]),
    ],
    ids=["no answer", "empty", "no object", "broken key"],
)
def test_failed_fetch_leaves_known_keys_in_force(keys, failure, jwks):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)
    asyncio.run(verifier.refresh(NOW))
    provider.failure, provider.jwks = failure, jwks
    later = NOW + AFTER
    asyncio.run(verifier.refresh(later))
    assert len(provider.asked) == 2
    assert verifier.verify(mint(keys[0], PRINCIPAL, now=later), later).principal == PRINCIPAL


def test_keys_that_could_not_be_renewed_for_a_day_are_not_believed(keys):
    provider = Provider(keys[0])
    verifier = Verifier([ISSUER], provider.fetch)
    asyncio.run(verifier.refresh(NOW))
    provider.failure = OSError("no answer")
    later = NOW + LONGEST_TRUST
    with pytest.raises(UnknownKey):
        asyncio.run(verifier.verify_async(mint(keys[0], PRINCIPAL, now=later), later))


def test_one_issuers_fetch_does_not_touch_another(keys):
    provider = Provider()
    fetched = Issuer("https://id.example.org", AUDIENCE, "ES256", frozenset(Role), jwks_uri="https://id.example.org/k")
    verifier = Verifier([development_issuer(keys[0]), fetched], provider.fetch)
    asyncio.run(verifier.refresh(NOW))
    assert verifier.verify(mint(keys[0], PRINCIPAL, now=NOW), NOW).principal == PRINCIPAL
