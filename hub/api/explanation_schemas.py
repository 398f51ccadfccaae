"""The shapes of explanations as the OpenAPI document shows them."""

from datetime import date

from hub.api.shapes import Shape


class ConditionBody(Shape):
    """Something that would have to be true, in `zh` and `en`; `code` is what is in the way while it is not."""

    code: str
    condition: dict[str, str]


class ReaderBody(Shape):
    """A group of principals for whom the answer is the same; at most 50 of them are named."""

    purpose: str
    purpose_name: dict[str, str]
    citation: str
    requester: str
    requester_name: dict[str, str]
    rule: str
    approval: str
    bases: list[str]
    needs: list[ConditionBody]
    could_read: bool
    basis: str | None
    stopped_by: list[ConditionBody]
    principals: list[str]
    principals_count: int
    approvals: list[str]


class ExplanationBody(Shape):
    """Who could see a field of one's own file today."""

    field: str
    title: dict[str, str]
    group: str | None
    items: list[ReaderBody]
    next: str | None
    others: dict[str, str]


class ReadableField(Shape):
    """A field that a purpose may show, the rule that lets it, and what must be true."""

    field: str
    tier: str
    rule: str
    approval: str
    needs: list[ConditionBody]


class FilingInForce(Shape):
    """A filing that a principal may use."""

    id: str
    scope: str
    valid_until: date


class RoleExplanationBody(Shape):
    """What one principal could read for one purpose today."""

    principal: str
    role: str
    department: str | None
    area: str
    purpose: str
    purpose_name: dict[str, str]
    citation: str
    bases: list[str]
    could_read: bool
    stopped_by: list[ConditionBody]
    filings: list[FilingInForce]
    fields: list[ReadableField]
    minors: list[ConditionBody]


class RoleExplanationsBody(Shape):
    """A page of principals and purposes."""

    items: list[RoleExplanationBody]
    next: str | None
