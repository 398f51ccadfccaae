import pytest

from hub.model.tier import Tier
from hub.store.keyring_file import create_keyring
from hub.store.keys import Keyring


class Warrant:
    """The right to open some tiers."""

    def __init__(self, *tiers):
        self.tiers = frozenset(tiers)


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory):
    """A keys directory that no test changes."""
    folder = tmp_path_factory.mktemp("keys") / "hub.keys"
    create_keyring(folder, {})
    return folder


@pytest.fixture(scope="session")
def ring(keys_folder):
    return Keyring(keys_folder, {})


@pytest.fixture(scope="session")
def other_ring(tmp_path_factory):
    """The keys of another installation."""
    folder = tmp_path_factory.mktemp("keys") / "other.keys"
    create_keyring(folder, {})
    return Keyring(folder, {})


@pytest.fixture(scope="session")
def warrant():
    """Make warrants: `warrant(Tier.BASIC)`; for every tier where none is named."""
    return lambda *tiers: Warrant(*(tiers or Tier))
