"""README shows what `hub demo --once` really says."""

import re

from tests.docs.documents import blocks
from tests.factories import run_hub


def plain(line):
    """A line without the count of entries, which depends on how many rows a transaction of an import has."""
    return re.sub(r"\d+ entries", "N entries", line)


def test_the_output_shown_is_the_real_one():
    [shown] = [block for block in blocks("README.md", "console") if block.startswith("$ hub demo --once\n")]
    run = run_hub("demo", "--once")
    assert run.returncode == 0, run.stderr
    said = {plain(line) for line in run.stdout.splitlines()}
    assert [line for line in shown.splitlines()[1:] if plain(line) not in said] == []
