"""The slip a resident takes home from the counter, as a page in large type."""

import base64
import hashlib
from datetime import datetime
from html import escape
from typing import Any

from hub.api.reply import Reply, text_reply
from hub.model.instant import CHINA

_STYLE = "body{font-size:22pt;line-height:1.5;margin:2cm}li{margin-bottom:1em}small{font-size:18pt}"
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_KINDS = {
    "disclosure": ("查看了您的信息", "Looked at your information"),
    "consent": ("办理了同意或撤回", "Changed a consent"),
    "consent_read": ("查看了您的同意记录", "Looked at your consents"),
    "trail_read": ("查看了谁调阅过您的档案", "Looked at who read your file"),
    "mandate": ("办理了委托", "Opened or confirmed the mandate"),
    "freeze": ("冻结或解冻了档案", "Froze or released your file"),
    "dispute": ("提出了异议", "Filed an objection"),
    "correction": ("申请了更正", "Asked for a correction"),
    "visibility": ("设置了谁可以看", "Set who may see"),
}


def page(slip: dict[str, Any]) -> Reply:
    """A slip as HTML that needs nothing from anywhere."""
    matter = (slip["matter_name"] or {}).get("zh") or slip["matter"]
    lines = "".join(f"<li>{_line(each)}</li>" for each in slip["done"])
    body = (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>代办回单</title>'
        f"<style>{_STYLE}</style></head>"
        f"<body><h1>代办回单 <small>What was done for you</small></h1><p>事项：{escape(matter)}</p>"
        f"<p>办理人：{escape(slip['by'])}</p><p>时间：{_when(slip['opened'])}</p><ol>{lines}</ol>"
        "<p>您可以随时查看谁调阅过您的档案，并提出异议。<br>You may always see who looked at your file, and object.</p>"
        "</body></html>"
    )
    headers = ((b"cache-control", b"no-store"), (b"content-security-policy", _POLICY.encode()))
    return text_reply(body, "text/html; charset=utf-8", *headers)


def _line(done: dict[str, Any]) -> str:
    zh, en = _KINDS.get(str(done["kind"]), (str(done["kind"]), str(done["kind"])))
    told = [f"{_when(done['when'])} {zh}（{_outcome(done)}）"]
    if done["fields"]:
        named = done["field_names"]
        told.append("、".join(named.get(key, {}).get("zh", key) for key in done["fields"]))
    return "<br>".join([*(escape(text) for text in told), f"<small>{escape(en)}</small>"])


def _outcome(done: dict[str, Any]) -> str:
    return str((done["outcome_name"] or {}).get("zh") or done["outcome"])


def _when(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
