"""Taking what looks like somebody's number out of a line of text: the last line of defence for logs.

Bare patterns without checksums, for they cost a hundredth of a document scan, and a false alarm in a log line costs
nothing.
"""

import re

# `\b` finds no boundary between a Chinese and an ASCII character, so the boundaries are spelt out.
_START, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_PATTERNS = re.compile(
    "|".join(
        (
            r"(?P<email>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)",
            rf"(?P<landline>{_START}\(?0\d{{2,3}}\)?[- ]?\d{{7,8}}{_END})",
            # Identity numbers, telephone numbers, cards: whatever has eleven digits or more, in groups or not.
            r"(?P<number>\+?\d(?:[ -]?\d){10,}[Xx]?)",
            rf"(?P<permit>{_START}(?:[A-Z]{{3}}\d{{12}}|[HM]\d{{8,10}}|[EG][A-Z]?\d{{7,8}}){_END})",
            rf"(?P<credit_code>{_START}(?=[0-9A-Z]*\d)[0-9A-HJ-NPQRTUWXY]{{18}}{_END})",
            # A number plate begins with a Chinese character, and a line of log is English.
            r"(?P<text>[^\x20-\x7e]+)",
        )
    ),
    re.ASCII,
)


def scrub(text: str) -> str:
    """Replace identifiers, and everything that is not printable ASCII, by the name of what was there.

    Args:
        text: one line of log.
    """
    return _PATTERNS.sub(lambda found: f"[{found.lastgroup}]", text)
