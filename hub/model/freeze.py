"""When somebody's data may only be kept, not used (冻结)."""

from enum import StrEnum


class Freeze(StrEnum):
    """How far a person's file is frozen.

    `WISHED` is what residents may ask for: it binds whatever stands on their consent or on a contract. `HELD` takes
    the place of an erasure that may not happen yet: it binds everything but emergencies.
    """

    WISHED = "wished"
    HELD = "held"
