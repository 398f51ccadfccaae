"""Whether telemetry leaves the process, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import OperatorError
from hub.telemetry.meter import Meter
from hub.telemetry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from hub.telemetry.pipeline import Pipeline

_FILE = "file:"


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """Where telemetry goes.

    Attributes:
        target: empty for nowhere, `console`, or `file:` and a path.
        ratio: the share of traces kept where the caller has not decided, 0 to 1.
        seconds: how often metrics are written.
    """

    target: str = ""
    ratio: float = 0.01
    seconds: float = 60.0

    @property
    def path(self) -> Path | None:
        """The file of a `file:` target."""
        return Path(self.target.removeprefix(_FILE)) if self.target.startswith(_FILE) else None


def telemetry_settings(environment: Mapping[str, str]) -> TelemetrySettings:
    """Read `HUB_TELEMETRY` (empty, `console`, `file:PATH`), `HUB_TELEMETRY_RATIO` and `HUB_TELEMETRY_SECONDS`.

    Raises:
        OperatorError: naming the variable and what it may be.
    """
    target = environment.get("HUB_TELEMETRY", "")
    if target not in ("", "console") and target.removeprefix(_FILE) in ("", target):
        raise OperatorError("`HUB_TELEMETRY` must be empty, `console` or `file:PATH`")
    usual = TelemetrySettings()
    ratio = _number(environment, "HUB_TELEMETRY_RATIO", usual.ratio, 0.0, 1.0)
    seconds = _number(environment, "HUB_TELEMETRY_SECONDS", usual.seconds, 1.0, 3600.0)
    return TelemetrySettings(target, ratio, seconds)


def open_pipeline(settings: TelemetrySettings, meter: Meter, vocabulary: Vocabulary) -> "Pipeline | None":
    """Start exporting; None, and no SDK in memory, where nobody asked for it.

    Raises:
        OperatorError: the file cannot be written.
    """
    if not settings.target:
        return None
    from hub.telemetry.pipeline import Pipeline  # noqa: PLC0415 - the SDK costs start-up time and memory

    try:
        return Pipeline(settings, meter, vocabulary)
    except OSError as error:
        raise OperatorError(f"the file of `HUB_TELEMETRY` cannot be written: {error.strerror}") from None


def _number(environment: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    try:
        value = float(environment.get(name, default))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise OperatorError(f"`{name}` must be a number from {least:g} to {most:g}")
    return value
