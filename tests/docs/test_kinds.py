"""ARCHITECTURE's table of what is recorded has every kind of event that the code can record."""

import ast
from functools import cache

import pytest

from tests.docs.documents import ROOT, document, quoted

_TAKE_A_KIND = frozenset({"system_event", "act_of", "refuse", "own_self"})
"""Functions that take a kind: as their first argument, or behind the one who asks."""


@cache
def constants(module):
    """Names of a module that stand for a text, those it imports included."""
    path = ROOT / (module.replace(".", "/") + ".py")
    found = {}
    if not path.is_file():
        return found
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("hub.", "audit.")):
            known = constants(node.module)
            found |= {each.asname or each.name: known[each.name] for each in node.names if each.name in known}
        elif isinstance(node, ast.Assign):
            names, values = node.targets[0], node.value
            pairs = (
                zip(names.elts, values.elts, strict=False)
                if isinstance(names, ast.Tuple) and isinstance(values, ast.Tuple)
                else [(names, values)]
            )
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[name.id] = value.value
    return found


def kinds_in(path):
    """Kinds that a module's calls and acts name, as far as they are literals or names of them."""
    known = constants(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        named = []
        if isinstance(node, ast.Dict):
            members = zip(node.keys, node.values, strict=True)
            named = [value for key, value in members if isinstance(key, ast.Constant) and key.value == "kind"]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TAKE_A_KIND:
            asked = [n for n, each in enumerate(node.args, 1) if isinstance(each, ast.Name) and each.id == "asked"]
            named = node.args[asked[0] if asked else 0 :][:1]
        for each in named:
            if isinstance(each, ast.Name) and each.id in known:
                yield known[each.id]
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def recorded():
    return {kind for path in (ROOT / "hub").rglob("*.py") if "bench" not in path.parts for kind in kinds_in(path)}


def table():
    text = document("ARCHITECTURE.md").partition("Recorded are:\n\n")[2].partition("\n\n")[0]
    return {kind for line in text.splitlines()[2:] for kind in quoted(line.split("|")[1])}


def test_the_code_is_read_as_it_should_be():
    assert {"disclosure", "dispute", "purge", "start", "trail_read", "request_decision"} <= recorded()


@pytest.mark.parametrize("kind", sorted(recorded()))
def test_every_kind_of_event_has_its_row(kind):
    assert kind in table()
