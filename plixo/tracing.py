"""Tracing: one request followed from the click to the mail, across processes, by OpenTelemetry; off unless it is set.

A span holds the kind and name of a piece of work, how it ended, the request id and the kinds of events it recorded. No
text, address, token or number of a customer is ever put into one: the watch does not tell them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, Any

from domain.kernel import watch
from domain.kernel.watch import FAILED, Work

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

KINDS = {
    "request": "SERVER",
    "slack-command": "SERVER",
    "slack-click": "SERVER",
    "slack-form": "SERVER",
    "job": "CONSUMER",
    "mail": "CLIENT",
    "slack": "CLIENT",
    "stripe": "CLIENT",
}
"""What OpenTelemetry calls each kind of work; all others are internal."""

BROKEN = frozenset({FAILED, "gave_up", "away", "unknown"})

UNTOLD = frozenset({"healthz"})
"""Routes that are asked every few seconds and have nothing to tell."""


class TracingMissing(Exception):
    """The libraries of tracing are not installed; the message says how."""


class Tracing:
    """A watcher that makes a span of each piece of work."""

    def __init__(self, exporter: "SpanExporter", *, parts: str, at_once: bool = False) -> None:
        # imported here: an optional extra, which a deployment without traces does not install
        from opentelemetry import context, trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._context, self._trace, self._propagator = context, trace, TraceContextTextMapPropagator()
        resource = Resource(
            {"service.name": "plixo", "service.version": metadata.version("plixo"), "plixo.parts": parts}
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("plixo")
        self._open: dict[int, tuple[Any, Any]] = {}

    def began(self, work: Work) -> None:
        """Begin a span, below that of the work around it or of the work that queued this job."""
        if work.name in UNTOLD:
            return
        parent = self._propagator.extract({"traceparent": work.carried}) if work.carried else None
        kind = getattr(self._trace.SpanKind, KINDS.get(work.kind, "INTERNAL"))
        attributes = {"plixo.kind": work.kind, "plixo.name": work.name, "plixo.request_id": work.request_id}
        span = self._tracer.start_span(f"{work.kind} {work.name}", context=parent, kind=kind, attributes=attributes)
        self._open[id(work)] = (span, self._context.attach(self._trace.set_span_in_context(span, parent)))

    def ended(self, work: Work) -> None:
        """End its span, with how it ended and what it recorded."""
        span, token = self._open.pop(id(work), (None, None))
        if span is None:
            return
        self._context.detach(token)
        span.set_attribute("plixo.outcome", work.outcome)
        if work.told:
            kinds = list(work.told)
            span.set_attribute("plixo.events", kinds)
            span.update_name(f"{work.kind} {kinds[0]}")
        if work.outcome in BROKEN:
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))
        span.end()

    def carried(self) -> str:
        """Return the place in the trace that a job takes along."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get("traceparent", "")

    def close(self) -> None:
        """Send what is left, for some seconds at the most."""
        self._provider.force_flush(timeout_millis=3000)
        self._provider.shutdown()


@contextmanager
def sent_to(endpoint: str, *, parts: str) -> Iterator[None]:
    """Send the traces of this process to a collector for a while.

    Raises:
        TracingMissing: The libraries are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # an optional extra
    except ImportError:
        raise TracingMissing("PLIXO_OTLP_ENDPOINT needs the extra `tracing`: pip install 'plixo[tracing]'.") from None
    with following(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5), parts=parts):
        yield


@contextmanager
def following(exporter: "SpanExporter", *, parts: str, at_once: bool = False) -> Iterator[None]:
    """Follow all work of this process for a while; *at_once* hands over each span as it ends."""
    tracing = Tracing(exporter, parts=parts, at_once=at_once)
    try:
        with watch.by(tracing):
            yield
    finally:
        tracing.close()
