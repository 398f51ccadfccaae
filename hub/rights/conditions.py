"""What stands between a caller and a field, in words: for residents and officers who ask who could see something."""

from collections.abc import Iterable, Mapping

from hub.access.decide import FILING_ROLES, HIDDEN, PROTECTED
from hub.errors import Reason
from hub.model.purpose import Approval, Basis, Purpose
from hub.policy.engine import PlannedField
from hub.rights.words import Words

HELD, HIDDEN_BY_OWNER, KEPT_SAFE, CASE = "role_held", "hidden_by_owner", "protected", "case_open"
_BY_TRUTH = {HIDDEN: HIDDEN_BY_OWNER, PROTECTED: KEPT_SAFE}
_STATES = frozenset({Basis.STATUTORY, Basis.AGGREGATE})
_UNAPPROVED = frozenset({Reason.APPROVAL_REQUIRED, Reason.APPROVAL_EXPIRED})
_FILERS = tuple(role.value for role in FILING_ROLES)

CONDITIONS: Mapping[str, Words] = {
    HELD: {"zh": "有人在本区域担任该角色", "en": "somebody holds this role for the area"},
    "no_filing": {"zh": "有有效的数据使用备案", "en": "a filing for this purpose is in force"},
    "not_offered": {"zh": "该事项的服务已开通", "en": "the service behind this purpose exists"},
    "reason_required": {"zh": "写明查阅理由", "en": "a reason is stated"},
    "out_of_scope": {"zh": "居民住在其负责的区域", "en": "the resident lives in the area of the role and its filing"},
    "frozen": {"zh": "档案未被冻结", "en": "the file is not frozen"},
    "consent_missing": {"zh": "居民已同意或已签约", "en": "the resident has agreed, or a contract stands"},
    "guardian_consent_missing": {"zh": "监护人已同意", "en": "a guardian has agreed"},
    "emergency_not_open": {"zh": "紧急调阅已开启", "en": "an emergency is open for whoever asks"},
    "minor_approval_required": {
        "zh": "负责人已批准查阅未成年人信息",
        "en": "a manager has approved reading about a minor",
    },
    "approval_required": {"zh": "已获审批", "en": "an approval covers the field"},
    "approval_expired": {"zh": "审批仍在有效期内", "en": "the approval has not ended"},
    CASE: {"zh": "其单位正在办理该居民为当事人的案件", "en": "the office has a case with the resident open"},
    "volume_exceeded": {"zh": "未超过备案数量", "en": "the filed volume is not used up"},
    "not_available": {"zh": "档案中有此信息", "en": "the file holds the value"},
    HIDDEN_BY_OWNER: {"zh": "居民允许该对象查看", "en": "the resident lets this audience see it"},
    KEPT_SAFE: {"zh": "该居民的住址和电话未受保护", "en": "the resident's address and telephone are not protected"},
}
"""What would have to be true, by the code of what is in the way while it is not."""


def stopping(reason: Reason, truth: str, purpose: Purpose) -> str:
    """The code of what is in the way of a field."""
    if purpose.approval is Approval.CASE and reason in _UNAPPROVED:
        return CASE
    return _BY_TRUTH.get(truth, reason.value)


def in_words(codes: Iterable[str]) -> list[dict[str, object]]:
    """Conditions with their words, each once."""
    unknown: Words = {"zh": "依规则不可查看", "en": "the rules would have to allow it"}
    return [{"code": code, "condition": CONDITIONS.get(code, unknown)} for code in dict.fromkeys(codes)]


def needs(purpose: Purpose, requester: str, planned: PlannedField, bases: Iterable[Basis], *, minor: bool) -> list[str]:
    """Everything that must be true before a requester sees a field, whether it is today or not.

    Args:
        purpose: for which.
        requester: as policies name it.
        planned: the field as planned for this requester.
        bases: those it may come to stand on.
        minor: whether the person is under 18, or may be.
    """
    possible = set(bases)
    found = [HELD]
    if requester.startswith(_FILERS):
        found.append("no_filing")
    if purpose.service:
        found.append("not_offered")
    if purpose.reason_required:
        found.append("reason_required")
    if possible.isdisjoint(_STATES):
        found.append("guardian_consent_missing" if Basis.GUARDIAN_CONSENT in possible else "consent_missing")
    if purpose.approval in (Approval.BREAK_GLASS, Approval.ORDER):
        return [each for each in found if each != "consent_missing"] + ["emergency_not_open"]
    if minor:
        found.append("minor_approval_required")
    if purpose.approval is Approval.CASE:
        found.append(CASE)
    if planned.approval not in (Approval.NONE, Approval.CASE):
        found.append("approval_required")
    if possible - {Basis.STATUTORY, Basis.EMERGENCY}:
        found.append(HIDDEN_BY_OWNER)
    return found
