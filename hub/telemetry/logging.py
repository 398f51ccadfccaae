"""JSON lines that cannot carry personal data.

A line holds a fixed sentence, the place in the code, listed attributes and, of an exception, its class. What is left
out on purpose: the text and arguments of other packages' messages, text arguments of our own, exception messages,
source lines and stack frames' values.
"""

import json
import logging
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

from hub.telemetry.scrub import scrub
from hub.telemetry.vocabulary import Vocabulary

_SPEAKERS = frozenset({"hub", "audit"})
"""Packages whose sentences are fixed in the source; others put values, even whole tracebacks, into theirs."""

_TRACE_DIGITS = 32
_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def format(self, record: logging.LogRecord) -> str:
        """Format one record; never fails, whatever the record holds."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": scrub(record.name),
            "at": f"{scrub(record.module)}:{record.lineno}",
            "event": _sentence(record),
        }
        trace_id = record.__dict__.get("trace_id")
        if isinstance(trace_id, str) and len(trace_id) == _TRACE_DIGITS and set(trace_id) <= set("0123456789abcdef"):
            line["trace_id"] = trace_id
        line |= self._vocabulary.clean(record.__dict__)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line |= {"error": _names(error), "raised": _place(error.__traceback__)}
        return json.dumps(line)


def set_up(vocabulary: Vocabulary, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send all logging, warnings and uncaught exceptions of this process through `JsonLines`.

    Args:
        vocabulary: the attributes that may be logged, by way of `extra`.
        stream: where the lines go, standard error by default.
        level: the least level of our own lines that is logged; of other packages, warnings and worse are.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(vocabulary))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    for name in [*logging.root.manager.loggerDict, *_SPEAKERS]:
        # Handlers set up before would go on writing in their own format.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level if name in _SPEAKERS else logging.NOTSET)
    logging.captureWarnings(capture=True)
    # A handler that fails would print the record's arguments.
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _sentence(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in _SPEAKERS or not isinstance(record.msg, str):
        return "(message of another package)"
    arguments = record.args
    try:
        if isinstance(arguments, Mapping):
            return scrub(record.msg % {name: _plain(value) for name, value in arguments.items()})
        return scrub(record.msg % tuple(map(_plain, arguments))) if arguments else scrub(record.msg)
    except (TypeError, ValueError, KeyError):
        return scrub(record.msg)


def _plain(value: object) -> object:
    """Numbers and the words of an enumeration may be said; any other text could be anybody's name."""
    if value is None or isinstance(value, int | float):
        return value
    return str(value.value) if isinstance(value, Enum) else "?"


def _names(error: BaseException) -> list[str]:
    """The classes of an exception and of what caused it, outermost first."""
    names: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        names.append(type(cause).__name__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return [scrub(name) for name in names]


def _place(trace: TracebackType | None) -> str:
    """Where an exception arose, and the innermost place in our own code: `flow.py:41 < decide.py:7`."""
    places: list[str] = []
    own = ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        place = f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        places.append(place)
        own = place if module.partition(".")[0] in _SPEAKERS else own
        trace = trace.tb_next
    innermost = places[-1] if places else ""
    return scrub(innermost if own in ("", innermost) else f"{own} > {innermost}")
