"""What a resident reads has words in both languages, whatever happened."""

import ast
import enum
import importlib
import pkgutil
from pathlib import Path

import hub.model
from hub.rights.words import OUTCOMES

HUB = Path(hub.model.__file__).parents[1]
OUTCOME_STANDS_AT = {("act_of", "asked"): 2, ("act_of", "asking"): 2, ("act_of", "desk"): 3}


def written():
    """Every outcome that stands in the code as a word."""
    for path in HUB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                place = OUTCOME_STANDS_AT.get((node.func.id, ast.unparse(node.args[0])))
                if place and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    yield node.args[place].value


def states():
    """Every state that something can come to."""
    for each in pkgutil.iter_modules(hub.model.__path__):
        module = importlib.import_module(f"hub.model.{each.name}")
        for name in ("State", "Review"):
            if isinstance(found := getattr(module, name, None), enum.EnumType):
                yield from (str(member) for member in found)


def test_every_outcome_has_words_of_its_own():
    outcomes = {*written(), *states()}
    assert len(outcomes) > 30
    assert not outcomes - OUTCOMES.keys()
    assert all(words["zh"] and words["en"] for words in OUTCOMES.values())
