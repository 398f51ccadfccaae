"""Codes in words, Chinese and English: what residents read about accesses to their file."""

from collections.abc import Mapping

Words = Mapping[str, str]


def _words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


DEPARTMENTS: Mapping[str, Words] = {
    "police": _words("公安", "Police"),
    "civil_affairs": _words("民政", "Civil affairs"),
    "health": _words("卫生健康", "Health"),
    "human_resources": _words("人力资源和社会保障", "Human resources and social security"),
    "medical_insurance": _words("医疗保障", "Medical insurance"),
    "education": _words("教育", "Education"),
    "disability_federation": _words("残疾人联合会", "Disabled persons' federation"),
    "justice": _words("司法行政", "Justice"),
    "emergency": _words("应急管理", "Emergency management"),
    "subdistrict": _words("街道办事处", "Subdistrict office"),
    "urban_management": _words("城市管理", "Urban management"),
    "utilities": _words("公用事业", "Utilities"),
    "emergency_call": _words("紧急呼叫中心", "Emergency call centre"),
}

ROLES: Mapping[str, Words] = {
    "grid_worker": _words("网格员", "Grid worker"),
    "secretary": _words("社区党组织书记", "Community Party secretary"),
    "clerk": _words("社区工作者", "Community clerk"),
    "department": _words("部门", "Department"),
    "organisation": _words("社会组织或企业", "Organisation"),
    "security_officer": _words("安全管理员", "Security officer"),
    "auditor": _words("审计员", "Auditor"),
    "admin": _words("系统管理员", "Administrator"),
    "resident": _words("居民", "Resident"),
    "hub": _words("数据平台", "The hub itself"),
}

BASES: Mapping[str, Words] = {
    "statutory": _words("法定职责", "A duty by law"),
    "consent": _words("同意", "Consent"),
    "separate_consent": _words("单独同意", "Separate consent"),
    "guardian_consent": _words("监护人同意", "A guardian's consent"),
    "contract": _words("合同所必需", "A contract"),
    "emergency": _words("紧急情况", "An emergency"),
    "mandate": _words("委托", "A mandate"),
    "aggregate": _words("汇总统计", "Statistics without persons"),
}

OUTCOMES: Mapping[str, Words] = {
    "disclosed": _words("已提供", "Given"),
    "denied": _words("已拒绝", "Refused"),
    "done": _words("已完成", "Done"),
    "filed": _words("已受理", "Filed"),
    "intended": _words("已开始", "Begun"),
    "approved": _words("已批准", "Approved"),
    "opened": _words("已开始办理", "Opened"),
    "closed": _words("已结束办理", "Closed"),
    "requested": _words("已申请", "Asked for"),
    "in_force": _words("已生效", "In force"),
    "revoked": _words("已撤销", "Revoked"),
    "agreed": _words("一方已同意", "Agreed to by one side"),
    "pending": _words("待决定", "Waiting for a decision"),
    "expired": _words("已到期", "Ended by itself"),
    "used": _words("已使用", "Used"),
    "given": _words("已同意", "Agreed to"),
    "refused": _words("未同意", "Not agreed to"),
    "withdrawn": _words("已撤回", "Taken back"),
    "replaced": _words("已被替代", "Replaced"),
    "lapsed": _words("已失效", "Lapsed"),
    "open": _words("进行中", "Open"),
    "ended": _words("已结束", "Ended"),
    "confirmed": _words("已核实", "Confirmed"),
    "justified": _words("复核为正当", "Found justified"),
    "unjustified": _words("复核为不当", "Found unjustified"),
    "unreviewed": _words("待复核", "Waiting for a review"),
    "lifting": _words("待解除", "Lifting asked for"),
    "lifted": _words("已解除", "Lifted"),
    "upheld": _words("异议成立", "Upheld"),
    "dismissed": _words("异议不成立", "Dismissed"),
    "changed": _words("已更改", "Changed"),
    "written": _words("已更正", "Written"),
    "observed": _words("已登记，待核实", "Noted, to be confirmed"),
    "visited": _words("已探访", "Visited"),
    "created": _words("已建档", "File created"),
    "updated": _words("已更新", "Updated"),
    "destroyed": _words("已销毁", "Destroyed"),
    "raised": _words("已报警", "Raised"),
    "issued": _words("已发布", "Issued"),
    "listed": _words("已列出", "Listed"),
    "named": _words("已指定", "Named"),
    "read": _words("已查阅", "Read"),
    "waiting": _words("待送达", "To be sent"),
    "handed_over": _words("已交付发送", "Handed over to be sent"),
    "given_up": _words("未能送达", "Given up"),
    "merged": _words("已合并", "Merged"),
    "separating": _words("待拆分", "Separation asked for"),
    "separated": _words("已拆分", "Separated"),
    "removed": _words("保存期限届满已清除", "Removed at the end of its retention"),
    "not_taken": _words("发送未成功，稍后重试", "Not taken, tried again later"),
    "considered": _words("决定前已查阅", "Looked at before a decision"),
    "tried": _words("已输入验证码", "A code was entered"),
}


def in_words(table: Mapping[str, Words], code: str) -> Words | None:
    """The words of a code; the code itself in place of words that there are none of; None for no code."""
    return table.get(code, _words(code, code)) if code else None
