"""What pages say, in the reader's language: one gettext catalogue per audience and language, read at the first page.

Sources speak English; `locales/zh_CN/<audience>.po` has the Chinese, in files that a translator can edit.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""How the language is named in the hub's data, and how browsers name it."""
LOCALES = Path(__file__).with_name("locales")
Plural = Callable[[int], int]


def msgid(text: str) -> str:
    """Mark a text that is translated where it is shown, not here."""
    return text


class Catalogue:
    """The texts of one language.

    Args:
        language: `zh` or `en`.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts: dict[str, str] = {} if language == "en" else _read(LOCALES / "zh_CN")

    def gettext(self, text: str) -> str:
        """A text in this language."""
        return self._texts.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """A text that counts; Chinese has one form for all numbers."""
        return self._texts.get(one) or (one if count == 1 else many)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language, read once a process."""
    return Catalogue(language)


def _read(folder: Path) -> dict[str, str]:
    # Late, because a hub that shows no page needs none of it.
    from babel.messages.pofile import read_po  # noqa: PLC0415

    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream):
                if message.id:
                    texts[_first(message.id)] = _first(message.string)
    return texts


def _first(text: Any) -> str:
    """A text, or the first form of one that counts: Chinese has no other."""
    return text if isinstance(text, str) else next(iter(text or ()), "")
