"""`/healthz` and `/readyz`: is the process up, and can it read and record."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import Routes, served_by
from hub.api.reply import Reply, json_reply
from hub.api.schemas import Health, problems
from hub.errors import OperatorError, TrailUnavailable
from hub.store.sqlcipher import Failure

router = Routes(tags=["operations"])


async def _healthz(_road: Road, _scope: Scope, _receive: Receive) -> Reply:
    return _health("up")


async def _readyz(road: Road, _scope: Scope, _receive: Receive) -> Reply:
    try:
        road.reader.control_version()
        road.turn.begin()
    except Failure:
        raise TrailUnavailable("the store cannot be read") from None
    except OperatorError:
        raise TrailUnavailable("who stands and by which rules cannot be trusted") from None
    if road.reader.alarm():
        raise TrailUnavailable("a witness contradicts the log")
    await road.lane.probe()
    return _health("ready")


def _health(status: str) -> Reply:
    return json_reply({"status": status})


@router.get("/healthz", response_model=Health, operation_id="healthz")
@served_by(_healthz)
def healthz() -> None:
    """The process is up."""


@router.get("/readyz", response_model=Health, operation_id="readyz", responses=problems(503))
@served_by(_readyz)
def readyz() -> None:
    """The hub can read and can record."""
