"""Who may be signed in to the pages of a demonstration with a click: some of the cast, and whoever works for them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.synth.cast import ELDER_IDNO, FIRST_GRID
from hub.synth.numbers import AREA


class Persona(NamedTuple):
    """Somebody to be.

    Attributes:
        principal: in which role.
        title: who that is, in Chinese and English.
        about: what there is to do for them, in Chinese and English.
    """

    principal: str
    title: tuple[str, str]
    about: tuple[str, str]


def residents(manifest: Mapping[str, Any]) -> list[Persona]:
    """Those of the samples of a synthetic world who have pages of their own.

    Args:
        manifest: the world's.
    """
    samples = manifest["samples"]
    elder = next(each["rid"] for each in samples if each["idno"] == ELDER_IDNO)
    parent = next(each["rid"] for each in samples if "guardian" in each["tags"])
    return [
        Persona(
            f"resident:{elder}",
            ("居民 · 83岁，独居", "Resident · 83, lives alone"),
            ("看谁看过自己的档案，决定谁可以看", "Sees who looked at her file, decides who may"),
        ),
        Persona(
            f"resident:{parent}",
            ("居民 · 有孩子的家长", "Resident · a parent"),
            ("同样的页面，标准字体；还可为孩子办理", "The same pages in normal type, and those for a child"),
        ),
    ]


def staff() -> list[Persona]:
    """Those who work with residents' data, in every synthetic world."""
    community = FIRST_GRID[:12]
    return [
        Persona(
            f"grid_worker:{FIRST_GRID}",
            ("网格员", "Grid worker"),
            ("走访自己网格的居民", "Visits the residents of one grid"),
        ),
        Persona(
            f"secretary:{community}",
            ("社区书记", "Community secretary"),
            ("审批查阅申请", "Decides who may see more, and for how long"),
        ),
        Persona(
            f"clerk:{community}",
            ("窗口工作人员", "Counter clerk"),
            ("在窗口替居民代办", "Acts for residents at the counter"),
        ),
        Persona(
            f"department:civil_affairs@{AREA}",
            ("民政部门", "Civil affairs"),
            ("办老年证、低保，备案数据使用", "Senior cards, aid, and the filings for them"),
        ),
        Persona(
            f"security_officer:{AREA}",
            ("安全管理员", "Security officer"),
            ("查留痕、追异常", "Searches the trail, follows what is odd"),
        ),
        Persona(
            f"security_officer:{AREA}#security_officer-2",
            ("安全管理员（第二位）", "Security officer, the second"),
            ("需要两个人的事，由另一位复核", "The other one, for what takes two"),
        ),
        Persona(
            f"auditor:{AREA}",
            ("审计员", "Auditor"),
            ("核验留痕，导出证据", "Verifies the trail, takes evidence away"),
        ),
    ]


def as_toml(personas: list[Persona]) -> str:
    """The file that the pages read."""
    return "\n".join(
        f"[[persona]]\nprincipal = {json.dumps(each.principal)}\n"
        f"title = {{ zh = {_text(each.title[0])}, en = {_text(each.title[1])} }}\n"
        f"about = {{ zh = {_text(each.about[0])}, en = {_text(each.about[1])} }}\n"
        for each in personas
    )


def _text(said: str) -> str:
    # What JSON escapes in a text without control characters, TOML escapes in the same way.
    return json.dumps(said, ensure_ascii=False)
