"""The documents as text, and what can be taken out of them."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "SECURITY.md",
    "audit/README.md",
    "deploy/helm/README.md",
    "policies/README.md",
    "schemas/README.md",
)
_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def document(name):
    """One document."""
    return (ROOT / name).read_text("utf-8")


def blocks(name, language):
    """The fenced blocks of a language."""
    return [body for kind, body in _BLOCK.findall(document(name)) if kind == language]


def prose(name):
    """A document without its fenced blocks."""
    return _BLOCK.sub("", document(name))


def section(name, heading):
    """What stands under a heading, its sub-headings included."""
    level = heading.partition(" ")[0]
    _, found, rest = document(name).partition(f"\n{heading}\n")
    assert found, f"{name} has no heading `{heading}`"
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text):
    """The cells of every table row, headings and rulers left out."""
    lines = text.splitlines()
    ruled = [number for number, line in enumerate(lines) if re.fullmatch(r"\|[-|]+\|", line)]
    headings = {number - 1 for number in ruled}
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for number, line in enumerate(lines)
        if line.startswith("|") and number not in headings and number not in ruled
    ]


def quoted(text):
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


@cache
def repository():
    """Every file that is or would be in the repository, relative to its root; None without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())
