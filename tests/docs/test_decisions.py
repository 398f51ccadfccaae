"""DECISIONS has an entry for every direct dependency, and every decision tells its cost."""

import re
import tomllib
from importlib.metadata import metadata

import pytest

from hub.access import limits
from tests.docs.documents import ROOT, document, quoted, rows, section

NAME = "DECISIONS.md"
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def direct():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    stated = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return sorted(_NAME.match(each)[0] for each in stated)


def told():
    return {quoted(cells[0])[0]: cells for cells in rows(section(NAME, "## Direct dependencies"))}


def test_the_dependencies_are_those_of_the_project():
    assert sorted(told()) == direct()


@pytest.mark.parametrize("package", direct())
def test_a_dependency_has_reason_alternative_licence_and_health(package):
    cells = told()[package]
    assert len(cells) == 5
    assert all(cells), f"`{package}` has an empty cell"
    stated = metadata(package).get("License-Expression")
    assert stated is None or cells[3].startswith(stated), f"`{package}` states its licence as {stated}"


@pytest.mark.parametrize("text", re.split(r"^### ", document(NAME).partition("\n## Direct")[0], flags=re.MULTILINE)[1:])
def test_a_decision_has_context_decision_and_consequences(text):
    parts = re.findall(r"^\*\*(\w+)\.\*\* \S", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences"], text.partition("\n")[0]


def test_decisions_are_numbered_without_gaps():
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", document(NAME), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_rate_limit_is_told_with_its_numbers():
    text = " ".join(section(NAME, "### 8. Rate limit numbers are per worker process").split())
    slower = round(limits.SLOWER_BY * 1000)
    assert f"From {limits.SLOWED_FROM} on" in text
    assert f"by {slower} ms; at {limits.REFUSED_FROM} everything" in text
    assert f"{limits.FORGIVEN_PER_SECOND} are forgotten per second" in text
