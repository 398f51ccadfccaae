"""Small TOML files that an operator may put into the data directory: read strictly, or the hub does not start."""

import tomllib
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from hub.errors import OperatorError


def read_operator_file(path: Path, members: AbstractSet[str]) -> dict[str, Any]:
    """What an operator's file says; nothing where there is none.

    Args:
        path: the file.
        members: the keys it may have.

    Raises:
        OperatorError: naming the file and the rule.
    """
    if not path.exists():
        return {}
    try:
        return read_operator_text(path.read_text("utf-8"), path.name, members)
    except OSError as error:
        raise OperatorError(f"`{path.name}` cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise OperatorError(f"`{path.name}` is not TOML: {error}") from None


def read_operator_text(text: str, name: str, members: AbstractSet[str]) -> dict[str, Any]:
    """What an operator's file says, from its text.

    Args:
        text: TOML.
        name: what errors call the file.
        members: the keys it may have.

    Raises:
        OperatorError: naming the file and the rule.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"`{name}` is not TOML: {error}") from None
    if unknown := document.keys() - members:
        raise OperatorError(f"`{name}`: `{min(unknown)}` is not a known key")
    return document


def days_in(name: str, document: dict[str, Any], member: str, usual: int, bounds: tuple[int, int]) -> int:
    """A number of days that an operator's file states.

    Args:
        name: what errors call the file.
        document: what it says.
        member: the key.
        usual: what counts where it has no such key.
        bounds: the least and the most it may be.

    Raises:
        OperatorError: it is no such number.
    """
    days = document.get(member, usual)
    if not isinstance(days, int) or isinstance(days, bool) or not bounds[0] <= days <= bounds[1]:
        raise OperatorError(f"`{name}`: `{member}` must be a number from {bounds[0]} to {bounds[1]}")
    return days
