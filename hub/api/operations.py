"""`/healthz` and `/readyz`: is the process up, and can it read and record."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import DirectRoute, served_by
from hub.api.schemas import PROBLEMS, Health

router = APIRouter(route_class=DirectRoute, tags=["operations"])
_PROBE = "UPDATE counter SET n = n + 1 WHERE name = 'probe'"


async def _healthz(_road: Road, _authorization: str, _scope: Scope, _receive: Receive) -> Response:
    return _health("up")


async def _readyz(road: Road, _authorization: str, _scope: Scope, _receive: Receive) -> Response:
    road.reader.control_version()
    await road.lane.write(lambda tx: tx.db.execute(_PROBE))
    return _health("ready")


def _health(status: str) -> Response:
    return Response(orjson.dumps({"status": status}), media_type="application/json")


@router.get("/healthz", response_model=Health, operation_id="healthz")
@served_by(_healthz)
def healthz() -> None:
    """The process is up."""


@router.get("/readyz", response_model=Health, operation_id="readyz", responses={503: PROBLEMS[503]})
@served_by(_readyz)
def readyz() -> None:
    """The hub can read and can record."""
