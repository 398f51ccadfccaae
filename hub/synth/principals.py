"""Who may ask in a synthetic world: staff, departments, organisations, and a few residents."""

from collections.abc import Iterable, Sequence

from hub.model.principal import DEPARTMENTS
from hub.synth.geography import Grid
from hub.synth.numbers import AREA

COLUMNS = ("principal", "valid_from", "valid_until")
VALID_FROM, VALID_UNTIL = "2024-01-01", "2036-12-31"

ORGANISATIONS = {
    "canteen01": "长者食堂",
    "care01": "居家养老服务中心",
    "childcare01": "四点半课堂",
    "clinic01": "社区卫生服务站",
    "counselling01": "心理服务站",
    "evaluator01": "第三方评估机构",
    "mediation01": "人民调解委员会",
    "platform01": "供需匹配平台",
    "property01": "物业服务企业",
    "volunteers01": "时间银行志愿服务队",
}
"""Code to name of the organisations that work in every synthetic world."""


def organisation(code: str) -> str:
    """An organisation as principals and filings name it."""
    return f"organisation:{code}@{AREA}"


def department(code: str) -> str:
    """A department as principals and filings name it."""
    return f"department:{code}@{AREA}"


def staff(grids: Sequence[Grid]) -> list[str]:
    """Everybody but residents, most senior first.

    Args:
        grids: the grids of the world, in order.
    """
    communities = list(dict.fromkeys(grid.community for grid in grids))
    area_wide = ("security_officer", "auditor", "admin")
    return [
        # Two people of each, for what takes two.
        *(f"{role}:{AREA}{person}" for role in area_wide for person in ("", f"#{role}-2")),
        *(department(code) for code in sorted(DEPARTMENTS)),
        *(organisation(code) for code in ORGANISATIONS),
        *(f"{role}:{community}" for community in communities for role in ("secretary", "clerk")),
        *(f"grid_worker:{grid.code}" for grid in grids),
        # One human being in two roles, who therefore cannot approve what they ask for.
        f"secretary:{communities[0]}#both-roles",
        f"grid_worker:{grids[0].code}#both-roles",
    ]


def rows(principals: Iterable[str]) -> list[tuple[str, str, str]]:
    """The rows of `principals.csv`, all in force for the same years."""
    return [(principal, VALID_FROM, VALID_UNTIL) for principal in principals]
