"""From counts and requests to OpenTelemetry, where somebody wants it.

Imported only when telemetry is exported, see `hub.telemetry.settings`.
"""

from collections.abc import Iterable, Mapping

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context

from hub.telemetry.exporters import Lines, MetricLines, SpanLines
from hub.telemetry.meter import Meter
from hub.telemetry.settings import TelemetrySettings
from hub.telemetry.trace import Trace
from hub.telemetry.vocabulary import Vocabulary

_METRICS = ("hub.requests", "hub.decisions", "hub.reasons", "hub.request.seconds", "hub.request.latency")
_LOW_64_BITS = 16
_RESOURCE = Resource({"service.name": "resident-hub"})


class _GivenTraceId(RandomIdGenerator):
    """Begins a trace under the id that the answer's `X-Trace-Id` already names."""

    def __init__(self) -> None:
        self.trace_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id


class Pipeline:
    """Exports one process's telemetry; `record` belongs to its event loop."""

    def __init__(self, settings: TelemetrySettings, meter: Meter, vocabulary: Vocabulary) -> None:
        """Start exporting.

        Args:
            settings: where to, how many traces, how often.
            meter: whose totals are exported.
            vocabulary: what may be said.

        Raises:
            OSError: the file cannot be opened for appending.
        """
        lines = Lines(settings.path)
        self._vocabulary = vocabulary
        self._bound = round(settings.ratio * (1 << 64))
        self._ids = _GivenTraceId()
        # Sampling is decided in `wanted`, before a span is made: a span that is not kept must cost nothing.
        self._tracers = TracerProvider(
            sampler=ALWAYS_ON, resource=_RESOURCE, id_generator=self._ids, shutdown_on_exit=False
        )
        self._tracers.add_span_processor(BatchSpanProcessor(SpanLines(lines, vocabulary)))
        self._tracer = self._tracers.get_tracer("hub")
        reader = PeriodicExportingMetricReader(MetricLines(lines, vocabulary), settings.seconds * 1000)
        self._meters = MeterProvider([reader], resource=_RESOURCE, shutdown_on_exit=False)
        _observe(self._meters, meter)

    def wanted(self, trace: Trace) -> bool:
        """Decide whether a trace is kept: as its parent decided, else by its id, so that every process agrees."""
        if trace.parent_id:
            return trace.sampled
        return int(trace.trace_id[_LOW_64_BITS:], 16) < self._bound

    def record(self, trace: Trace, start: int, end: int, attributes: Mapping[str, object]) -> None:
        """Record a finished request as a span.

        Args:
            trace: where it belongs; one that is not `wanted` is passed over.
            start: nanoseconds since 1970.
            end: likewise.
            attributes: what to say of it; what is not listed is dropped here, before the SDK sees it.
        """
        if not self.wanted(trace):
            return
        said = self._vocabulary.clean(attributes)
        self._ids.trace_id = int(trace.trace_id, 16)
        span = self._tracer.start_span(
            f"{said.get('http.request.method', '')} {said.get('http.route', '')}".strip() or "request",
            context=_parent(trace),
            kind=SpanKind.SERVER,
            attributes=said,
            start_time=start,
        )
        span.end(end)

    def close(self) -> None:
        """Write what is still held and stop."""
        self._tracers.shutdown()
        self._meters.shutdown()


def _parent(trace: Trace) -> Context:
    if not trace.parent_id:
        return Context()
    remote = SpanContext(
        int(trace.trace_id, 16), int(trace.parent_id, 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
    return set_span_in_context(NonRecordingSpan(remote), Context())


def _observe(meters: MeterProvider, meter: Meter) -> None:
    instruments = meters.get_meter("hub")
    for name in _METRICS:

        def totals(_options: CallbackOptions, name: str = name) -> Iterable[Observation]:
            return [Observation(total.value, total.attributes) for total in meter.totals() if total.metric == name]

        instruments.create_observable_counter(name, callbacks=[totals])
