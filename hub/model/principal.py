"""Who asks: roles of persons over areas."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from hub.errors import BadInput


class Role(StrEnum):
    """A named duty."""

    GRID_WORKER = "grid_worker"
    SECRETARY = "secretary"
    CLERK = "clerk"
    DEPARTMENT = "department"
    ORGANISATION = "organisation"
    SECURITY_OFFICER = "security_officer"
    AUDITOR = "auditor"
    ADMIN = "admin"
    RESIDENT = "resident"


DEPARTMENTS = frozenset(
    {
        *("police", "civil_affairs", "health", "human_resources", "medical_insurance", "education"),
        *("disability_federation", "justice", "emergency", "subdistrict", "urban_management", "utilities"),
        "emergency_call",
    }
)

_AREA_DIGITS = {Role.GRID_WORKER: (15, 15), Role.SECRETARY: (12, 12), Role.CLERK: (12, 12)}
_ANY_AREA = (2, 15)
_PERSON = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CODE = re.compile(r"[A-Za-z0-9_]{2,64}")
_AREA = re.compile(r"[1-9][0-9]*")
_RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Principal:
    """A role of a person over an area.

    Attributes:
        id: `role:scope#person`, always with the person.
        role: the named duty.
        code: the department's or organisation's code, empty for other roles.
        area: a prefix of the 15-digit area code; empty for residents, whose scope is themselves.
        rid: the resident's internal id; empty for other roles.
        person: the human being behind the role, comparable between principals.
        requester: the name policies use: a role, or `department:CODE`.
        organisation: whose pairwise ids this principal sees: the department or organisation in its area, or the
            community.
    """

    id: str
    role: Role
    code: str
    area: str
    rid: str
    person: str
    requester: str = field(init=False, compare=False, repr=False)
    organisation: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Derive what is asked for with every request."""
        department = self.role is Role.DEPARTMENT
        requester = f"department:{self.code}" if department else self.role.value
        organised = department or self.role is Role.ORGANISATION
        organisation = f"{self.role}:{self.code}@{self.area}" if organised else f"community:{self.area[:12]}"
        object.__setattr__(self, "requester", requester)
        object.__setattr__(self, "organisation", organisation)


def parse_principal(text: str) -> Principal:
    """Read `role:scope[#person]`.

    The default person `1` is a person of that role and scope alone; any other person is one human being wherever
    the same name appears.

    Raises:
        BadInput: naming the part and the rule it breaks.
    """
    body, _, person = text.partition("#")
    person = person if "#" in text else "1"
    name, colon, scope = body.partition(":")
    if not colon or name not in Role.__members__.values():
        raise BadInput("principal", "must be `role:scope[#person]` with a known role")
    if not _PERSON.fullmatch(person):
        raise BadInput("principal", "the person after `#` must be 1 to 64 letters, digits, `_`, `.` or `-`")
    role = Role(name)
    code, area, rid = "", scope, ""
    if role is Role.RESIDENT:
        area, rid = "", scope
        if not _RID.fullmatch(rid):
            raise BadInput("principal", "a resident's scope must be a resident id")
    elif role in (Role.DEPARTMENT, Role.ORGANISATION):
        code, _, area = scope.partition("@")
        known = code in DEPARTMENTS if role is Role.DEPARTMENT else _CODE.fullmatch(code)
        if not known:
            raise BadInput("principal", f"the scope of a {role} must be `code@area` with a known code")
    if role is not Role.RESIDENT:
        least, most = _AREA_DIGITS.get(role, _ANY_AREA)
        if not (_AREA.fullmatch(area) and least <= len(area) <= most):
            raise BadInput("principal", f"the area of a {role} must have {least} to {most} digits")
    human = f"{body}#1" if person == "1" else person
    return Principal(f"{body}#{person}", role, code, area, rid, human)


class Caller(NamedTuple):
    """An authenticated principal at one instant.

    Attributes:
        principal: the role it acts in.
        operator: the human operator its token names; required of departments, else empty.
        at: when the request began, UTC; the road reads the clock once, here.
        today: the day in China at that instant.
    """

    principal: Principal
    operator: str
    at: datetime
    today: date
