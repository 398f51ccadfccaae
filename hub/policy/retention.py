"""An operator's `retention.toml`: for how long the trail is kept before anything of it may be purged.

```toml
trail_days = 1096
```

网络安全法 asks for six months of logs at least, 网络数据安全管理条例 for three years of records of what was provided.
"""

from datetime import timedelta
from typing import NamedTuple

from hub.policy.operator_file import days_in, read_operator_text

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


def read_retention(text: str, name: str = "retention.toml") -> Retention:
    """Read the operator's file strictly.

    Args:
        text: the file's; where it is empty, the trail is kept for three years.
        name: what errors call it.

    Raises:
        OperatorError: naming the file, the member and the rule.
    """
    document = read_operator_text(text, name, _MEMBERS)
    return Retention(timedelta(days=days_in(name, document, "trail_days", USUAL_DAYS, (LEAST_DAYS, _MOST_DAYS))))
