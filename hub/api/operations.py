"""`/healthz` and `/readyz`: is the process up, and can it read and record."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply, json_reply
from hub.api.routes import Routes
from hub.errors import OperatorError, TrailUnavailable
from hub.store.sqlcipher import Failure

routes = Routes()


@routes.get("/healthz", "healthz")
async def _healthz(_road: Road, _scope: Scope, _receive: Receive) -> Reply:
    return _health("up")


@routes.get("/readyz", "readyz")
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
