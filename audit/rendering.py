"""What a pack says of its events in words, for people, and in the Open Cybersecurity Schema Framework, for machines.

Both are computed from the proven events, and verifying computes them again: nothing can stand in them that does not
stand in the log. A change to a single byte of what is written here is a new version of the pack's format.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from audit.entry import canonical
from audit.verify import Receipt

OCSF_VERSION = "1.3.0"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_API_ACTIVITY, _ENTITY_MANAGEMENT = (6003, "API Activity", 6), (3004, "Entity Management", 3)
_CATEGORIES = {6: "Application Activity", 3: "Identity & Access Management"}
_READS = frozenset({"disclosure", "search", "trail_read", "export"})
_GOOD = frozenset(
    {
        "permitted",
        "disclosed",
        "done",
        "approved",
        "accepted",
        "created",
        "updated",
        "intended",
        "filed",
        "listed",
        "ended",
    }
)
_COLUMNS = ("time", "kind", "actor", "department", "purpose", "basis", "fields", "outcome", "reasons")

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "审计证据包",
        "lead": "以下每一行都记录在透明日志中，并可用日志的公钥离线验证。",
        "log": "日志",
        "size": "日志条目总数",
        "root": "根哈希",
        "count": "本包条目数",
        "check": "验证命令",
        "index": "序号",
        "time": "时间",
        "kind": "事件",
        "actor": "访问主体",
        "department": "部门",
        "purpose": "处理目的",
        "basis": "法律依据",
        "fields": "字段",
        "outcome": "结果",
        "reasons": "理由",
        "subject": "个人（假名）",
        "ordinal": "本人记录序号",
        "and": "、",
    },
    "en": {
        "title": "Audit evidence pack",
        "lead": "Each line below stands in a transparency log and can be verified offline with the log's public key.",
        "log": "Log",
        "size": "Entries in the log",
        "root": "Root hash",
        "count": "Entries in this pack",
        "check": "To verify",
        "index": "Index",
        "time": "Time",
        "kind": "Event",
        "actor": "Who",
        "department": "Department",
        "purpose": "Purpose",
        "basis": "Legal basis",
        "fields": "Fields",
        "outcome": "Outcome",
        "reasons": "Reasons",
        "subject": "Person (pseudonym)",
        "ordinal": "Ordinal",
        "and": ", ",
    },
}
LANGUAGES = tuple(_WORDS)
"""The languages that the human-readable index is written in."""

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}code{word-break:break-all}"
)


def index(language: str, facts: Mapping[str, str], receipts: Iterable[Receipt]) -> Iterator[bytes]:
    """The human-readable index: an HTML page that needs nothing else, line by line.

    Args:
        language: one of `LANGUAGES`.
        facts: what is said of the log, by `log`, `size`, `root`, `count`.
        receipts: the events, in order.
    """
    words = _WORDS[language]
    yield (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{words["title"]}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{words['title']}</h1>\n<p>{words['lead']}</p>\n<dl>\n"
    ).encode()
    for name, value in facts.items():
        yield _text(f"<dt>{words[name]}</dt><dd><code>{escape(value)}</code></dd>\n")
    yield f"<dt>{words['check']}</dt><dd><code>python -m audit verify PACK.zip --trust log.vkey</code></dd>\n".encode()
    heads = "".join(f"<th>{words[name]}</th>" for name in ("index", *_COLUMNS, "subject", "ordinal"))
    yield f"</dl>\n<table>\n<tr>{heads}</tr>\n".encode()
    for receipt in receipts:
        cells = "".join(f"<td>{escape(_cell(value, words['and']))}</td>" for value in _row(receipt))
        yield _text(f"<tr>{cells}</tr>\n")
    yield b"</table>\n</body></html>\n"


def ocsf(origin: str, receipts: Iterable[Receipt]) -> Iterator[bytes]:
    """The events in the Open Cybersecurity Schema Framework, one JSON object on a line.

    What is asked of people's files is API Activity; what changes them, the people and the keys is Entity Management.
    What the schema has no place for is `unmapped`.

    Args:
        origin: the log's name.
        receipts: the events, in order.
    """
    for receipt in receipts:
        yield canonical(_ocsf(origin, receipt)) + b"\n"


def _ocsf(origin: str, receipt: Receipt) -> dict[str, Any]:
    act = receipt.parts.get("act", {})
    kind = _cell(act.get("kind"), ",")
    reads = kind in _READS
    uid, name, category = _API_ACTIVITY if reads else _ENTITY_MANAGEMENT
    activity = 2 if reads else 99
    event: dict[str, Any] = {
        "class_uid": uid,
        "class_name": name,
        "category_uid": category,
        "category_name": _CATEGORIES[category],
        "activity_id": activity,
        "activity_name": "Read" if reads else kind or "Other",
        "type_uid": uid * 100 + activity,
        "severity_id": 1,
        "status_id": 1 if act.get("outcome") in _GOOD else 2,
        "status": _cell(act.get("outcome"), ","),
        "status_detail": _cell(act.get("reasons"), ","),
        "time": _milliseconds(act.get("time")),
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "resident hub", "vendor_name": "resident hub"},
            "log_name": origin,
            "uid": str(receipt.index),
        },
        "actor": {"user": {"uid": _cell(act.get("actor"), ","), "type": _cell(act.get("role"), ",")}},
        "unmapped": {"act": act, **{name: part for name, part in receipt.parts.items() if name != "act"}},
    }
    entity = {"type": "data subject", "uid": _cell(receipt.parts.get("subject", {}).get("subject"), ",") or "unknown"}
    if reads:
        event["api"] = {"operation": kind, "service": {"name": _cell(act.get("purpose"), ",")}}
        # The trail keeps no network addresses; the schema wants a name in their place.
        event["src_endpoint"] = {"name": _cell(act.get("department"), ",") or "unknown"}
        event["resources"] = [entity]
    else:
        event["entity"] = entity
    return event


def _row(receipt: Receipt) -> Iterator[object]:
    act = receipt.parts.get("act", {})
    yield receipt.index
    for column in _COLUMNS:
        yield act.get(column)
    yield receipt.parts.get("subject", {}).get("subject")
    yield receipt.parts.get("ordinal", {}).get("ordinal")


def _cell(value: object, comma: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return comma.join(_cell(item, comma) for item in value)
    if isinstance(value, dict):
        return canonical(value).decode()
    return str(value)


def _milliseconds(time: object) -> int:
    try:
        moment = datetime.fromisoformat(str(time))
        return (moment - _EPOCH) // timedelta(milliseconds=1) if moment.tzinfo else 0
    except (ValueError, OverflowError):
        return 0


def _text(line: str) -> bytes:
    return line.encode("utf-8", "backslashreplace")
