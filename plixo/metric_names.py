"""Metric names: every figure that `/metrics` tells, as one literal table; docs/metrics.md is made from it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a figure does over time."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. A label's values come from the code's own tables; none holds an id, a name or an address."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    shared: bool = False
    """Read from the database, so it says the same in every process; only processes with a scheduler tell it."""


METRICS_TELL = (
    "`PLIXO_METRICS_PORT` makes a process tell its figures at `/metrics` on a port of its own, which binds loopback; "
    "the payers' port never does. Labels hold names from the code's own tables: no id, name, address or token. What "
    "belongs to the whole deployment is read from the database, so only processes with a scheduler tell it; with two "
    "of them, take the maximum. A dashboard is in [grafana/plixo.json](grafana/plixo.json), alert rules are in "
    "[prometheus/alerts.yml](prometheus/alerts.yml)."
)
READY_MEANS = (
    "## `/healthz` and `/readyz`\n\n`/healthz` says that the process lives. `/readyz` judges database, lag of jobs, "
    "crons and age of webhooks, and names what is degraded. It answers 503 only where this very process is of no use: "
    "it stops, or it serves no pages and the database does not answer. A portal without a database stays in the "
    "balancer, since its page that says so is better than none; late jobs, crons and webhooks take nobody out, since "
    "every other process would have the same. Both are on the metrics port of every process, and on the portal's.\n\n"
    "## Traces\n\n`PLIXO_OTLP_ENDPOINT` makes a process send a span of each request, click, command, transaction, job, "
    "mail and call of Slack or Stripe to a collector of OpenTelemetry. A job takes its place in it along, so one "
    "trace leads from the click to the mail, under one request id (`plixo.request_id`), which log and timeline have as "
    "well. A span holds names of the code's own and nothing of a customer. Without the setting nothing is made or sent."
)

C, H, G = Kind.COUNTER, Kind.HISTOGRAM, Kind.GAUGE

METRICS: tuple[Metric, ...] = (
    Metric("plixo_build_info", G, ("version", "python", "parts"), "Always 1; the labels say what runs here."),
    Metric("plixo_requests_total", C, ("route", "outcome"), "Requests of payers, proxies and Stripe by HTTP status."),
    Metric("plixo_request_seconds", H, ("route",), "How long they took."),
    Metric("plixo_slack_requests_total", C, ("kind", "name", "outcome"), "Commands, clicks and forms of operators."),
    Metric("plixo_slack_request_seconds", H, ("kind",), "How long their answers took, after the acknowledgement."),
    Metric("plixo_commands_total", C, ("outcome",), "Transactions of commands of the domain."),
    Metric("plixo_command_seconds", H, (), "How long they were open."),
    Metric(
        "plixo_jobs_total", C, ("job", "outcome"), "Runs of jobs: `ok`, `later`, `failed` (tried again), `gave_up`."
    ),
    Metric("plixo_job_seconds", H, ("job",), "How long runs took."),
    Metric(
        "plixo_mails_total", C, ("outcome",), "Mails offered to the relay: `sent`, `refused`, `withheld`, `later`, …"
    ),
    Metric("plixo_mail_seconds", H, (), "How long the relay took for one."),
    Metric("plixo_inbound_mails_total", C, ("outcome",), "Mails that came in by SMTP: `stored`, or why not."),
    Metric(
        "plixo_slack_calls_total", C, ("method", "outcome"), "Calls of Slack: `ok`, `refused`, `limited`, `away`, …"
    ),
    Metric("plixo_slack_call_seconds", H, ("method",), "How long Slack took."),
    Metric("plixo_stripe_calls_total", C, ("call", "outcome"), "Calls of Stripe: `ok`, `refused`, `away`, `failed`."),
    Metric("plixo_stripe_call_seconds", H, ("call",), "How long Stripe took, retries of its SDK included."),
    Metric("plixo_pool_connections", G, ("state",), "Connections of this process to the database: `used`, `idle`."),
    Metric("plixo_pool_waiting", G, (), "Pieces of work that wait for one of them."),
    Metric("plixo_ready", G, ("what",), "1 fine, 0 degraded; each thing that `/readyz` judges."),
    Metric("plixo_mails_pending", G, ("state",), "Mails that are not over yet.", shared=True),
    Metric("plixo_inbound_stored", G, (), "Mails that came in and were not read by the product yet.", shared=True),
    Metric("plixo_inbound_unseen", G, (), "Mails that no person has dealt with.", shared=True),
    Metric("plixo_jobs_pending", G, ("state",), "Jobs `waiting`, `running`, `given_up`.", shared=True),
    Metric("plixo_job_lag_seconds", G, (), "For how long the job has been due that is due longest.", shared=True),
    Metric("plixo_webhooks_waiting", G, (), "Stored webhooks of Stripe that were not worked yet.", shared=True),
    Metric("plixo_webhook_lag_seconds", G, (), "Age of the oldest of them.", shared=True),
    Metric("plixo_webhook_last_timestamp_seconds", G, (), "When the newest webhook came; 0: never.", shared=True),
    Metric("plixo_cron_last_slot_timestamp_seconds", G, ("cron",), "The newest slot that was run.", shared=True),
    Metric("plixo_readiness", G, ("check", "verdict"), "1 at the verdict of each check of readiness.", shared=True),
    Metric("plixo_incidents_open", G, ("severity",), "Incidents that are not over: `P1`, `P2`, `P3`.", shared=True),
    Metric("plixo_vitals_read", G, (), "1 when the figures above could be read from the database.", shared=True),
)

OF_LIBRARIES: tuple[Metric, ...] = (
    Metric("process_cpu_seconds_total", C, (), "Processor time of this process."),
    Metric("process_resident_memory_bytes", G, (), "Memory of this process."),
    Metric("process_open_fds", G, (), "Open files and sockets of this process."),
    Metric("process_max_fds", G, (), "How many it may open."),
    Metric("process_start_time_seconds", G, (), "When it was started."),
    Metric("python_gc_collections_total", C, ("generation",), "Runs of Python's garbage collector."),
)
"""What the client library tells by itself; Linux only, but for the last."""

BY_NAME = {each.name: each for each in METRICS}
