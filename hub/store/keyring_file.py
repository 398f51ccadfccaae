"""The keys directory: a root key, and the keyring whose keys are sealed under it; read strictly, replaced at once.

What is replaced is written beside it, made durable and renamed: a crash leaves the one or the other. A new root takes
two renames, that of the root first; whoever finds the new root with the old keyring does the second.
"""

import base64
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import OperatorError
from hub.model.tier import Tier

ROOT_VARIABLE, NEXT_ROOT_VARIABLE = "HUB_ROOT_KEY", "HUB_NEXT_ROOT_KEY"
KEY_BYTES = 32
NONCE_BYTES = 12
SINGLE_KEYS = ("index", "database", "control", "pairwise", "pseudonym", "strangers", "log")
FIRST_KEY_ID, LAST_KEY_ID = 1, 255
_ROOT, _KEYRING, _FRESH = "root.key", "keyring.json", ".new"
_FORMAT = 1


def tier_key(tier: Tier, number: int) -> str:
    """The name of a tier's key."""
    return f"tier:{tier}:{number}"


def read_keys(folder: Path, environ: Mapping[str, str]) -> dict[str, bytes]:
    """All keys of a keys directory by name, opened.

    Args:
        folder: the keys directory, mode 0700.
        environ: where the root key may be found; it wins over the file.

    Raises:
        OperatorError: missing, damaged or readable by others, or the root key does not open the keyring.
    """
    root = AESGCM(_read_root(folder, environ))
    path = folder / _KEYRING
    try:
        return _opened(root, path)
    except OperatorError:
        fresh = path.with_name(_KEYRING + _FRESH)
        if not fresh.is_file():
            raise
        with suppress(OperatorError):
            keys = _opened(root, fresh)
            _rename(fresh, path)
            return keys
        raise


