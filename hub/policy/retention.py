"""An operator's `retention.toml`: for how long the trail is kept before anything of it may be purged.

```toml
trail_days = 1096
```

网络安全法 asks for six months of logs at least, 网络数据安全管理条例 for three years of records of what was provided.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hub.policy.operator_file import days_in, read_operator_file, read_operator_text

LEAST_DAYS = 180
USUAL_DAYS = 1096
"""Three years, whichever of them is a leap year."""
_MOST_DAYS = 36_525
_MEMBERS = frozenset({"trail_days"})


class Retention(NamedTuple):
    """How long things are kept.

    Attributes:
        trail: what is younger cannot be purged from the trail, whoever asks.
    """

    trail: timedelta = timedelta(days=USUAL_DAYS)


def load_retention(path: Path) -> Retention:
    """Read the operator's file strictly.

    Args:
        path: the file; where there is none, the trail is kept for three years.

    Raises:
        OperatorError: naming the file, the member and the rule.
    """
    return _retention(path.name, read_operator_file(path, _MEMBERS))


def read_retention(text: str, name: str = "retention.toml") -> Retention:
    """The same from its text. Raises OperatorError."""
    return _retention(name, read_operator_text(text, name, _MEMBERS))


def _retention(name: str, document: dict[str, Any]) -> Retention:
    return Retention(timedelta(days=days_in(name, document, "trail_days", USUAL_DAYS, (LEAST_DAYS, _MOST_DAYS))))
