"""The error tree, by who must act, and the reason codes of refusals."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused or withheld: stable codes, part of the public contract."""

    UNAUTHENTICATED = "unauthenticated"
    UNKNOWN_PURPOSE = "unknown_purpose"
    NOT_A_REQUESTER = "not_a_requester"
    NOT_OFFERED = "not_offered"
    REASON_REQUIRED = "reason_required"
    NO_FILING = "no_filing"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_IN_PURPOSE = "not_in_purpose"
    NOT_AVAILABLE = "not_available"
    NOT_ALLOWED = "not_allowed"
    FROZEN = "frozen"
    CONSENT_MISSING = "consent_missing"
    GUARDIAN_CONSENT_MISSING = "guardian_consent_missing"
    MINOR_APPROVAL_REQUIRED = "minor_approval_required"
    APPROVAL_REQUIRED = "approval_required"
    APPROVAL_EXPIRED = "approval_expired"
    SELF_APPROVAL = "self_approval"
    ALREADY_DECIDED = "already_decided"
    STILL_OPEN = "still_open"
    EMERGENCY_NOT_OPEN = "emergency_not_open"
    VOLUME_EXCEEDED = "volume_exceeded"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    BAD_INPUT = "bad_input"
    AUDIT_UNAVAILABLE = "audit_unavailable"


class HubError(Exception):
    """The root of every error the hub raises on purpose."""


class CallerError(HubError):
    """The caller must change the request."""


class BadInput(CallerError):  # noqa: N818 - the contract's own word
    """A value breaks a rule of shape, format or checksum.

    Attributes:
        member: the member or column that is wrong.
        rule: the rule it breaks, in words; never the value.
    """

    def __init__(self, member: str, rule: str) -> None:
        super().__init__(f"`{member}`: {rule}")
        self.member = member
        self.rule = rule


class Unauthenticated(CallerError):  # noqa: N818 - the contract's own word
    """No valid credentials came with the request."""


class NotAllowed(CallerError):  # noqa: N818 - the contract's own word
    """This role, or this way of asking, may not call the route at all."""


class OperatorError(HubError):
    """Whoever runs the hub must act: settings, keys, files, policies."""


class TrailUnavailable(HubError):  # noqa: N818 - the contract's own word
    """The trail cannot be written now, so nothing may be disclosed; trying again later may help."""
