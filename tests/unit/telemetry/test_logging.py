import io
import json
import logging
import sys
import threading
import warnings

import pytest

from hub.errors import Reason
from hub.model.principal import Role
from hub.telemetry.logging import set_up
from hub.telemetry.vocabulary import Vocabulary

CANARIES = {
    "name": "王秀英",
    "latin": "Wangxiuying",
    "idno": "339999194303120020",
    "tel": "13800138000",
    "addr": "幸福里3幢2单元501室",
    "plate": "浙A12345",
    "marker": "canary-7f3a",
}
_log = logging.getLogger("hub.access.flow")


@pytest.fixture
def stream(monkeypatch):
    """Set logging up, and leave the process as it was."""
    root, ours = logging.getLogger(), logging.getLogger("hub")
    before = root.handlers[:], root.level, ours.level
    for hook, place in (("excepthook", sys), ("excepthook", threading), ("unraisablehook", sys)):
        monkeypatch.setattr(place, hook, getattr(place, hook))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    lines = io.StringIO()
    set_up(Vocabulary(routes=["/v1/disclosures"], purposes=["OLDCARD"]), lines)
    yield lines
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def read(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_holds_sentence_place_and_listed_attributes(stream):
    attributes = {"http.route": "/v1/disclosures", "hub.role": Role.CLERK, "hub.reasons": [Reason.NO_FILING]}
    _log.info("served %d in %.1f s", 7, 0.25, extra=attributes | {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"})
    (line,) = read(stream)
    assert line["event"] == "served 7 in 0.2 s"
    assert (line["level"], line["logger"]) == ("INFO", "hub.access.flow")
    assert line["at"].startswith("test_logging:")
    assert line["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert (line["http.route"], line["hub.role"], line["hub.reasons"]) == ("/v1/disclosures", "clerk", ["no_filing"])
    assert line["time"].endswith("+00:00")


def say_as_argument(value):
    _log.warning("found %s", value)


def say_as_mapping(value):
    _log.warning("found %(who)s", {"who": value})


def say_in_a_container(value):
    _log.warning("found %s", [{"who": value}])


def say_as_representation(value):
    _log.warning("found %r", value)


def say_as_attribute(value):
    _log.warning("found", extra={"http.route": value, "hub.purpose": value, "trace_id": value, "who": value})


def fail_with(kind, value):
    raise kind(value)


def say_as_exception(value):
    try:
        fail_with(ValueError, value)
    except ValueError:
        _log.exception("failed")


def say_as_cause(value):
    try:
        try:
            fail_with(KeyError, value)
        except KeyError as error:
            raise RuntimeError(value) from error
    except RuntimeError:
        _log.exception("failed")


def say_with_stack(value):
    secret = value
    _log.warning("failed", stack_info=bool(secret))


def say_as_object(value):
    _log.warning({"who": value})


def say_elsewhere(value):
    logging.getLogger("asyncio").error(f"future: <Task exception=ValueError('{value}')>")  # noqa: G004 - as others do


def say_in_uvicorn(value):
    logging.getLogger("uvicorn.access").info('%s - "%s %s" %d', "127.0.0.1", "GET", f"/v1/{value}", 200)
    logging.getLogger("uvicorn.error").error(f"Traceback: {value}")  # noqa: G004 - as others do


def say_as_warning(value):
    warnings.warn(value, UserWarning, stacklevel=1)


def say_with_wrong_arguments(value):
    _log.warning("found %d and %d", value)


def say_uncaught(value):
    try:
        fail_with(ValueError, value)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)


def say_in_a_thread(value):
    def fail():
        raise ValueError(value)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def say_unraisable(value):
    class Broken:
        def __del__(self):
            raise ValueError(value)

    Broken()


@pytest.mark.parametrize("say", [item for name, item in sorted(globals().items()) if name.startswith("say_")])
@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_personal_data_does_not_come_out(stream, capfd, say, canary):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        say(canary)
    said = stream.getvalue() + "".join(capfd.readouterr())
    assert canary not in said
    assert json.dumps(canary)[1:-1] not in said
    assert stream.getvalue(), "something was logged"


def test_number_as_argument_is_scrubbed_all_the_same(stream):
    _log.warning("found %d", 13800138000)
    assert read(stream)[0]["event"] == "found [number]"


def test_exception_is_its_classes_and_its_place(stream):
    say_as_cause("x")
    (line,) = read(stream)
    assert line["error"] == ["RuntimeError", "KeyError"]
    assert line["raised"].startswith("test_logging.py:")


def test_exception_from_another_package_names_our_place_too(stream):
    try:
        Vocabulary(routes=[], purposes=[]).clean({"http.route": _Hostile()})
    except RuntimeError:
        _log.exception("failed")
    assert read(stream)[0]["raised"].startswith("vocabulary.py:")
    assert " > test_logging.py:" in read(stream)[0]["raised"]


class _Hostile:
    __hash__ = None

    def __eq__(self, other):
        raise RuntimeError


def test_exceptions_in_a_circle_end(stream):
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    _log.error("failed", exc_info=one)
    assert read(stream)[0]["error"] == ["ValueError", "KeyError"]


def test_messages_of_other_packages_are_logged_as_places_from_warning_on(stream):
    logging.getLogger("otherpackage").info("loaded")
    logging.getLogger("otherpackage").warning("loaded")
    (line,) = read(stream)
    assert line["event"] == "(message of another package)"
    assert line["logger"] == "otherpackage"


def test_handlers_from_before_no_longer_write(stream):
    other, lines = logging.getLogger("uvicorn.error"), io.StringIO()
    other.addHandler(logging.StreamHandler(lines))
    other.propagate = False
    set_up(Vocabulary(routes=[], purposes=[]), stream)
    other.error("failed")
    assert not lines.getvalue()
    assert len(read(stream)) == 1
