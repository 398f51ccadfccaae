"""How the document describes `/v1/orders`."""

from hub.api.describing import Described
from hub.api.emergency_schemas import ClosureRequest, OrderBody, OrderRequest, OrdersBody
from hub.api.me import CREATED
from hub.api.orders import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["emergencies"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("issueOrder", response_model=OrderBody, status_code=CREATED)
def issue(body: OrderRequest) -> None:
    """Issue an order for an area, which opens the purpose of responding to an event until it ends or is closed."""


@described("orders", response_model=OrdersBody)
def list_orders(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Orders over the caller's area or within it, newest first."""


@described("closeOrder", response_model=OrderBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409))
def close(body: ClosureRequest | None = None) -> None:
    """Close an order at once; what was collected under it is destroyed, unless evidence must be held."""
