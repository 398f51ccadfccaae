"""What the documents tell a reader to type exists."""

import argparse
import re
import shlex
from importlib import import_module
from importlib.util import find_spec

import pytest

from hub.app import create_app
from hub.cli.main import COMMANDS
from hub.store.directory import Directory
from tests.docs.documents import DOCUMENTS, ROOT, blocks, document, quoted, rows, section

_HUB = re.compile(r"(?:^\$ |\$\()hub ([^)|>&#\n]*)", re.MULTILINE)
_MODULE = re.compile(r"python -m ([\w.]+)")
_MAKE = re.compile(r"(?:^\$ |`)make ([a-z]+)", re.MULTILINE)
_VARIABLE = re.compile(r"\b(?:HUB|BENCH)_[A-Z_]*[A-Z]\b")


def parser():
    built = argparse.ArgumentParser(prog="hub")
    subparsers = built.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        import_module(f"hub.cli.{name}").add_parser(subparsers)
    return built, subparsers.choices


def typed():
    found = []
    for name in DOCUMENTS:
        for kind in ("console", ""):
            for block in blocks(name, kind):
                joined = block.replace("\\\n", " ")
                found += [(name, line.strip()) for line in _HUB.findall(joined)]
    return found


def test_commands_are_found_in_the_documents():
    assert len(typed()) > 5, "the pattern no longer finds what it should check"


@pytest.mark.parametrize(("name", "line"), typed())
def test_a_command_in_a_block_can_be_typed(name, line):
    built, _ = parser()
    try:
        built.parse_args(shlex.split(line))
    except SystemExit:
        pytest.fail(f"{name}: `hub {line}` is refused as bad usage")


def options_of(command):
    for action in command._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options_of(inner)


def test_every_command_has_its_row_with_all_its_options():
    _, commands = parser()
    told = {}
    for cells in rows(section("README.md", "## The `hub` command")):
        for usage in quoted(cells[0]):
            command = usage.split()[1]
            told[command] = told.get(command, "") + " " + usage + cells[1]
    assert set(told) == set(commands)
    for command, text in told.items():
        options = set(options_of(commands[command]))
        assert options - {"-h", "--help"} <= set(re.findall(r"--[a-z-]+", text)), f"`hub {command}`: options"
        assert set(re.findall(r"--[a-z-]+", text)) <= options, f"`hub {command}` knows no such option"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_make_target_exists(name):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(_MAKE.findall(document(name))) <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_module_to_be_run_exists(name):
    for module in _MODULE.findall(document(name)):
        assert find_spec(f"{module}.__main__"), f"`python -m {module}`"


def test_every_variable_of_the_environment_is_explained():
    sources = [*(ROOT / "hub").rglob("*.py"), ROOT / "Makefile", ROOT / "tests" / "conftest.py"]
    read = {name for path in sources for name in _VARIABLE.findall(path.read_text("utf-8"))}
    told = {name for cells in rows(section("README.md", "## Operations")) for name in quoted(cells[0])}
    assert told == read


def test_what_is_said_to_be_missing_is_missing(tmp_path):
    missing = quoted(section("README.md", "## What works today").partition("\nNot there yet:")[2])
    routes = {each.path for each in create_app(Directory(tmp_path)).declared}
    _, commands = parser()
    assert missing
    for name in missing:
        assert not any(path.startswith(name) for path in routes), f"`{name}` is there"
        assert name.removeprefix("hub ").split()[0] not in commands, f"`{name}` is there"
