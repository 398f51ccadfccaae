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
