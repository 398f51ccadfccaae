"""Free text that comes with a request: bounded, and without numbers by which a person could be found."""

from hub.errors import BadInput
from hub.schema.free_text import MOST_CHARACTERS, written

__all__ = ["MOST_CHARACTERS", "worded"]


def worded(member: str, text: str | None, *, required: bool = True) -> str:
    """A text as it is kept.

    Args:
        member: what it is called in the request.
        text: as sent.
        required: whether it may be empty.

    Raises:
        BadInput: empty where it is required, or as `written` says.
    """
    said = written(member, text)
    if required and not said:
        raise BadInput(member, "is required")
    return said
