"""The decision vectors of the road, and the people they speak of: one set of files for engine and HTTP."""

import tomllib
from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parents[1] / "vectors/decisions/road"
PEOPLE = tomllib.loads((DIRECTORY / "cast/people.toml").read_text("utf-8"))
"""Name to field values; `nobody` has an identity number and no file."""

NOBODY = "nobody"


class Case(NamedTuple):
    """One question and its answer.

    Attributes:
        purpose: what it is asked for.
        rule: why the answer is what it is.
        caller: a principal; `{elder}` in it stands for that person's internal id.
        subject: one of `PEOPLE`.
        fields: what is asked for; None leaves the member out.
        reason: the caller's words; None leaves the member out.
        basis: of a permit, what it stands on.
        given: the fields that are given, in order.
        absent: fields the decision permits and the file does not hold.
        withheld: field to reason for what the decision does not permit.
        reasons: of a refusal, why.
    """

    purpose: str
    rule: str
    caller: str
    subject: str
    fields: list[str] | None = None
    reason: str | None = None
    basis: str = ""
    given: list[str] = []  # noqa: RUF012 - nobody changes a vector
    absent: list[str] = []  # noqa: RUF012
    withheld: dict[str, str] = {}  # noqa: RUF012
    reasons: list[str] = []  # noqa: RUF012

    @property
    def all_withheld(self):
        """Field to reason for everything that is not given."""
        return self.withheld | dict.fromkeys(self.absent, "not_available")


def read_cases():
    """Every vector, by purpose and in the order of its file."""
    for path in sorted(DIRECTORY.glob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        assert document.keys() == {"purpose", "case"}, f"{path.name} must hold `purpose` and cases"
        assert document["purpose"] == path.stem
        for case in document["case"]:
            yield Case(purpose=path.stem, **case)


def ids(cases):
    """A readable name for each vector."""
    return [f"{case.purpose}-{case.caller.partition('@')[0]}-{case.subject}-{case.rule[:40]}" for case in cases]


CASES = tuple(read_cases())
