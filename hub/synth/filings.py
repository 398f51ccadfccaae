"""Filings (数据使用备案) already accepted on paper: one per purpose of the catalogue and requester."""

import tomllib
from collections.abc import Iterator
from typing import Any

from hub.errors import OperatorError
from hub.schema.fields import schemas_directory
from hub.synth.numbers import AREA
from hub.synth.principals import ORGANISATIONS, VALID_UNTIL, department, organisation

COLUMNS = ("requester", "purpose", "basis", "citation", "scenario", "scope", "volume", "valid_until")
AMPLE = 1_000_000
"""Distinct subjects a day: as many as the largest world has."""


def _purposes() -> Iterator[dict[str, Any]]:
    """The catalogue as its files state it, by id; whether it is sound is for `hub policy check` to say."""
    directory = schemas_directory().parent / "policies" / "purposes"
    paths = sorted(directory.glob("*.toml"))
    if not paths:
        raise OperatorError("the purpose catalogue `policies/purposes` is missing or empty; reinstall the hub")
    for path in paths:
        try:
            yield tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise OperatorError(f"`{path.name}` is not TOML: {error}; run `hub policy check`") from None


def _requesters(purpose: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Who files this purpose, each with the name a scenario calls it by; staff roles need no filing."""
    for requester in purpose["requesters"]:
        kind, _, code = requester.partition(":")
        if kind == "department":
            yield department(code), "日常办理"
        elif kind == "organisation":
            codes = [code] if code else list(ORGANISATIONS)
            yield from ((organisation(each), ORGANISATIONS.get(each, each)) for each in codes)


def _basis(purpose: dict[str, Any], requester: str) -> str:
    """The first basis the requester may stand on: for organisations that is never a statutory duty."""
    private = requester.startswith("organisation:")
    return next((basis for basis in purpose["basis"] if not (private and basis == "statutory")), "")


def rows() -> list[tuple[str, ...]]:
    """The rows of `filings.csv`.

    Raises:
        OperatorError: the catalogue is missing or one of its files cannot be read.
    """
    made: list[tuple[str, ...]] = []
    for purpose in _purposes():
        for requester, name in _requesters(purpose):
            basis = _basis(purpose, requester)
            if basis:
                scenario = f"{name}：{purpose['name']['zh']}"
                stated = (basis, purpose["citation"], scenario, AREA, str(AMPLE), VALID_UNTIL)
                made.append((requester, purpose["id"], *stated))
    return made
