"""`/v1/purposes`: the catalogue, as far as the caller may use it."""

from fastapi import APIRouter
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import caller_of, served_by
from hub.api.paging import MOST_LISTED, read_paging
from hub.api.reply import Reply, json_reply
from hub.api.schemas import BEARER, CURSOR, LIMIT, PurposesBody, problems
from hub.model.principal import Principal
from hub.model.purpose import Approval, Purpose

router = APIRouter(tags=["purposes"], dependencies=BEARER, responses=problems(401, 403, 422))


async def _purposes(road: Road, scope: Scope, _receive: Receive) -> Reply:
    principal = (await caller_of(road, scope)).principal
    cursor, limit = read_paging(scope)
    usable = [
        each for each in road.policies.purposes.values() if _may_use(principal, each) and each.id > (cursor or "")
    ]
    page = usable[: limit or MOST_LISTED]
    after = page[-1].id if len(page) < len(usable) else None
    return json_reply({"items": [_shown(purpose) for purpose in page], "next": after})


def _may_use(principal: Principal, purpose: Purpose) -> bool:
    # That a sealed purpose exists is told to the officers named for a case alone, and nobody is named yet.
    return principal.requester in purpose.requesters and purpose.approval is not Approval.NAMED_OFFICERS


def _shown(purpose: Purpose) -> dict[str, object]:
    return {
        "id": purpose.id,
        "name": purpose.name,
        "basis": [basis.value for basis in purpose.basis],
        "citation": purpose.citation,
        "fields": purpose.fields,
        "on_approval": purpose.on_approval,
        "approval": purpose.approval.value,
        "reason_required": purpose.reason_required,
        "retention": purpose.retention,
    }


@router.get("/v1/purposes", response_model=PurposesBody, operation_id="purposes")
@served_by(_purposes)
def purposes(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """The purposes the caller may use, with their names, bases, citations, fields and approvals."""
