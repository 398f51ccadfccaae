"""The yardstick server: one bare FastAPI route with a pydantic body, served as `hub serve` serves."""

import argparse
import os
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

ANSWER_VARIABLE = "HUB_BENCH_ANSWER_BYTES"
_AROUND = len('{"answer":""}')


class Subject(BaseModel):
    """Whom a request names."""

    idno: str | None = None
    rid: str | None = None


class Body(BaseModel):
    """A request of the same shape as the hub's."""

    subject: Subject
    purpose: str
    fields: list[str] | None = None
    reason: str | None = None


def create_app() -> FastAPI:
    """The application; how many bytes it answers with stands in the environment."""
    app = FastAPI()
    answer = {"answer": "x" * (int(os.environ.get(ANSWER_VARIABLE, "100")) - _AROUND)}

    @app.post("/v1/disclosures")
    async def disclose(_body: Body) -> dict[str, Any]:
        return answer

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "up"}

    return app


def main() -> None:
    """Serve on the loopback interface until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    options: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": args.port,
        "http": "httptools",
        "loop": "uvloop",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "proxy_headers": False,
        "lifespan": "on",
    }
    if args.workers == 1:
        uvicorn.run(create_app(), **options)
    else:
        uvicorn.run("hub.bench.bare:create_app", factory=True, workers=args.workers, **options)


if __name__ == "__main__":
    main()
