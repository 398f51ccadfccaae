"""Number plates of vehicles (GA 36): seven characters, eight for new-energy vehicles."""

import re

from hub.errors import BadInput
from hub.schema.characters import fold

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER = "A-HJ-NP-Z"
_PLATE = re.compile(
    rf"{_PROVINCE}[{_LETTER}](?:"
    rf"[{_LETTER}0-9]{{4}}[{_LETTER}0-9挂学警港澳]"  # the common plate
    rf"|[A-HJK][{_LETTER}0-9][0-9]{{4}}"  # small new-energy vehicles carry their type in front
    r"|[0-9]{5}[A-HJK])"  # large ones at the end
).fullmatch
_SEPARATORS = re.compile("[\\s\u00b7\u2022\u30fb.-]+")


def normalise_plate(raw: str) -> str:
    """Check a number plate and return it in capitals without separators.

    Raises:
        BadInput: no plate in use.
    """
    plate = raw if _PLATE(raw) else _SEPARATORS.sub("", fold(raw)).upper()
    if not _PLATE(plate):
        raise BadInput("plate", "is no number plate in use")
    return plate