def keyring_state(folder: Path) -> tuple[int, ...]:
    """Changes whenever the keyring does; empty where there is none."""
    try:
        found = (folder / _KEYRING).stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def create_keyring(folder: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Make a keys directory with fresh keys.

    Raises:
        OperatorError: the directory exists already.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise OperatorError(f"{folder} exists already; keys are never overwritten") from None
    root = _decode_root(environ[ROOT_VARIABLE]) if environ.get(ROOT_VARIABLE) else secrets.token_bytes(KEY_BYTES)
    if not environ.get(ROOT_VARIABLE):
        write_secret(folder / _ROOT, root.hex().encode() + b"\n")
    names = (*SINGLE_KEYS, *(tier_key(tier, FIRST_KEY_ID) for tier in Tier))
    write_secret(folder / _KEYRING, _closed(root, {name: secrets.token_bytes(KEY_BYTES) for name in names}))


def add_keys(folder: Path, environ: Mapping[str, str], names: Iterable[str]) -> None:
    """Add fresh keys to a keyring, durably and at once. Raises as `read_keys`."""
    fresh = {name: secrets.token_bytes(KEY_BYTES) for name in names}
    _change(folder, environ, lambda keys: fresh | keys)


def drop_keys(folder: Path, environ: Mapping[str, str], names: Iterable[str]) -> None:
    """Destroy keys of a keyring, durably and at once. Raises as `read_keys`."""
    gone = frozenset(names)
    _change(folder, environ, lambda keys: {name: key for name, key in keys.items() if name not in gone})


def replace_root(folder: Path, environ: Mapping[str, str]) -> None:
    """Seal the keyring under another root key.

    Args:
        folder: the keys directory.
        environ: where the root key is in the environment, the next one must be, too; else a fresh one is made.

    Raises:
        OperatorError: as `read_keys`, or the environment has a root key and not the next one.
    """
    keys = read_keys(folder, environ)
    keyring, root_file = folder / _KEYRING, folder / _ROOT
    for path in (keyring, root_file):
        path.with_name(path.name + _FRESH).unlink(missing_ok=True)  # of an attempt that came to nothing
    if environ.get(ROOT_VARIABLE):
        text = environ.get(NEXT_ROOT_VARIABLE)
        if not text:
            raise OperatorError(f"the root key is in {ROOT_VARIABLE}; put the next one into {NEXT_ROOT_VARIABLE}")
        _replace(keyring, _closed(_decode_root(text), keys))
        return
    root = secrets.token_bytes(KEY_BYTES)
    fresh_keyring, fresh_root = (path.with_name(path.name + _FRESH) for path in (keyring, root_file))
    write_secret(fresh_keyring, _closed(root, keys))
    write_secret(fresh_root, root.hex().encode() + b"\n")
    _rename(fresh_root, root_file)
    with suppress(FileNotFoundError):  # somebody who has read the new root has done it
        _rename(fresh_keyring, keyring)


def write_secret(path: Path, body: bytes) -> None:
    """Create a file only its owner may read, durably; refuses to overwrite."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def refuse_open_to_others(path: Path) -> None:
    """Raise OperatorError where anybody but the owner could read a secret."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        fit = "700" if path.is_dir() else "600"
        raise OperatorError(f"{path} is open to other users; run `chmod {fit} {path}`")


def _read_root(folder: Path, environ: Mapping[str, str]) -> bytes:
    if not folder.is_dir():
        raise OperatorError(f"the keys directory {folder} is missing; restore it from a backup or run `hub init`")
    refuse_open_to_others(folder)
    if text := environ.get(ROOT_VARIABLE):
        return _decode_root(text)
    path = folder / "root.key"
    if not path.is_file():
        raise OperatorError(f"no root key: neither {path} nor the environment variable {ROOT_VARIABLE} holds one")
    refuse_open_to_others(path)
    return _decode_root(path.read_text("ascii", "replace"))


def _decode_root(text: str) -> bytes:
    try:
        root = bytes.fromhex(text.strip())
    except ValueError:
        root = b""
    if len(root) != KEY_BYTES:
        raise OperatorError("the root key must be 64 hex digits")
    return root


def _opened(root: AESGCM, path: Path) -> dict[str, bytes]:
    return {name: _open_key(root, name, blob) for name, blob in _read_keyring(path).items()}


def _read_keyring(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise OperatorError(f"the keyring {path} is missing; restore it from a backup")
    refuse_open_to_others(path)
    try:
        document = json.loads(path.read_text("utf-8"))
        form = document["format"]
        keys = {name: base64.b64decode(blob, validate=True) for name, blob in document["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OperatorError(f"the keyring {path} is damaged; restore it from a backup") from None
    if form != _FORMAT:
        raise OperatorError(f"the keyring {path} has format {form}, this hub knows {_FORMAT}; run the hub that made it")
    return keys


def _closed(root: bytes, keys: Mapping[str, bytes]) -> bytes:
    cipher = AESGCM(root)
    sealed = {name: base64.b64encode(_close_key(cipher, name, key)).decode() for name, key in keys.items()}
    return json.dumps({"format": _FORMAT, "suite": "AES-256-GCM", "keys": sealed}, indent=1).encode()


def _close_key(root: AESGCM, name: str, key: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + root.encrypt(nonce, key, name.encode())


def _open_key(root: AESGCM, name: str, blob: bytes) -> bytes:
    try:
        return root.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError):
        raise OperatorError("the root key does not open the keyring: one of the two belongs elsewhere") from None


def _change(folder: Path, environ: Mapping[str, str], change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    keys = change(read_keys(folder, environ))
    _replace(folder / _KEYRING, _closed(_read_root(folder, environ), keys))


def _replace(path: Path, body: bytes) -> None:
    fresh = path.with_name(path.name + ".next")
    fresh.unlink(missing_ok=True)  # of a crash
    write_secret(fresh, body)
    _rename(fresh, path)


def _rename(fresh: Path, path: Path) -> None:
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
