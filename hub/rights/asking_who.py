"""Answering who could see something: a resident about themselves, an officer about the own area; both are recorded."""

from typing import Any

from hub.access.locate import locate_resident
from hub.access.standing import Standing
from hub.errors import BadInput, Reason
from hub.model.principal import DEPARTMENTS, Role
from hub.model.purpose import Approval
from hub.model.tier import Tier
from hub.rights.desk import Asked, Desk
from hub.rights.explanations import Moment, explain_field, explain_role
from hub.rights.recording import act_of, own, own_self, refuse
from hub.schema.fields import fields
from hub.schema.groups import groups
from hub.store.engine import Event

KIND = "explanation"
_OFFICERS = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
_PURPOSE = "AUDIT"


async def who_could_see(desk: Desk, standing: Standing, asked: Asked, key: str) -> dict[str, Any]:
    """Who could see one field of the caller's own file today.

    Args:
        desk: the hub's means.
        standing: who holds which role, what was filed, who is frozen.
        asked: a resident.
        key: the field.

    Raises:
        BadInput: there is no such field.
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: nothing is shown.
    """
    field = fields().get(key)
    if field is None or field.tier is Tier.CONTROL:
        raise BadInput("field", "is not a field of the file")
    person = await own_self(desk, asked, KIND)
    found = locate_resident(person.resident, (), desk.reader, desk.ring)
    if found is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    moment = Moment(asked.caller.at, asked.caller.today)
    items = explain_field(desk.policies, standing, person.resident, found.facts, key, moment)
    act = act_of(asked, KIND, "disclosed", fields=[key])
    await desk.lane.record_all([own(desk, asked, person, act)])
    return {
        "field": key,
        "title": field.title,
        "group": groups().get(key),
        "items": items,
        "next": None,
        "others": {
            "zh": "其他人员和部门没有任何事项可以查看此信息；本人可随时查阅自己的档案。",
            "en": "No purpose shows this field to anybody else; the person may read their own file at any time.",
        },
    }


async def who_could_read(
    desk: Desk, standing: Standing, asked: Asked, requester: str, purpose: str
) -> list[dict[str, Any]]:
    """Which principals of the caller's area could read which fields today.

    Args:
        desk: the hub's means.
        standing: who holds which role, and what was filed.
        asked: a security officer or auditor.
        requester: a role or `department:CODE`; empty for all.
        purpose: an id of the catalogue; empty for all. A sealed one is answered as one that does not exist.

    Raises:
        BadInput: there is no such role.
        Refused: another role, or no such purpose; recorded.
        TrailUnavailable: nothing is shown.
    """
    known = {*Role, *(f"department:{code}" for code in DEPARTMENTS)}
    if requester and requester not in known:
        raise BadInput("role", "must be a role or `department:CODE`")
    if asked.caller.principal.role not in _OFFICERS:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    named = desk.policies.purposes.get(purpose)
    if purpose and (named is None or named.approval is Approval.NAMED_OFFICERS):
        raise await refuse(desk, asked, KIND, Reason.UNKNOWN_PURPOSE)
    desk.turn.begin()
    moment = Moment(asked.caller.at, asked.caller.today)
    items = explain_role(desk.policies, standing, asked.caller.principal.area, requester, purpose, moment)
    filters = {"role": requester, "purpose": purpose}
    act = act_of(asked, KIND, "disclosed", purpose=_PURPOSE, filters=filters, listed=len(items))
    await desk.lane.record_all([Event(act, {"subject": ""})])
    return items
