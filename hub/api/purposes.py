"""`/v1/purposes`: the catalogue, as far as the caller may use it."""

from starlette.types import Receive, Scope

from hub.access.decide import is_offered
from hub.access.flow import Road
from hub.api.paging import MOST_LISTED, read_paging
from hub.api.reply import Reply, json_reply
from hub.api.routes import Routes, caller_of
from hub.errors import BadInput
from hub.model.naming import is_named
from hub.model.principal import Caller
from hub.model.purpose import Approval, Purpose

routes = Routes()


@routes.get("/v1/purposes", "purposes")
async def _purposes(road: Road, scope: Scope, _receive: Receive) -> Reply:
    caller = await caller_of(road, scope)
    cursor, limit = read_paging(scope)
    if cursor is not None and cursor not in road.policies.purposes:
        raise BadInput("cursor", "is not one that this list gave")
    usable = [
        each for each in road.policies.purposes.values() if _may_use(road, caller, each) and each.id > (cursor or "")
    ]
    page = usable[: limit or MOST_LISTED]
    after = page[-1].id if len(page) < len(usable) else None
    return json_reply({"items": [_shown(purpose) for purpose in page], "next": after})


def _may_use(road: Road, caller: Caller, purpose: Purpose) -> bool:
    if caller.principal.requester not in purpose.requesters:
        return False
    if purpose.approval is not Approval.NAMED_OFFICERS:
        return True
    # That a sealed purpose exists is told to the officers named for somebody's case alone.
    mark, person = road.policies.marks[purpose.id], caller.principal.person
    return is_named(road.standing.named(), person, purpose.id, mark, caller.at)


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
        "offered": is_offered(purpose),
    }
