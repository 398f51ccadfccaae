"""What somebody in a role is called on a page."""

from hub.model.principal import Principal
from hub.rights.words import DEPARTMENTS, ROLES


def role_name(principal: Principal, language: str) -> str:
    """The role, with the department where there is one: 民政部门, Civil affairs (department)."""
    role = ROLES[principal.role][language]
    if principal.code in DEPARTMENTS:
        department = DEPARTMENTS[principal.code][language]
        return f"{department}{role}" if language == "zh" else f"{department} ({role.lower()})"
    return f"{role} {principal.code}" if principal.code else role


def recipient_name(text: str, language: str) -> str:
    """Who a consent is for, as the hub's data names them: `organisation:canteen01@339999`."""
    role, _, scope = text.partition(":")
    code = scope.partition("@")[0]
    if code in DEPARTMENTS:
        return DEPARTMENTS[code][language]
    name = ROLES[role][language] if role in ROLES else role
    return f"{name} {code}".strip()
