"""Values of a file as people read them: codes in words, days as days, yes and no."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hub.schema.fields import fields
from hub.web import moments
from hub.web.catalogue import catalogue, msgid
from hub.web.code_words import CODES, DISEASES, EDUCATION
from hub.web.ethnicities import ETHNICITIES

_MONEY = frozenset({"fin.aid", "fin.pension"})


class Values:
    """Says values in one language.

    Args:
        language: `zh` or `en`.
        today: the day in China.
    """

    def __init__(self, language: str, today: date) -> None:
        self._language, self._today = language, today
        self._said = catalogue(language).gettext
        self._by_kind: dict[str, Callable[[str, Any], str]] = {
            "bool": self._truth,
            "code": self._code,
            "idtype": self._code,
            "date": lambda _, value: moments.day(str(value), language, today),
            "time": lambda _, value: moments.moment(str(value), language, today),
            "icd10": self._diseases,
            "texts": self._list,
            "names": self._list,
            "contact_person": self._contact,
            "rids": self._count,
            "list": self._records,
            "tel": self._telephone,
            "vitals": self._vitals,
            "decimal": self._number,
        }

    def say(self, key: str, value: Any) -> str:
        """A value of a field in words; what there is no way of saying stands as it is."""
        if value is None:
            return ""
        field = fields().get(key)
        rule = self._by_kind.get(field.kind) if field else None
        return rule(key, value) if rule else str(value)

    def choices(self, key: str) -> list[tuple[str, str]]:
        """The codes a field may have, each with its meaning; yes and no where it is one of those."""
        field = fields()[key]
        if field.kind == "bool":
            return [("1", self._truth(key, True)), ("0", self._truth(key, False))]
        return [(code, self._code(key, code)) for code in field.codes]

    def _truth(self, _key: str, value: Any) -> str:
        return self._said(msgid("yes") if value is True else msgid("no"))

    def _code(self, key: str, value: Any) -> str:
        if key == "ethnicity" and value in ETHNICITIES:
            return ETHNICITIES[value][self._language == "en"]
        if key == "edu" and str(value)[:1] in EDUCATION:
            return self._said(EDUCATION[str(value)[:1]])
        meaning = CODES.get(key, {}).get(str(value))
        return self._said(meaning) if meaning else str(value)

    def _diseases(self, key: str, value: Any) -> str:
        named = [(self._said(DISEASES[code[:3]]), code) if code[:3] in DISEASES else (code, "") for code in value]
        return self._list(key, [f"{name} ({code})" if code else name for name, code in named])

    def _list(self, _key: str, value: Any) -> str:
        return ("、" if self._language == "zh" else ", ").join(map(str, value))

    def _contact(self, key: str, value: Any) -> str:
        tel = self._telephone(key, value.get("tel", ""))
        return " · ".join(part for part in (value.get("name", ""), value.get("relation", ""), tel) if part)

    def _count(self, _key: str, value: Any) -> str:
        count = value if isinstance(value, int) else len(value)
        return self._said(msgid("%(count)s on record")) % {"count": count}

    def _records(self, key: str, value: Any) -> str:
        if key == "visit.log" and value:
            last = moments.moment(str(value[-1]["time"]), self._language, self._today)
            return self._said(msgid("%(count)s visits, the last one %(last)s")) % {"count": len(value), "last": last}
        if key == "parents" and not isinstance(value, int):
            return self._list(key, [" · ".join(map(str, each.values())) for each in value])
        return self._count(key, value)

    def _telephone(self, _key: str, value: Any) -> str:
        text = str(value)
        mobile = len(text) == len("15400000082") and text.isdigit()
        return f"{text[:3]} {text[3:7]} {text[7:]}" if mobile else text

    def _vitals(self, _key: str, value: Any) -> str:
        names = {"hr": msgid("heart rate"), "sbp": msgid("upper blood pressure"), "dbp": msgid("lower blood pressure")}
        return self._list("", [f"{self._said(names.get(name, name))} {number}" for name, number in value.items()])

    def _number(self, key: str, value: Any) -> str:
        whole, _, rest = str(value).partition(".")
        grouped = f"{int(whole):,}" if whole.isdigit() else whole
        number = f"{grouped}.{rest}" if rest else grouped
        return f"¥{number}" if key in _MONEY else number
