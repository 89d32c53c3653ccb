"""Metrics: the figures of one process, counted as work ends and read from the database when somebody asks."""

from collections.abc import Callable, Collection, Mapping
from importlib import metadata
from platform import python_version
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from domain.kernel.watch import Work
from domain.operations.vitals import Vitals
from plixo.metric_names import METRICS, Kind
from plixo.part import Part

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()  # type: ignore[no-untyped-call] # when a counter began is of no use and doubles the lines

BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds: from a page to an import."""

_SLACK = ("slack-command", "slack-click", "slack-form")

Named = Callable[[Work], tuple[str, ...]]

COUNTED: Mapping[str, tuple[str, Named, str, Named]] = {
    "request": ("plixo_requests_total", lambda w: (w.name, w.outcome), "plixo_request_seconds", lambda w: (w.name,)),
    "command": ("plixo_commands_total", lambda w: (w.outcome,), "plixo_command_seconds", lambda _: ()),
    "job": ("plixo_jobs_total", lambda w: (w.name, w.outcome), "plixo_job_seconds", lambda w: (w.name,)),
    "mail": ("plixo_mails_total", lambda w: (w.outcome,), "plixo_mail_seconds", lambda _: ()),
    "inbound": ("plixo_inbound_mails_total", lambda w: (w.outcome,), "", lambda _: ()),
    "slack": (
        "plixo_slack_calls_total",
        lambda w: (w.name, w.outcome),
        "plixo_slack_call_seconds",
        lambda w: (w.name,),
    ),
    "stripe": (
        "plixo_stripe_calls_total",
        lambda w: (w.name, w.outcome),
        "plixo_stripe_call_seconds",
        lambda w: (w.name,),
    ),
} | {
    each: (
        "plixo_slack_requests_total",
        lambda w: (w.kind.removeprefix("slack-"), w.name, w.outcome),
        "plixo_slack_request_seconds",
        lambda w: (w.kind.removeprefix("slack-"),),
    )
    for each in _SLACK
}
"""What is counted of each kind of work, under which labels, and where its seconds go."""


class Metrics:
    """The figures of this process; a watcher of its work."""

    def __init__(self, parts: Collection[Part]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self.shared = Part.SCHEDULER in parts
        """Whether what the database says is told here."""
        self._metrics: dict[str, Any] = {
            each.name: _made(each.name, each.kind, each.labels, each.meaning, self._registry)
            for each in METRICS
            if self.shared or not each.shared
        }
        self._set("plixo_build_info", 1, metadata.version("plixo"), python_version(), "+".join(sorted(parts)))

    def began(self, work: Work) -> None:
        """Do nothing: a figure is of work that has ended."""

    def ended(self, work: Work) -> None:
        """Count the work."""
        if (found := COUNTED.get(work.kind)) is None:
            return
        total, labels, seconds, of_seconds = found
        _at(self._metrics[total], labels(work)).inc()
        if seconds:
            _at(self._metrics[seconds], of_seconds(work)).observe(work.seconds)

    def carried(self) -> str:
        """Return nothing: figures do not follow work across processes."""
        return ""

    def pool(self, stats: Mapping[str, int]) -> None:
        """Take how the pool of connections stands."""
        size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
        self._set("plixo_pool_connections", size - idle, "used")
        self._set("plixo_pool_connections", idle, "idle")
        self._set("plixo_pool_waiting", stats.get("requests_waiting", 0))

    def ready(self, judged: Mapping[str, bool]) -> None:
        """Take what `/readyz` thinks."""
        for what, fine in judged.items():
            self._set("plixo_ready", int(fine), what)

    def vitals(self, found: Vitals | None) -> None:
        """Take what the database says, or that it says nothing; `plixo_vitals_read` tells old figures from new ones."""
        if not self.shared:
            return
        self._set("plixo_vitals_read", int(found is not None))
        if found is None:
            return
        for state, number in found.mails.items():
            self._set("plixo_mails_pending", number, state)
        for state, number in found.jobs.items():
            self._set("plixo_jobs_pending", number, state)
        self._set("plixo_inbound_stored", found.inbound_stored)
        self._set("plixo_inbound_unseen", found.inbound_unseen)
        self._set("plixo_job_lag_seconds", found.job_lag.total_seconds())
        self._set("plixo_webhooks_waiting", found.webhooks)
        self._set("plixo_webhook_lag_seconds", found.webhook_lag.total_seconds())
        self._set("plixo_webhook_last_timestamp_seconds", found.webhook_last.timestamp() if found.webhook_last else 0)
        for cron, slot in found.cron_slots.items():
            self._set("plixo_cron_last_slot_timestamp_seconds", slot.timestamp(), cron)
        for severity, number in found.incidents.items():
            self._set("plixo_incidents_open", number, severity)
        self._metrics["plixo_readiness"].clear()
        for check, verdict in found.readiness.items():
            self._set("plixo_readiness", 1, check, verdict)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self._registry)

    def _set(self, name: str, value: float, *labels: str) -> None:
        _at(self._metrics[name], labels).set(value)


def _at(metric: Any, labels: tuple[str, ...]) -> Any:
    return metric.labels(*labels) if labels else metric


def _made(name: str, kind: Kind, labels: tuple[str, ...], meaning: str, registry: CollectorRegistry) -> Any:
    said = meaning.replace("`", "")
    if kind is Kind.COUNTER:
        return Counter(name, said, labels, registry=registry)
    if kind is Kind.HISTOGRAM:
        return Histogram(name, said, labels, registry=registry, buckets=BUCKETS)
    return Gauge(name, said, labels, registry=registry)
