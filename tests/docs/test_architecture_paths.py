"""ARCHITECTURE is the sole list of paths: it has all of them, and none that does not exist."""

import re
from pathlib import PurePosixPath

import pytest
from starlette.routing import compile_path

from hub.app import create_app
from hub.errors import Reason
from hub.store.directory import Directory
from tests.docs.documents import ROOT, blocks, document, quoted, repository, rows, section

NAME = "ARCHITECTURE.md"
_RUNTIME = ("DIR/", "DIR.keys/")
_PATH = re.compile(r"[\w.{}-]+(?:/[\w.{}-]+)*/?")
_SUFFIXES = frozenset({".py", ".toml", ".json", ".md", ".csv", ".conf"})


def tree():
    [listed] = blocks(NAME, "tree")
    return {line.split()[0].rstrip("/") for line in listed.splitlines()}


def test_the_routes_are_those_of_the_application(tmp_path):
    routes = create_app(Directory(tmp_path)).declared
    served = {f"{method} {compile_path(each.path)[1]}" for each in routes for method in each.methods - {"HEAD"}}
    served.add("GET /openapi.json")
    told = {quoted(cells[0])[0] for part in ("## HTTP routes", "## Pages") for cells in rows(section(NAME, part))}
    told = {each for each in told if " " in each}
    assert told == served


def test_every_directory_is_listed_and_none_that_is_not_there(lacking):
    files = repository() or lacking("git, which knows what belongs to the repository")
    there = {str(parent) for name in files for parent in PurePosixPath(name).parents} - {"."}
    # These mirror packages, purposes, vectors and audiences one by one.
    one_by_one = ("tests/unit/", "tests/vectors/decisions/", "hub/web/pages/", "hub/web/templates/")
    mirrors = {name for name in there if name.startswith(one_by_one)}
    assert not there - mirrors - {"deploy"} - tree(), "directories that the block `tree` does not list"
    assert all((ROOT / name).is_dir() for name in tree()), "directories of the block `tree` that do not exist"


@pytest.mark.parametrize("name", sorted(set(quoted(document(NAME)))))
def test_every_path_it_mentions_exists(name):
    if name.startswith(_RUNTIME) or not _PATH.fullmatch(name) or "{" in name:
        return
    if "/" in name or PurePosixPath(name).suffix in _SUFFIXES:
        assert (ROOT / name).exists(), f"there is no `{name}`"


def test_the_tables_are_those_of_a_store(empty):
    told = rows(section(NAME, "### Tables"))
    queries = {
        "hub.db": "SELECT name FROM main.sqlite_master WHERE type = 'table'",
        "keys.db": "SELECT name FROM keys.sqlite_master WHERE type = 'table'",
    }
    with empty.opened() as hub:
        for name, query in queries.items():
            there = {row[0] for row in hub.reader.db.execute(query)}
            assert there == {table for cells in told if f"`{name}`" in cells[1] for table in quoted(cells[0])}, name


def test_every_file_of_an_installation_is_listed(empty):
    for folder, prefix in ((empty.path, "DIR"), (empty.directory.keys, "DIR.keys")):
        for path in folder.iterdir():
            assert f"`{prefix}/{path.name}`" in document(NAME)


def test_every_package_has_its_place_among_the_imports():
    told = section(NAME, "## Packages, and who may import whom")
    for path in sorted((ROOT / "hub").iterdir()):
        if path.name not in ("__init__.py", "__pycache__", "data"):
            assert f"`hub/{path.name}`" in told, f"`hub/{path.name}` has no row"


def test_every_reason_has_its_row_or_is_reserved():
    text = section(NAME, "### Reasons, in their order")
    explained = {quoted(cells[0])[0] for cells in rows(text)}
    reserved = set(quoted(text.partition("Reserved")[2]))
    assert explained | reserved == set(Reason)
    assert not explained & reserved


def test_reserved_reasons_are_never_given():
    reserved = set(quoted(section(NAME, "### Reasons, in their order").partition("Reserved")[2]))
    used = set()
    for path in (ROOT / "hub").rglob("*.py"):
        used |= {Reason[name].value for name in re.findall(r"\bReason\.([A-Z_]+)\b", path.read_text("utf-8"))}
    assert used == set(Reason) - reserved
