"""What somebody in a role is called on a page."""

from hub.model.principal import Principal, parse_principal
from hub.rights.words import DEPARTMENTS, ROLES


def role_name(principal: Principal, language: str) -> str:
    """The role, with the department where there is one: 民政部门, Civil affairs (department)."""
    role = ROLES[principal.role][language]
    if principal.code in DEPARTMENTS:
        department = DEPARTMENTS[principal.code][language]
        return f"{department}{role}" if language == "zh" else f"{department} ({role.lower()})"
    return f"{role} {principal.code}" if principal.code else role


def person_name(name: str, language: str) -> str:
    """Somebody on record by role, area and the name behind it: 网格员 339999001001001 · zhang."""
    principal = parse_principal(name)
    person = name.partition("#")[2] if not name.endswith("#1") else ""
    named = (role_name(principal, language), principal.area, f"· {person}" if person else "")
    return " ".join(part for part in named if part)


def recipient_name(text: str, language: str) -> str:
    """Who a consent is for, as the hub's data names them: `organisation:canteen01@339999`."""
    role, _, scope = text.partition(":")
    code = scope.partition("@")[0]
    if code in DEPARTMENTS:
        return DEPARTMENTS[code][language]
    name = ROLES[role][language] if role in ROLES else role
    return f"{name} {code}".strip()


def department_names(language: str) -> list[tuple[str, str]]:
    """Codes of departments, each with its name."""
    return [(code, words[language]) for code, words in DEPARTMENTS.items()]


def requester_name(text: str, language: str) -> str:
    """Who a filing belongs to: `department:civil_affairs@339999#1` is 民政, Civil affairs."""
    return recipient_name(text.partition("#")[0], language)
