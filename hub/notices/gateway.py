"""Gateways that take notices over: a command of the operator's, an https endpoint, or a folder that a counter prints.

`gateway.toml` in the data directory names one. What has no telephone number always goes to the folder.
"""

import hashlib
import hmac
import os
import subprocess
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import orjson

from hub.errors import OperatorError
from hub.policy.operator_file import read_operator_file
from hub.store.directory import Directory
from hub.store.keyring_file import refuse_open_to_others

SECONDS = 10.0
"""After which a gateway that has not answered has not taken a notice."""
_SHORTEST_KEY = 32
_OPTIONS = {"command": frozenset({"command"}), "https": frozenset({"url"}), "spool": frozenset[str]()}


class Message(NamedTuple):
    """A notice as a gateway gets it.

    Attributes:
        id: the same whenever the same notice comes again.
        matter: what it is about.
        to: the telephone number; empty for principals and for the counter.
        principal: who on duty is to be told; empty otherwise.
        text: language to sentence.
    """

    id: str
    matter: str
    to: str
    principal: str
    text: Mapping[str, str]

    def body(self) -> bytes:
        """As JSON."""
        return orjson.dumps(self._asdict())


class Gateway(Protocol):
    """Takes notices over, each at least once."""

    def hand_over(self, message: Message) -> None:
        """Take a notice over. Raises OSError where it did not; the text names no content."""
        ...


class CommandGateway:
    """A program of the operator's that reads a notice as JSON on its standard input; status 0 says that it took it.

    Args:
        command: program and arguments.
    """

    def __init__(self, command: list[str]) -> None:
        self._command = command

    def hand_over(self, message: Message) -> None:
        """Run the program. Raises OSError."""
        # Nothing of the hub's environment goes along: the root key may be in it.
        environment = {"PATH": os.environ.get("PATH", os.defpath)}
        try:
            done = subprocess.run(  # noqa: S603 - what the operator named, without a shell
                self._command, input=message.body(), capture_output=True, timeout=SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            raise OSError(f"the gateway's command took more than {SECONDS:g} seconds") from None
        if done.returncode:
            raise OSError(f"the gateway's command ended with status {done.returncode}")


class HttpsGateway:
    """An endpoint on a configured host; each request is signed, and says by its id whether it came before.

    Args:
        url: where notices are posted.
        key: signs them, HMAC-SHA-256 over time and body.
    """

    def __init__(self, url: str, key: bytes) -> None:
        self._url, self._key = url, key

    def hand_over(self, message: Message) -> None:
        """Post a notice. Raises OSError."""
        import httpx  # noqa: PLC0415 - installations without such a gateway need no client

        body, now = message.body(), str(int(time.time()))
        signature = hmac.digest(self._key, now.encode() + b"." + body, hashlib.sha256).hex()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
            "X-Hub-Timestamp": now,
            "X-Hub-Signature": f"v1={signature}",
        }
        try:
            # No proxy from the environment and no redirect: the request must end at the configured host.
            answer = httpx.post(self._url, content=body, headers=headers, timeout=SECONDS, trust_env=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(f"the gateway did not answer ({type(error).__name__})") from None
        if not answer.is_success:
            raise OSError(f"the gateway answered with status {answer.status_code}")


class SpoolGateway:
    """A folder for the owner's eyes only, one file a notice, which a counter prints and removes.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hand_over(self, message: Message) -> None:
        """Write a file; one that is there already is written over. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{message.id}.json"
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(message.body())
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)


class Route:
    """Sends each notice to where it can be read.

    Args:
        main: for numbers and principals.
        counter: for whoever has no number on record.
    """

    def __init__(self, main: Gateway, counter: SpoolGateway) -> None:
        self._main, self._counter = main, counter

    def hand_over(self, message: Message) -> None:
        """Hand a notice to the gateway that fits. Raises OSError."""
        (self._main if message.to or message.principal else self._counter).hand_over(message)


def load_gateway(directory: Directory) -> Gateway | None:
    """The gateway that an operator configured, or None: then notices wait.

    Raises:
        OperatorError: naming the file, the member and the rule.
    """
    path = directory.gateway
    document = read_operator_file(path, frozenset({"kind"}).union(*_OPTIONS.values()))
    if not document:
        return None
    kind = document.get("kind")
    if kind not in _OPTIONS:
        raise OperatorError(f"`{path.name}`: `kind` must be one of {', '.join(sorted(_OPTIONS))}")
    if surplus := document.keys() - _OPTIONS[kind] - {"kind"}:
        raise OperatorError(f"`{path.name}`: `{min(surplus)}` does not go with this kind")
    counter = SpoolGateway(directory.spool)
    if kind == "spool":
        return counter
    main = _command(path, document) if kind == "command" else _https(path, document, directory)
    return Route(main, counter)


def _command(path: Path, document: dict[str, Any]) -> CommandGateway:
    command = document.get("command")
    if not isinstance(command, list) or not command or not all(isinstance(part, str) and part for part in command):
        raise OperatorError(f"`{path.name}`: `command` must be a list of program and arguments")
    return CommandGateway(command)


def _https(path: Path, document: dict[str, Any], directory: Directory) -> HttpsGateway:
    url = document.get("url")
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    local = directory.is_development and parts.scheme == "http" and _is_loopback(parts.hostname)
    if not parts.hostname or not (parts.scheme == "https" or local) or parts.username or parts.fragment:
        raise OperatorError(f"`{path.name}`: `url` must be an https address without user and fragment")
    return HttpsGateway(str(url), _key(directory))


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _key(directory: Directory) -> bytes:
    path = directory.gateway_key
    if not path.is_file():
        raise OperatorError(f"{path} is missing: it signs what is posted; put {_SHORTEST_KEY} random letters there")
    refuse_open_to_others(path)
    key = path.read_bytes().strip()
    if len(key) < _SHORTEST_KEY:
        raise OperatorError(f"{path} must hold at least {_SHORTEST_KEY} characters")
    return key
