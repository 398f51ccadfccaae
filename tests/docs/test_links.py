"""Links lead somewhere, and nothing names a place that only one machine has."""

import re

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, document, prose, repository

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MACHINE = re.compile(r"(?<![\w.~-])/(?:work|home|root|Users|tmp|opt|srv|mnt)/\w|\b[A-Z]:\\\\?\w")
_REGISTRY = re.compile(
    r"py[p]i\.org|python[h]osted|np[m]js|crates\.i[o]|proxy\.gola[n]g|artifac[t]ory|//mirro[r]", re.IGNORECASE
)


def anchors(name):
    """The anchors of a document's headings, as code forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(name)))
    return {each.replace(" ", "-") for each in plain}


def links():
    return [(name, target) for name in DOCUMENTS for target in _LINK.findall(prose(name)) if "://" not in target]


def test_every_document_of_the_repository_is_checked(lacking):
    files = repository() or lacking("git, which knows what belongs to the repository")
    assert {name for name in files if name.endswith(".md")} == set(DOCUMENTS)


@pytest.mark.parametrize(("name", "target"), links())
def test_a_relative_link_leads_to_a_file_and_a_heading(name, target):
    path, _, anchor = target.partition("#")
    linked = ((ROOT / name).parent / path).resolve() if path else ROOT / name
    assert linked.exists(), f"{name}: `{target}`"
    if anchor:
        assert anchor in anchors(str(linked.relative_to(ROOT))), f"{name}: no heading `#{anchor}`"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_no_path_of_one_machine(name):
    found = _MACHINE.search(document(name))
    assert not found, f"{name}: `{found[0]}`"


def test_no_file_names_a_path_of_one_machine_or_a_package_registry(lacking):
    for name in repository() or lacking("git, which knows what belongs to the repository"):
        try:
            text = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for pattern in (_MACHINE, _REGISTRY):
            found = pattern.search(text)
            assert not found, f"{name}: `{found[0]}`"
