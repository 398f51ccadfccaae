"""`hub serve DIR`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("serve", help="serve API and pages")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, metavar="N")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    import gc

    # Looking for garbage takes a tenth of a start, which makes hardly any; the application looks for it once it serves.
    gc.disable()

    import uvicorn

    from hub.app import DIRECTORY_VARIABLE, create_app
    from hub.errors import BadInput, OperatorError
    from hub.store.directory import Directory, open_keyring
    from hub.store.installation import signer
    from hub.store.witnesses import load_witnesses
    from hub.store.witnessing import refuse_a_second_history
    from hub.telemetry.logging import set_up

    if not 0 < args.workers <= 64:  # noqa: PLR2004
        raise BadInput("workers", "must be from 1 to 64")
    if not 0 < args.port < 1 << 16:
        raise BadInput("port", "must be from 1 to 65535")
    directory = Directory(args.directory)
    ring = open_keyring(directory)
    refuse_a_second_history(directory, ring, load_witnesses(directory, signer(directory, ring).verifier))
    if directory.is_development and not _is_loopback(args.host):
        raise OperatorError("a directory with the development issuer is served on loopback only, such as 127.0.0.1")
    _look_at_the_rules(args.directory)
    refuse_a_taken_port(args.host, args.port)
    app = create_app(directory)
    set_up(app.vocabulary)
    print(f"serving {args.directory} on http://{args.host}:{args.port}", file=sys.stderr)
    options: dict[str, Any] = {
        "host": args.host,
        "port": args.port,
        "http": "httptools",
        "loop": "uvloop",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "lifespan": "on",
    }
    if args.workers == 1:
        uvicorn.run(app, **options)
    else:
        gc.enable()
        os.environ[DIRECTORY_VARIABLE] = str(args.directory)
        uvicorn.run("hub.app:create_app_from_environment", factory=True, workers=args.workers, **options)
    return 0


def _look_at_the_rules(path: Path) -> None:
    """Open the store once before serving; say where the files are not what is served."""
    from hub.cli.opened import opened
    from hub.rules.starting import differing_files, rules_at_start
    from hub.rules.texts import read_texts

    with opened(path) as hub:
        rules, _ = rules_at_start(hub.directory, hub.writer, hub.reader, hub.ring)
    if differing := differing_files(rules, read_texts(hub.directory)):
        print(
            f"hub: serving the rules on record, {rules.digest[:12]}, not the files: {', '.join(differing)} differ; "
            f"`hub rules propose {path}` asks for a change",
            file=sys.stderr,
        )


def refuse_a_taken_port(host: str, port: int) -> None:
    """Say that nobody can listen there; the server would say so, too, in a log line and with a status of its own.

    Raises:
        OperatorError: the port is taken, or the host is not this machine's.
    """
    import socket

    from hub.errors import OperatorError

    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = (error.strerror or "not possible").lower()
        raise OperatorError(f"cannot listen on {host} port {port}: {why}; name others with --host and --port") from None


def _is_loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
