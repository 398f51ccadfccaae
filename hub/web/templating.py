"""HTML from templates: compiled once a process and language, escaping everything that is not markup of ours.

Jinja is imported with the first page: a hub that answers the API alone never pays for it.
"""

from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from hub.web import moments
from hub.web.assets import asset
from hub.web.catalogue import LANGUAGES, Catalogue, catalogue
from hub.web.people import person_name, recipient_name, role_name
from hub.web.refusals import words_for
from hub.web.routing import navigation

TEMPLATES = Path(__file__).with_name("templates")


class Renderer:
    """The templates in one language.

    Args:
        language: `zh` or `en`.
    """

    def __init__(self, language: str) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

        self._texts: Catalogue = catalogue(language)
        self._language = language
        environment: Any = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_callables(self._texts.gettext, self._texts.ngettext, newstyle=True)
        environment.filters["named"] = self._named
        environment.globals.update(
            clock=partial(moments.clock, language=language),
            full_day=partial(moments.full_day, language=language),
            language=language,
            lang=LANGUAGES[language],
            asset=asset,
            refusal=words_for,
            navigation=navigation,
            recipient_name=partial(recipient_name, language=language),
            role_name=lambda principal: role_name(principal, language),
            person_of=lambda name: person_name(name, language),
            translated=lambda pairs: [(value, self._texts.gettext(text)) for value, text in pairs],
        )
        self._environment = environment

    def render(self, template: str, today: date, values: dict[str, Any]) -> str:
        """Fill a template.

        Args:
            template: its path below `templates`.
            today: the day in China.
            values: what it shows, and the members of the page around it.
        """
        language = self._language

        def day(text: str, *, near: bool = False) -> str:
            return moments.day(text, language, today, near=near)

        def moment(text: str) -> str:
            return moments.moment(text, language, today)

        said = {"day": day, "moment": moment, "today": today}
        content: str = self._environment.get_template(template).render(values | said)
        return content

    def _named(self, words: Any, otherwise: str = "") -> str:
        """What the hub's data calls something, in this language: `{"zh": …, "en": …}`, or whatever stands there."""
        if isinstance(words, dict):
            return str(words.get(self._language) or words.get("zh") or otherwise)
        return otherwise if words is None else str(words)


@cache
def renderer(language: str) -> Renderer:
    """The templates in a language, made once a process."""
    return Renderer(language)
