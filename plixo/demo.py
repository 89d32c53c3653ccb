"""The demo: the unchanged product against the sandbox, in one process, with a sample ledger and a clock that moves."""

import asyncio
import json
import logging
import os
import secrets
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from pydantic import SecretStr

from bot import manifest
from domain.kernel import calendars, request_ids
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import csv_import, invoice_papers
from domain.ledger.invoice_papers import Paper
from domain.operations import readiness_wishes
from domain.pay_links import provider_health
from domain.people import people
from domain.people.refusals import RoleHeldAlready
from domain.people.roles import Role
from plixo import logs, migrations
from plixo.part import Part
from plixo.run import Product
from plixo.settings import Settings
from sandbox import ledger, sample_papers
from sandbox.app import Sandbox
from sandbox.clock import MovableClock
from sandbox.sample_papers import SamplePaper
from sandbox.settings import PEOPLE, SandboxSettings

log = logging.getLogger(__name__)

MERCHANT = "Northwind Supplies"

FIRST_MODE = "autopilot"
"""So that mail is seen to leave; a real installation begins in Shadow Mode."""

FIRST_EVENT_TENTHS = 200
"""So many tenths of a second the start waits for the first event of the stand-in for Stripe."""

AFTERNOON, EVENING = time(15, 30), time(17)
"""In Berlin. New York opens at 14:00 then, and Berlin closes at 18:00."""

ROLES = {"U0ANNA": Role.AR_MANAGER, "U0CARLA": Role.CONTROLLER, "U0VIKTOR": Role.VIEWER}
"""Three people who may do different things, so that refusals and a second person can be seen too."""


_UNPRINTED = """
    SELECT i.number, i.issued_on, i.due_on, i.total_minor, i.currency, a.name, a.number AS customer_number,
        a.locale, a.country
    FROM invoice i JOIN account a ON a.id = i.account_id
    WHERE i.number = ANY(%s) AND i.state = 'open' AND i.issued_on IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM invoice_paper p WHERE p.invoice_id = i.id)
    ORDER BY i.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """Where the demo keeps its data and what it listens on."""

    folder: Path
    port: int
    portal_port: int
    smtp_port: int
    database_url: str | None = None
    """Another database than the embedded one in the folder; its tables are made as well."""


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """Secrets that the product and the stand-ins share; made once for each folder."""

    slack_bot_token: str
    slack_signing_secret: str
    stripe_api_key: str
    stripe_webhook_secret: str


def sandbox_settings(places: DemoPlaces, shared: DemoSecrets) -> SandboxSettings:
    """Return the stand-ins' settings."""
    return SandboxSettings(
        state_folder=places.folder / "sandbox",
        slack_bot_token=shared.slack_bot_token,
        slack_signing_secret=shared.slack_signing_secret,
        stripe_api_key=shared.stripe_api_key,
        stripe_webhook_secret=shared.stripe_webhook_secret,
        port=places.port,
        product_url=f"http://127.0.0.1:{places.portal_port}",
        inbound_port=places.smtp_port,
        merchant_name=MERCHANT,
        slack_events=manifest.events(),
    )


def product_settings(places: DemoPlaces, shared: DemoSecrets, sandbox: Sandbox) -> Settings:
    """Return the product's settings: the same that a deployment has, with the stand-ins' addresses."""
    return Settings(
        data_dir=places.folder,
        database_url=SecretStr(places.database_url) if places.database_url else None,
        signing_keys=None,
        merchant_name=MERCHANT,
        merchant_contact="ar@northwind.example",
        merchant_zone="Europe/Berlin",
        merchant_currency="EUR",
        merchant_locale="en",
        merchant_country="DE",
        public_url=f"http://127.0.0.1:{places.portal_port}",
        portal_host="127.0.0.1",
        portal_port=places.portal_port,
        mail_from="billing@northwind.example",
        mail_domain="mail.northwind.example",
        smtp_host="127.0.0.1",
        smtp_port=sandbox.smtp_port,
        smtp_user=None,
        smtp_password=None,
        smtp_tls="none",
        mail_sandbox=True,
        inbound_host="127.0.0.1",
        inbound_port=places.smtp_port,
        slack_bot_token=SecretStr(shared.slack_bot_token),
        slack_signing_secret=SecretStr(shared.slack_signing_secret),
        slack_app_token=None,
        slack_channel=sandbox.settings.slack_channel,
        slack_api_url=f"{sandbox.url}/slack/api/",
        slack_post_seconds=0.05,
        slack_update_seconds=0.5,
        stripe_api_key=SecretStr(shared.stripe_api_key),
        stripe_webhook_secrets=[SecretStr(shared.stripe_webhook_secret)],
        stripe_api_url=f"{sandbox.url}/stripe",
        stripe_checkout_origin=sandbox.url,
        rates={"USD": Decimal("0.92"), "GBP": Decimal("1.17")},
        warm_up_first=0,
        ledger_max_age_days=0,
        undo_seconds=10,
        first_mode="autopilot",
        log_level="warning",
    )


