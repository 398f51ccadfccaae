"""The texts of notices: so little that whoever picks up the telephone learns nothing of the person."""

from collections.abc import Mapping

from hub.model.notice import Matter
from hub.rights.words import Words

_AT_THE_COUNTER = ("详情请登录查看或到社区服务窗口查询。", "Please look it up, or ask at the community's counter.")


def _words(zh: str, en: str) -> Words:
    return {"zh": zh + _AT_THE_COUNTER[0], "en": f"{en} {_AT_THE_COUNTER[1]}"}


TEXTS: Mapping[str, Words] = {
    Matter.TELEPHONE_CHANGES: _words(
        "有人申请更改您登记的电话号码；若非您本人，请尽快告知。",
        "Somebody asked to change the telephone number on record; if it was not you, tell us soon.",
    ),
    Matter.EMERGENCY_OPENED: _words(
        "因紧急情况，有工作人员查看了您的部分信息。", "Somebody looked at part of your file because of an emergency."
    ),
    Matter.EMERGENCY_TO_REVIEW: _words(
        "有一项紧急调阅待您在二十四小时内复核。", "An emergency waits for your review within 24 hours."
    ),
    Matter.DEFERRED_ACCESS: _words(
        "此前有一次对您信息的查阅，现依法告知。", "There was a look at your file of which you may be told now."
    ),
    Matter.MANDATE_CODE: {
        "zh": "您的代办验证码：{code}。三十分钟内有效，请只告知为您办事的窗口人员。",
        "en": "Your code for the counter: {code}. It is good for 30 minutes; tell it to the clerk who serves you only.",
    },
}


def text_of(matter: str, code: str) -> Words:
    """What a notice says; `code` only stands in the text of a code."""
    return {language: text.replace("{code}", code) for language, text in TEXTS[matter].items()}
