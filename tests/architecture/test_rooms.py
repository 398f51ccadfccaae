"""The house keeps its rooms: proofs are made where they are earned, layers hold, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("hub", "audit")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MOST_LINES = 350
EARNED_IN = {
    "Permit": {"hub/access/decide.py"},
    "Receipt": {"hub/store/trail.py"},
    "Disclosure": {"hub/access/minimise.py"},
    "Located": {"hub/access/locate.py"},
    "FeedWarrant": {"hub/feeds/sealing.py"},
    "DecidingWarrant": {"hub/access/locate.py"},
    "StoreWarrant": {"hub/store/warrants.py"},
}
"""What proves that a step was taken, and the only rooms in which it may be made."""


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def made_in(tree):
    """Names that a module calls, or makes by the ways around a call: `_make`, `_replace`, `__new__`, `replace`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        made = node.func
        if isinstance(made, ast.Attribute) and made.attr in {"_make", "__new__"}:
            made = made.value
        if isinstance(made, ast.Name):
            yield made.id
        elif isinstance(made, ast.Attribute):
            yield made.attr


def aliases_in(tree):
    """Names that stand for another one: `import … as` and plain assignment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            yield node.value.id


@pytest.mark.parametrize("proof", EARNED_IN)
def test_a_proof_is_made_only_where_it_is_earned(proof):
    # The audit package knows nothing of the hub; its names are its own.
    rooms = [path for path in SOURCES if path.is_relative_to(ROOT / "hub")]
    trees = {name_of(path): ast.parse(path.read_text("utf-8")) for path in rooms}
    assert {name for name, tree in trees.items() if proof in made_in(tree)} == EARNED_IN[proof]
    assert {name for name, tree in trees.items() if proof in aliases_in(tree)} == set()


def test_a_making_in_another_room_would_be_noticed():
    forged = "Permit(1)\ndecision.Permit(1)\nPermit._make([1])\nPermit.__new__(Permit)\n"
    assert list(made_in(ast.parse(forged))) == ["Permit"] * 4
    assert list(aliases_in(ast.parse("from x import Permit as P\nQ = Receipt"))) == ["Permit", "Receipt"]


def test_no_proof_is_made_from_another_one():
    """`_replace` and `dataclasses.replace` would carry a proof over to something else."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_replace":
                held = ast.unparse(node.func.value).rsplit(".", 1)[-1]
                assert held not in {"permit", "receipt", "decision", "disclosure"}, name_of(path)


def test_the_import_contracts_hold():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " kept, 0 broken" in done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is_and_stays_readable(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    if text.strip():
        assert (ast.get_docstring(ast.parse(text)) or "").strip()


def test_a_room_without_a_word_is_an_empty_one():
    assert all(path.name == "__init__.py" for path in SOURCES if not path.read_text("utf-8").strip())


def test_no_module_is_named_for_what_belongs_nowhere():
    nowhere = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
    assert [name_of(path) for path in SOURCES if path.stem in nowhere or path.parent.name in nowhere] == []
