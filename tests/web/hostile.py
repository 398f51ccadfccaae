"""Text that would be markup if a page let it: for every field and member that takes text, each with its own mark."""

import re

from hub.errors import BadInput
from hub.schema.fields import fields
from hub.schema.normalise import LIST_KINDS, normalise

SHAPES = (
    '"\'><script>boom()</script><img src=x onerror=boom()><svg onload=boom()><a href="javascript:boom()">{{7*7}}',
    "\"'><script>boom()</script><img src=x onerror=boom()>",
    "'\"><img src=x onerror=boom()>",
    "<img src=x onerror=boom()>",
    "<i onload=boom>",
)
"""The longest that a field takes is tried: breaking out of attributes, scripts, handlers, links, template braces."""
MARK = re.compile(r"§([\w.:]+)§")
_MOST = {"alias": 30, "skill": 30, "need.class": 30, "med.allergy": 50, "med.critical": 50, "corr.officer": 50}
LIVES_OF_ITS_OWN = {
    **dict.fromkeys(("consent", "visibility", "away"), "records of a resident's wishes, written by the hub"),
    **dict.fromkeys(("act.door", "act.loc"), "records of devices, for which there is no feed"),
    "visit.log": "records of visits; their note is typed text",
}
"""Kinds of list that no rule checks, for nothing from outside is written into them as it came."""


def hostile(mark, most=200):
    """Markup as text, recognised by its mark: the longest shape that has room."""
    return next(text for shape in SHAPES if len(text := f"§{mark}§{shape}") <= most)


def of_field(key, mark):
    """The same as a field of the file carries it: in its own text, in its list, or in the part of it that is text."""
    kind = fields()[key].kind
    if kind == "contact_person":
        return {"name": "王某", "tel": "15400000011", "relation": hostile(mark, 20)}
    text = hostile(mark, _MOST.get(key, 200))
    return [text] if kind in LIST_KINDS else text


def carrying_fields():
    """The storable fields whose rule takes markup, and those whose rule refuses it."""
    taken, refused = set(), set()
    for key, field in fields().items():
        if field.derived or key in LIVES_OF_ITS_OWN:
            continue
        try:
            normalise(key, of_field(key, "x"))
        except BadInput:
            refused.add(key)
        else:
            taken.add(key)
    return taken, refused


def torn(corpus):
    """Marks of a page that are not followed by the whole of their text: something in it was not text."""
    return sorted({found[1] for found in MARK.finditer(corpus) if not corpus.startswith(SHAPES, found.end())})
