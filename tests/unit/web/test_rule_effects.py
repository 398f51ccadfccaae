"""What changes of rules do, in the visitor's language: each form of sentence that the rules know has a translation."""

import ast
from pathlib import Path

import pytest

import hub.rules
from hub.web.catalogue import catalogue
from hub.web.pages.audit.effects import FORMS, in_words, told

ZH, EN = catalogue("zh").gettext, catalogue("en").gettext
SAYING = frozenset({"widens", "narrows", "changes"})


def sentences():
    """Every sentence that `hub/rules` makes a line of, with `it` in the place of each name or number."""
    for path in sorted(Path(hub.rules.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            chosen = node.func if isinstance(node, ast.Call) else None
            if getattr(chosen, "id", "") in SAYING or isinstance(chosen, ast.IfExp):
                yield from (said for each in node.args if (said := text_of(each)))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("text", "shown"):
                yield from (said for each in [node.value] if (said := text_of(each)))


def text_of(node):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else _sample(part) for part in node.values)
    return None


def _sample(part):
    return "from it until it" if ast.unparse(part.value) == "days" else "it"


def test_no_form_of_sentence_lacks_its_translation():
    found = {said.partition(": ")[2] or said for said in sentences()}
    assert len(found) > 20
    assert {said for said in found if in_words(ZH, said) is None} == set()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_a_chinese_sentence_of_its_own(form):
    assert ZH(form) != form


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("purpose VISIT: adds `tag.kongchao`, approval none", "事项 VISIT：增加 `tag.kongchao`，审批方式：无需审批"),
        ("purpose VISIT, `secretary`: takes away `tel`", "事项 VISIT（`secretary`）：去掉 `tel`"),
        ("purpose VISIT, requesters: adds `clerk`", "事项 VISIT 的申请方：增加 `clerk`"),
        ("purpose MEAL: retention of it, a becomes b", "事项 MEAL：retention of it 由“a”改为“b”"),
        ("issuer https://id.example: is dropped", "令牌签发方 https://id.example：取消"),
        ("sign-in: nobody vouches for people at the pages", "登录：不再有登录方"),
        ("`clerk:339999001001#li` is appointed from always until 2027-06-30",
         "任命 `clerk:339999001001#li`，自 不限 至 2027-06-30"),
        ("a resident is revoked", "撤销 一位居民"),
        ("purpose VISIT: something that nobody foresaw", None),
    ],
)  # fmt: skip
def test_a_sentence_keeps_its_names_in_another_language(text, chinese):
    assert in_words(ZH, text) == chinese
    assert in_words(EN, text) in (text, None)


def test_a_field_stands_with_its_title_and_what_hides_is_shown():
    parts = told(EN, "purpose VISIT: adds `tel`, approval none").parts
    assert [(each.text, bool(each.title)) for each in parts if each.name] == [("tel", True)]
    assert "⟨U+202E⟩" in told(ZH, "purpose VISIT: \u202e").parts[0].text
