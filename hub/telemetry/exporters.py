"""OpenTelemetry exporters that write JSON lines: to standard output or to a file, with no further package.

Imported only when telemetry is exported: the SDK takes 50 milliseconds and six megabytes.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from hub.telemetry.vocabulary import Vocabulary


class Lines:
    """Where lines go; each is written by one system call, so that several processes may share a file."""

    def __init__(self, path: Path | None) -> None:
        """Open the file for appending (mode 0600), or take standard output where there is none."""
        self._own = path is not None
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._file = os.open(path, flags, 0o600) if path else sys.stdout.fileno()

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line of JSON."""
        os.write(self._file, json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Close the file; closing twice is harmless, standard output stays open."""
        if self._own:
            self._own = False
            os.close(self._file)


class SpanLines(SpanExporter):
    """Writes of a span its name, ids, times and listed attributes: no events, links, resource or status text."""

    def __init__(self, lines: Lines, vocabulary: Vocabulary) -> None:
        self._lines = lines
        self._vocabulary = vocabulary

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write each span."""
        for span in spans:
            if span.context is None:
                continue
            line: dict[str, Any] = {
                "span": span.name,
                "trace_id": f"{span.context.trace_id:032x}",
                "span_id": f"{span.context.span_id:016x}",
                "start": span.start_time,
                "end": span.end_time,
                "attributes": self._vocabulary.clean(span.attributes or {}),
            }
            if span.parent is not None:
                line["parent_id"] = f"{span.parent.span_id:016x}"
            self._lines.write(line)
        return SpanExportResult.SUCCESS


class MetricLines(MetricExporter):
    """Writes each running total as a line."""

    def __init__(self, lines: Lines, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._lines = lines
        self._vocabulary = vocabulary

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any) -> MetricExportResult:
        """Write each data point; the file system decides how long that takes."""
        del timeout_millis
        for of_resource in metrics_data.resource_metrics:
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    for point in metric.data.data_points:
                        if isinstance(point, NumberDataPoint):
                            self._write(metric.name, point)
        return MetricExportResult.SUCCESS

    def _write(self, name: str, point: NumberDataPoint) -> None:
        attributes: dict[str, Any] = dict(self._vocabulary.clean(point.attributes or {}))
        bound = (point.attributes or {}).get("le")
        if bound is not None:
            attributes["le"] = bound
        self._lines.write(
            {
                "metric": name,
                "pid": os.getpid(),
                "time": point.time_unix_nano,
                "value": point.value,
                "attributes": attributes,
            }
        )

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Nothing is held back."""
        del timeout_millis
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """Close the file."""
        del timeout_millis
        self._lines.close()
