"""What pages say: every text is translated, no translation is left over, none says something else elsewhere."""

import re

from babel.messages.pofile import read_po

from hub.web.catalogue import LOCALES
from hub.web.extraction import extracted, update

_NAMED = re.compile(r"%\((\w+)\)s")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(catalogue):
    return {each.id if isinstance(each.id, str) else each.id[0]: each for each in catalogue if each.id}


def kept():
    found = {}
    for path in sorted((LOCALES / "zh_CN").glob("*.po")):
        with path.open("rb") as stream:
            found[path.stem] = texts(read_po(stream))
    return found


def said(message):
    return message.string if isinstance(message.string, str) else message.string[0]


def test_each_catalogue_has_what_its_sources_say_and_nothing_else():
    assert {domain: set(texts(each)) for domain, each in extracted().items()} == {
        domain: set(each) for domain, each in kept().items()
    }, "run `make catalogues`, then translate what is empty"


def test_every_text_is_translated_with_the_same_values_in_it():
    for domain, each in kept().items():
        for name, message in each.items():
            assert said(message), f"{domain}: {name!r} is not translated"
            assert set(_NAMED.findall(said(message))) == set(_NAMED.findall(name)), f"{domain}: {name!r}"


def test_sources_speak_english_and_translations_chinese():
    for domain, each in kept().items():
        for name, message in each.items():
            assert not _CHINESE.search(name), f"{domain}: {name!r}"
            assert _CHINESE.search(said(message)) or not re.search(r"[A-Za-z]{3}", _NAMED.sub("", name)), name


def test_one_text_means_the_same_in_every_catalogue():
    meanings = {}
    for each in kept().values():
        for name, message in each.items():
            meanings.setdefault(name, set()).add(said(message))
    assert {name: many for name, many in meanings.items() if len(many) > 1} == {}


def test_a_catalogue_that_is_up_to_date_stays_as_it_is(tmp_path):
    for path in (LOCALES / "zh_CN").glob("*.po"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert update(tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in (LOCALES / "zh_CN").glob("*.po")
    }