def secrets_of(folder: Path) -> DemoSecrets:
    """Return the folder's secrets, made at the first start; written in one step, so a kill leaves all or nothing."""
    file = folder / "demo-secrets.json"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = DemoSecrets(
            slack_bot_token=f"xoxb-{secrets.token_hex(16)}",
            slack_signing_secret=secrets.token_hex(16),
            stripe_api_key=f"rk_test_{secrets.token_hex(16)}",
            stripe_webhook_secret=f"whsec_{secrets.token_hex(16)}",
        )
        draft = file.with_suffix(".part")
        draft.write_text(json.dumps({name: getattr(fresh, name) for name in DemoSecrets.__slots__}))
        draft.chmod(0o600)
        os.replace(draft, file)  # noqa: PTH105 - one atomic step
    return DemoSecrets(**json.loads(file.read_text()))


def working_afternoon(now: datetime) -> datetime:
    """Return the next moment at which both our European and our American sample customers are at work.

    Reminders leave in the payer's working hours only; a demo that is begun on a Sunday would show nothing.
    """
    here = now.astimezone(ZoneInfo("Europe/Berlin"))
    at = here if AFTERNOON <= here.time() < EVENING else here.replace(hour=16, minute=0, second=0, microsecond=0)
    if at < here:
        at += timedelta(days=1)
    while not all(calendars.is_working_day(at.date(), country) for country in ("DE", "US", "GB", "FR")):
        at = (at + timedelta(days=1)).replace(hour=16, minute=0, second=0, microsecond=0)
    return at.astimezone(UTC)


class Demo:
    """Sandbox and product, started and stopped together."""

    def __init__(self, places: DemoPlaces, *, sample: bool = True) -> None:
        self._sample = sample
        self._clock = MovableClock(places.folder / "sandbox", first=working_afternoon)
        shared = secrets_of(places.folder)
        self.sandbox = Sandbox(sandbox_settings(places, shared), clock=self._clock)
        self._places, self._shared = places, shared
        self.product: Product | None = None

    async def start(self) -> None:
        """Start the stand-ins, then the product, then fill an empty ledger with the sample."""
        await self.sandbox.start()
        if self._places.database_url is not None:
            await migrations.migrate(self._places.database_url, first_mode=FIRST_MODE)
        settings = product_settings(self._places, self._shared, self.sandbox)
        logs.configure(settings)
        self.product = Product(settings, tuple(Part), clock=self._clock)
        await self.product.start()
        with request_ids.serving():
            await self._hear_from_stripe(self.product.core)
            await fill(self.product.core, sample=self._sample)
            await readiness_wishes.recheck(self.product.core, actor=SHELL)
        self._clock.on_move(self._moved)

    async def _hear_from_stripe(self, core: Core) -> None:
        """Let the first event come before anybody looks: without one readiness holds the mail."""
        if await provider_health.heard(core):
            return
        self.sandbox.stripe.send_test_event()
        for _ in range(FIRST_EVENT_TENTHS):
            if await provider_health.heard(core):
                return
            await asyncio.sleep(0.1)
        log.warning("the stand-in's first event has not come; readiness says so")

    async def _moved(self, _: datetime) -> None:
        assert self.product is not None
        assert self.product.clock is not None
        await self.product.clock.tick_all()

    async def stop(self) -> None:
        """Stop the product first, so that it can still reach the stand-ins."""
        if self.product is not None:
            await self.product.stop()
        await self.sandbox.stop()


async def fill(core: Core, *, sample: bool = True) -> None:
    """Give the three people their roles and import the sample ledger; a second call changes nothing."""
    for each in PEOPLE:
        try:
            await people.grant(
                core,
                slack_id=each.slack_id,
                name=each.name,
                role=ROLES[each.slack_id],
                reason="plays a part in the demo",
                actor=SHELL,
            )
        except RoleHeldAlready:
            continue
    if not sample:
        return
    today = core.clock.now().date()
    for kind, table, text in (
        ("invoices", "invoice", ledger.invoices_csv(today)),
        ("contacts", "contact", ledger.contacts_csv(today)),
    ):
        if await core.database.row(f"SELECT 1 FROM {table} LIMIT 1"):
            continue  # each by itself: the first start may have died between the two
        request = csv_import.ImportRequest(kind=kind, file_name=f"sample-{kind}.csv", stream=BytesIO(text.encode()))
        await csv_import.apply(core, request, actor=SHELL)
    await _print_invoices(core)


async def _print_invoices(core: Core) -> None:
    """Keep a PDF of each of the sample's open invoices, so that payers have one to download; the others have none."""
    numbers = [each.number for each in ledger.invoices(core.clock.now().date())]
    while rows := await core.database.rows(_UNPRINTED, (numbers, invoice_papers.AT_ONCE)):
        made = await asyncio.to_thread(lambda batch: [_printed(row) for row in batch], rows)
        await invoice_papers.add(core, papers=made, actor=SHELL)


def _printed(row: Row) -> Paper:
    facts = SamplePaper(
        number=row["number"],
        customer=row["name"],
        customer_number=row["customer_number"] or "",
        language=row["locale"] or "en",
        country=row["country"] or "DE",
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        total=Money(row["total_minor"], row["currency"]),
    )
    return Paper(row["number"], sample_papers.pdf(facts, merchant=MERCHANT))


async def until_stopped(places: DemoPlaces, *, sample: bool = True) -> None:
    """Run the demo until the process is asked to end."""
    demo = Demo(places, sample=sample)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, asked.set)
    try:
        await demo.start()
        assert demo.product is not None
        typer.echo(f"demo page: {demo.sandbox.url}")
        for name, address in demo.product.addresses.items():
            typer.echo(f"{name}: {address}")
        typer.echo("ready")
        await asked.wait()
    finally:
        await demo.stop()
