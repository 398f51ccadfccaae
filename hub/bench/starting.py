"""How long a server takes from its start to its first answer, held against a bare FastAPI application."""

import compileall
from pathlib import Path
from statistics import median

import audit
import hub
from hub.bench.community import kept
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.bench.servers import bare_server, hub_server

_ANSWER_BYTES = 1000


def measure_start(scale: Scale, folder: Path) -> list[Row]:
    """Start both by turns, with one worker, and ask for a disclosure until it is there."""
    people = kept(folder, scale.small)
    _compile()
    bare_seconds, hub_seconds = [], []
    for _ in range(scale.starts):
        [request] = people.requests(1, seed=1)
        with bare_server(_ANSWER_BYTES, workers=1) as server:
            bare_seconds.append(server.first_answer(request))
        with hub_server(people.path, workers=1) as server:
            hub_seconds.append(server.first_answer(request))
    return [
        Row(
            what="server start to first answer, one worker",
            measured=f"{median(hub_seconds):.3g} s",
            compared=f"{median(bare_seconds):.3g} s: bare FastAPI application",
            ratio=median(hub_seconds) / median(bare_seconds),
            target=2,
            at_most=True,
            detail={"hub_seconds": hub_seconds, "bare_seconds": bare_seconds},
        )
    ]


def _compile() -> None:
    """Compile what is not yet compiled: installed, the hub starts from bytecode, as the libraries of both do here."""
    for package in (audit, hub):
        compileall.compile_dir(Path(str(package.__file__)).parent, quiet=2)
