"""Bringing catalogues up to date with the sources: `python -m hub.web.extraction`, or `make catalogues`.

What is said by the pages of an audience belongs to its own catalogue, everything else to `site.po`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from hub.web.catalogue import LOCALES

_HERE = Path(__file__).parent
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2), "msgid": None}
_GENERAL = "site"
_WIDTH = 118
# Without the dates that would change with every run.
_HEADER = """msgid ""
msgstr ""
"Language: zh_CN\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def sources() -> Iterator[tuple[str, Path]]:
    """Every file that may say something, with the catalogue it belongs to."""
    for path in sorted([*_HERE.rglob("*.py"), *_HERE.rglob("*.html")]):
        parts = path.relative_to(_HERE).parts
        owned = len(parts) > 1 and parts[0] in ("pages", "templates")
        yield (parts[1].removesuffix(".py") if owned and parts[1] != "__init__.py" else _GENERAL), path


def extracted() -> dict[str, Catalog]:
    """What the sources say, by catalogue; without translations."""
    found: dict[str, Catalog] = {}
    for domain, path in sources():
        method = "jinja2.ext.babel_extract" if path.suffix == ".html" else "python"
        options = {"encoding": "utf-8", "trimmed": "true", "silent": "false"}
        if path.name in ("base.html", "components.html"):
            domain = _GENERAL  # noqa: PLW2901 - what all audiences share
        for line, message, comments, context in extract_from_file(method, path, _KEYWORDS, options=options):
            place = (path.relative_to(_HERE.parent.parent).as_posix(), 0 * line)
            catalog = found.setdefault(domain, Catalog(locale="zh_CN"))
            catalog.add(message, None, [place], auto_comments=comments, context=context)
    return found


def update(folder: Path = LOCALES / "zh_CN") -> list[str]:
    """Write the catalogues anew, keeping what is translated; returns what is not translated yet."""
    missing = []
    for domain, fresh in extracted().items():
        path = folder / f"{domain}.po"
        known: dict[str, Any] = {}
        if path.exists():
            with path.open("rb") as stream:
                known = {_key(each.id): each.string for each in read_po(stream) if each.id}
        catalog = Catalog(locale="zh_CN")
        for message in fresh:
            if message.id:
                said = known.get(_key(message.id), "")
                catalog.add(message.id, said, sorted({(name, 0) for name, _ in message.locations}))
                missing += [] if said and (isinstance(said, str) or any(said)) else [f"{domain}: {_key(message.id)}"]
        with path.open("wb") as stream:
            stream.write(_HEADER.encode())
            write_po(stream, catalog, width=_WIDTH, sort_output=True, include_lineno=False, omit_header=True)
    return missing


def _key(name: Any) -> str:
    return name if isinstance(name, str) else next(iter(name))


if __name__ == "__main__":
    print("\n".join(update()) or "every text is translated")  # noqa: T201
