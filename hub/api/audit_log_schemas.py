"""The shapes of volumes, of the log's health and of requests for packs, as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from hub.api.audit import NAME, PSEUDONYM
from hub.api.audit_schemas import Actor, Time
from hub.api.shapes import Shape

_Name = Annotated[str, Field(pattern=NAME)] | SkipJsonSchema[None]
_Time = Time | SkipJsonSchema[None]


class CountBody(Shape):
    """Entries, and how many of them were refused or asked for more than their purpose needs."""

    entries: int
    denied: int
    over_asks: int


class HourBody(CountBody):
    """The same of one hour, which begins then."""

    hour: str


class DayBody(CountBody):
    """The same of one day in China."""

    day: str


class ClockBody(CountBody):
    """The same of one hour of every day in China, 0 to 23."""

    hour: int


class DepartmentBody(CountBody):
    """The same of a department or organisation; None of whoever belongs to none."""

    department: str | None
    name: dict[str, str] | None


class PurposeBody(CountBody):
    """The same of a purpose; None of what has none."""

    purpose: str | None
    name: dict[str, str] | None


class KindBody(CountBody):
    """The same of a kind of event."""

    kind: str | None


class OutcomeBody(CountBody):
    """The same of an outcome."""

    outcome: str | None


class VolumesBody(Shape):
    """How much there was; `hours` is empty where the period is longer than a week."""

    since: str
    until: str
    total: CountBody
    hours: list[HourBody]
    days: list[DayBody]
    hours_of_day: list[ClockBody]
    departments: list[DepartmentBody]
    purposes: list[PurposeBody]
    kinds: list[KindBody]
    outcomes: list[OutcomeBody]


class CheckpointBody(Shape):
    """A signed head of the log."""

    size: int
    time: str
    age_seconds: float


class WitnessBody(Shape):
    """A witness, with size and time of the last checkpoint it has cosigned, of the latest ones."""

    name: str
    size: int | None
    time: str | None


class VerificationBody(Shape):
    """A full check of the log; only `state` where there was none. `entry` says so in the trail."""

    state: Literal["running", "whole", "broken", "interrupted"] | None
    id: str | None = None
    by: str | None = None
    begun_at: str | None = None
    ended_at: str | None = None
    size: int | None = None
    checked: int | None = None
    index: int | None = Field(None, description="the first entry at which something is wrong")
    entry: int | None = None


class LogBody(Shape):
    """How the log is."""

    origin: str
    key: str = Field(description="the log's verifier key")
    size: int
    checkpoint: CheckpointBody | None
    published: CheckpointBody | None
    indexed: int = Field(description="how many entries can be searched")
    contradicted: bool = Field(description="whether a witness has seen another history")
    witnesses: list[WitnessBody]
    verification: VerificationBody


class PackRequest(Shape):
    """Which entries are to be proven: as for a search."""

    model_config = ConfigDict(extra="forbid")

    actor: Actor | SkipJsonSchema[None] = None
    subject: Annotated[str, Field(pattern=PSEUDONYM)] | SkipJsonSchema[None] = None
    purpose: _Name = None
    kind: _Name = None
    outcome: _Name = None
    department: _Name = None
    over_asked: bool | SkipJsonSchema[None] = None
    since: _Time = None
    until: _Time = None
