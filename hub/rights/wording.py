"""Free text that comes with a request: bounded, and without numbers by which a person could be found."""

from hub.errors import BadInput
from hub.schema.free_text import contains_identifier

MOST_CHARACTERS = 500


def worded(member: str, text: str | None, *, required: bool = True) -> str:
    """A text as it is kept.

    Args:
        member: what it is called in the request.
        text: as sent.
        required: whether it may be empty.

    Raises:
        BadInput: empty where it is required, too long, or with an identity number or a telephone number in it.
    """
    said = (text or "").strip()
    if required and not said:
        raise BadInput(member, "is required")
    if len(said) > MOST_CHARACTERS:
        raise BadInput(member, f"must have at most {MOST_CHARACTERS} characters")
    if said and contains_identifier(said):
        raise BadInput(member, "must not contain an identity number or a phone number")
    return said
