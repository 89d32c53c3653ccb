"""What a process tells those who watch it: figures by names of our own, and whether it is of use."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from ruamel.yaml import YAML

import portal.app
from domain.kernel import watch
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from plixo import migrations
from plixo.health import Judge
from plixo.metric_names import METRICS, OF_LIBRARIES
from plixo.metrics import Metrics
from plixo.metrics_listener import Listener, listening
from plixo.part import Part
from plixo.run import Product
from plixo.settings import Settings
from portal.no_gateway import NoGateway
from portal.wire import Standing
from tests import databases
from tests.sources import ROOT

DASHBOARD = ROOT / "docs" / "grafana" / "plixo.json"
ALERTS = ROOT / "docs" / "prometheus" / "alerts.yml"

RUNBOOKS = frozenset(
    {
        "stripe", "slack", "relay", "inbound-mail", "database", "jobs", "crons", "webhooks", "ledger", "readiness",
        "incidents",
    }
)  # fmt: skip


def known_samples() -> set[str]:
    """Return every name that a query may use."""
    known = {each.name for each in (*METRICS, *OF_LIBRARIES)}
    histograms = {each.name for each in METRICS if each.kind == "histogram"}
    return known | {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}


def used(query: str) -> set[str]:
    """Return the names of figures in a query of Prometheus's language."""
    return set(re.findall(r"\b(?:plixo|process|python)_\w+", query))


@asynccontextmanager
async def watched(core: Core, *parts: Part) -> AsyncIterator[tuple[TestClient, Standing]]:  # type: ignore[type-arg]
    figures, standing = Metrics(parts), Standing()
    listener = Listener(core, judge=Judge(core, parts), standing=standing, metrics=figures)
    with watch.by(figures):
        async with TestClient(TestServer(listener.application())) as client:
            yield client, standing


async def samples(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:  # type: ignore[type-arg]
    text = await (await client.get("/metrics")).text()
    return {
        (each.name, tuple(sorted(each.labels.values()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


async def test_every_figure_of_the_table_is_told_and_no_other(core: Core) -> None:
    async with watched(core, Part.SCHEDULER) as (client, _):
        text = await (await client.get("/metrics")).text()

    told = set(re.findall(r"^# TYPE (\w+)", text, flags=re.MULTILINE))
    assert {each.name for each in METRICS} <= told
    assert {each for each in told if each.startswith("plixo_")} == {each.name for each in METRICS}


async def test_what_the_database_says_is_told_by_processes_with_a_scheduler_only(core: Core) -> None:
    async with watched(core, Part.WORKER) as (client, _):
        told = {name for name, _ in await samples(client)}

    assert told.isdisjoint(each.name for each in METRICS if each.shared)


async def test_a_job_is_counted_by_how_it_ended(core: Core) -> None:
    async def later(**_: object) -> None:
        raise TryLater(core.limits.undo, "not yet")

    core.jobs.bind({"plan_reminders": later})
    async with watched(core, Part.WORKER) as (client, _):
        async with core.transaction() as tx:
            await core.jobs.defer(tx, "plan_reminders")
            await core.jobs.defer(tx, "judge_health")
        await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)
        told = await samples(client)

    assert told["plixo_jobs_total", ("later", "plan_reminders")] == 1
    assert told["plixo_jobs_total", ("judge_health", "ok")] == 1
    assert told["plixo_job_seconds_count", ("judge_health",)] == 1


async def test_a_backlog_is_seen_in_the_figures_and_named_as_degraded(core: Core) -> None:
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "plan_reminders")
    await core.database.execute("UPDATE procrastinate_events SET at = at - interval '1 hour'")

    async with watched(core, Part.SCHEDULER) as (client, _):
        told, ready = await samples(client), await client.get("/readyz")
        said = await ready.text()

    assert told["plixo_jobs_pending", ("waiting",)] == 1
    assert told["plixo_job_lag_seconds", ()] > 3000
    assert (ready.status, said) == (200, "ready\ndegraded: jobs\n")


async def test_a_process_that_stops_is_not_ready(core: Core) -> None:
    async with watched(core, Part.WORKER) as (client, standing):
        standing.stopping = True
        ready, alive = await client.get("/readyz"), await client.get("/healthz")

    assert (ready.status, alive.status) == (503, 200)


@pytest.mark.parametrize(("part", "status"), [(Part.WORKER, 503), (Part.INBOUND_MAIL, 503), (Part.PORTAL, 200)])
async def test_without_a_database_only_what_serves_pages_is_of_use(core: Core, part: Part, status: int) -> None:
    await core.database.execute("ALTER TABLE cron_run RENAME TO cron_run_away")
    try:
        async with watched(core, part) as (client, _):
            ready = await client.get("/readyz")
            said = await ready.text()
    finally:
        await core.database.execute("ALTER TABLE cron_run_away RENAME TO cron_run")

    assert ready.status == status
    assert "degraded: database" in said


async def test_the_listener_binds_loopback_by_default(core: Core) -> None:
    listener = Listener(core, judge=Judge(core, ()), standing=Standing(), metrics=Metrics(()))

    async with listening(listener, host=Settings().metrics_host, port=0) as address:
        assert address.startswith("http://127.0.0.1:")


async def test_processes_without_pages_listen_for_those_who_watch(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        settings = Settings(
            database_url=SecretStr(address),
            data_dir=tmp_path_factory.mktemp("data"),
            metrics_port=0,
            inbound_port=0,
        )
        product = Product(settings, {Part.WORKER, Part.SCHEDULER, Part.INBOUND_MAIL})
        await product.start()
        try:
            where = product.addresses["metrics"]
            async with aiohttp.ClientSession() as session, session.get(where) as answer:
                text = await answer.text()
        finally:
            await product.stop()

    assert 'plixo_build_info{parts="inbound-mail+scheduler+worker"' in text
    assert "plixo_vitals_read 1.0" in text


async def test_a_route_is_told_by_its_name_and_never_by_its_path(core: Core) -> None:
    async with watched(core, Part.PORTAL) as (client, _):
        app = portal.app.build(core, NoGateway(), checkout_origin="https://checkout.stripe.com", secure_cookies=False)
        async with TestClient(TestServer(app)) as payer:
            await payer.get("/l/a-token-that-is-nobodys-business")
        text = await (await client.get("/metrics")).text()

    assert "nobodys" not in text
    assert re.search(r'plixo_requests_total\{outcome="\d+",route="look"\} 1\.0', text)


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))

    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]

    assert queries
    assert {name for each in queries for name in used(each)} <= known_samples()


def test_every_figure_of_ours_stands_in_the_dashboard_or_in_an_alert() -> None:
    text = DASHBOARD.read_text(encoding="utf-8") + ALERTS.read_text(encoding="utf-8")

    missing = [each.name for each in METRICS if each.name not in text]

    assert missing == []


def test_every_alert_asks_for_figures_that_there_are_and_leads_to_a_runbook() -> None:
    rules = [
        rule for group in YAML(typ="safe").load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]
    ]

    assert rules
    for each in rules:
        assert used(each["expr"]) <= known_samples(), each["alert"]
        assert used(each["expr"]), each["alert"]
        page, _, heading = each["annotations"]["runbook_url"].partition("#")
        assert page == "docs/runbooks.md", each["alert"]
        assert heading in RUNBOOKS, each["alert"]
    assert {each["annotations"]["runbook_url"].partition("#")[2] for each in rules} == RUNBOOKS
