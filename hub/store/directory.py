"""The data directory: what lies where, and the difference between creating one and opening one."""

import json
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import check_origin
from hub.errors import OperatorError
from hub.store.keyring_file import create_keyring, refuse_open_to_others, write_secret
from hub.store.keys import Keyring

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Directory:
    """The paths of one installation.

    Attributes:
        path: the data directory.
    """

    path: Path

    @property
    def keys(self) -> Path:
        """The keys directory, a sibling: never inside the data directory."""
        return self.path.with_name(self.path.name + ".keys")

    @property
    def store(self) -> Path:
        """Files, control rows and the log."""
        return self.path / "hub.db"

    @property
    def data_keys(self) -> Path:
        """Wrapped data keys: a database of their own, so that it can be backed up apart and briefly."""
        return self.path / "keys.db"

    def remains(self) -> list[Path]:
        """Whatever of keys, store and log may be left: a write-ahead log alone still belongs to a store."""
        databases = (self.store, self.data_keys)
        logs = [path.with_name(f"{path.name}-wal") for path in databases]
        return [self.keys, *databases, *logs, self.path / "hub.toml", self.log_key]

    @property
    def lock(self) -> Path:
        """What writing processes take turns on."""
        return self.path / "writer.lock"

    @property
    def changes(self) -> Path:
        """Tells processes that people or control rows have changed; worth nothing once none runs."""
        return self.path / "changes"

    @property
    def trail(self) -> Path:
        """What the trail is searched by: derived from the store, made anew where it is missing."""
        return self.path / "trail.db"

    @property
    def trail_lock(self) -> Path:
        """What processes take turns on at `trail`."""
        return self.path / "trail.lock"

    @property
    def issuers(self) -> Path:
        """Which issuers' tokens are accepted."""
        return self.path / "issuers.toml"

    @property
    def sign_in(self) -> Path:
        """Whom the pages ask who somebody is; there need be none."""
        return self.path / "sign_in.toml"

    @property
    def personas(self) -> Path:
        """Who may be signed in with a click, in a development directory; there need be none."""
        return self.path / "personas.toml"

    @property
    def calendar(self) -> Path:
        """Which days offices are open, and by when filings are due; there need be none."""
        return self.path / "calendar.toml"

    @property
    def rotation_lock(self) -> Path:
        """What processes take turns on that rotate keys."""
        return self.path / "rotation.lock"

    @property
    def retention(self) -> Path:
        """For how long the trail is kept; there need be none."""
        return self.path / "retention.toml"

    @property
    def gateway(self) -> Path:
        """Who takes notices over; there need be nobody."""
        return self.path / "gateway.toml"

    @property
    def gateway_key(self) -> Path:
        """Signs what is posted to an https gateway."""
        return self.keys / "gateway.key"

    @property
    def spool(self) -> Path:
        """Notices that a counter prints, one file each."""
        return self.path / "spool"

    @property
    def notices_lock(self) -> Path:
        """What processes take turns on before they send notices."""
        return self.path / "notices.lock"

    @property
    def witnesses(self) -> Path:
        """Who is to cosign the log's checkpoints: a tlog-policy; there need be none."""
        return self.path / "witnesses"

    @property
    def witness_lock(self) -> Path:
        """What processes take turns on before they ask witnesses; written to whenever they were asked."""
        return self.path / "witness.lock"

    @property
    def verification(self) -> Path:
        """How far the check of the log is that runs; locked by the process that began it."""
        return self.path / "verification"

    @property
    def pack_lock(self) -> Path:
        """Locked while an evidence pack is made over HTTP."""
        return self.path / "pack.lock"

    @property
    def running(self) -> Path:
        """One file for each process that serves, locked by it; one that is not locked was left by a crash."""
        return self.path / "running"

    @property
    def alarm(self) -> Path:
        """What a witness has said against the log; there is no such file while all is well."""
        return self.path / "witness.alarm"

    @property
    def checkpoint(self) -> Path:
        """The last checkpoint, outside the database: an old database put back contradicts it."""
        return self.keys / "checkpoint"

    @property
    def rules_kept(self) -> Path:
        """Which rules were in force last, outside the database: older ones put back contradict it."""
        return self.keys / "rules"

    @property
    def development_key(self) -> Path:
        """The development issuer's key; a directory that has one accepts synthetic people only."""
        return self.keys / "development.pem"

    @property
    def is_development(self) -> bool:
        """Whether this directory was initialised with the development issuer."""
        return self.development_key.is_file()

    @property
    def log_key(self) -> Path:
        """The log's verifier key, which auditors are given."""
        return self.path / "log.vkey"

    def origin(self) -> str:
        """The log's unique name.

        Raises:
            OperatorError: the directory was never initialised, or by a newer hub.
        """
        about = self.path / "hub.toml"
        try:
            document = tomllib.loads(about.read_text("utf-8"))
            form, origin = document["format"], str(document["origin"])
        except FileNotFoundError:
            raise OperatorError(f"{self.path} is not a data directory; run `hub init {self.path}`") from None
        except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError):
            raise OperatorError(f"{about} is damaged; restore it from a backup") from None
        if form != FORMAT:
            raise OperatorError(f"{self.path} has format {form}, this hub knows {FORMAT}; run the hub that made it")
        return origin


def create_directory(path: Path, development_key: bytes | None, origin: str = "") -> Directory:
    """Lay out an empty data directory with fresh keys; the databases come after it.

    Args:
        path: must not hold keys, a store or a log; may be an empty directory.
        development_key: PEM of the development issuer, or None outside development.
        origin: the log's unique name; a random one where empty.

    Raises:
        OperatorError: something is there already, and nothing was changed.
        LogError: the origin cannot name a log, and nothing was changed.
    """
    directory = Directory(path)
    origin = origin or f"resident-hub.invalid/{secrets.token_hex(6)}"
    check_origin(origin)
    taken = [left for left in directory.remains() if left.exists()]
    if taken:
        raise OperatorError(f"{taken[0]} exists already; `hub init` never overwrites keys, a store or a log")
    if path.exists() and not path.is_dir():
        raise OperatorError(f"{path} is not a directory")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    create_keyring(directory.keys)
    if development_key is not None:
        write_secret(directory.development_key, development_key)
    # What JSON escapes in a text without control characters, TOML escapes in the same way.
    write_secret(path / "hub.toml", f"format = {FORMAT}\norigin = {json.dumps(origin)}\n".encode())
    return directory


def open_keyring(directory: Directory) -> Keyring:
    """The keys of a directory. Raises OperatorError as `Keyring`."""
    directory.origin()
    if directory.development_key.exists():
        refuse_open_to_others(directory.development_key)
    return Keyring(directory.keys)
