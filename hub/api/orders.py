"""`/v1/orders`: orders because of an event, and their end."""

import re
from datetime import timedelta

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.emergencies.orders import close_order, issue_order, orders
from hub.errors import BadInput
from hub.model.instant import read_instant
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()
_AREA = re.compile(r"[1-9][0-9]{1,14}", re.ASCII)


class OrderClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an order, as sent."""

    area: str
    citation: str
    until: str


class ClosureClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a closure, as sent; there need be none."""

    hold: str | None = None


_claim = msgspec.json.Decoder(OrderClaim)
_closure_claim = msgspec.json.Decoder(ClosureClaim)


@routes.post("/v1/orders", "issueOrder")
async def _issue(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    if not _AREA.fullmatch(claim.area):
        raise BadInput("area", "must have 2 to 15 digits")
    citation, until = worded("citation", claim.citation), read_instant("until", claim.until, timedelta(days=1))
    return await answered(issue_order(road, asked, claim.area, citation, until), asked, CREATED)


@routes.get("/v1/orders", "orders")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, object]:
    return paged(await orders(road, asked), paging)


@routes.post("/v1/orders/{id}/closure", "closeOrder")
async def _close(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    claim = parse(_closure_claim, body) if body else ClosureClaim()
    hold = worded("hold", claim.hold, required=False)
    return await answered(close_order(road, asked, scope["path_params"]["id"], hold), asked)
