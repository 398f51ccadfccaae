"""Finding and masking identifiers in free text: visit notes, observations, reasons.

Names and addresses in running text have no shape and are not found: they need a language model, and a field of their
own in the file.
"""

from typing import NamedTuple

from hub.errors import BadInput
from hub.redaction.shapes import SHAPES

MOST_CHARACTERS = 100_000

_RANK = {kind: rank for rank, kind in reversed(list(enumerate(shape.kind for shape in SHAPES)))}

# One character for one character, so that places in the normalised text are places in the text.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NUMERALS = {
    ord(numeral): str(digit)
    for digit, numerals in enumerate(("零〇", "一壹幺", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for numeral in numerals
}
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u202f\u3000\t"), " ")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"), "-")
_NORMAL = _FULL_WIDTH | _NUMERALS | _BLANKS | _DASHES
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


class Finding(NamedTuple):
    """An identifier in a text.

    Attributes:
        kind: what it looks like: `idno`, `permit`, `passport`, `mobile`, `landline`, `account`, `credit_code`,
            `plate` or `email`.
        start: its first character.
        end: the character after its last.
        score: how sure that is, 0 to 1; 1 where a check digit agrees.
    """

    kind: str
    start: int
    end: int
    score: float


def find(text: str) -> list[Finding]:
    """Find identifiers, also in full-width or Chinese digits, in groups, or with invisible characters in between.

    Args:
        text: at most `MOST_CHARACTERS` characters.

    Returns:
        Findings in the order of the text; where two overlap, the surer and then the longer one.

    Raises:
        BadInput: the text is too long or takes too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadInput("text", f"must have at most {MOST_CHARACTERS} characters")
    if not text.strip():
        return []
    from hub.redaction.engine import LANGUAGE, analyzer  # noqa: PLC0415 - Presidio is loaded with the first document

    places = [place for place, character in enumerate(text) if character not in _INVISIBLE]
    normal = "".join(text[place] for place in places).translate(_NORMAL)
    found = [
        Finding(result.entity_type, places[result.start], places[result.end - 1] + 1, result.score)
        for result in analyzer().analyze(normal, LANGUAGE)
    ]
    return _apart(found)


def mask(text: str) -> str:
    """Replace every identifier by its kind in brackets, `[mobile]`.

    Raises:
        BadInput: as `find`.
    """
    masked, rest = [], 0
    for finding in find(text):
        masked += [text[rest : finding.start], f"[{finding.kind}]"]
        rest = finding.end
    return "".join([*masked, text[rest:]])


def _apart(found: list[Finding]) -> list[Finding]:
    """Keep of overlapping findings the best: surest, longest, first in the list of shapes."""
    kept: list[Finding] = []
    taken = bytearray(MOST_CHARACTERS)
    for finding in sorted(found, key=lambda each: (-each.score, each.start - each.end, _RANK[each.kind])):
        if taken.find(1, finding.start, finding.end) < 0:
            kept.append(finding)
            taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    return sorted(kept, key=lambda finding: finding.start)
