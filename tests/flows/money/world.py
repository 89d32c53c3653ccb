"""The world of the money histories: payers, a bank, Stripe's stand-in and the product, one step at a time.

Nothing happens by itself here: a webhook arrives, a job runs and time passes only when a step says so.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger.models import Account, Invoice
from domain.pay_links import orders
from domain.pay_links.refusals import LinkNotFound
from plixo import wiring
from portal import app, jobs, paying
from portal.stripe_gateway import StripeGateway
from sandbox.store import Json
from sandbox.stripe_world import StripeWorld
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_link, entered
from tests.flows.money.fate import Fate, FrailGateway
from tests.portal.stripe_stand_in import API_KEY, WEBHOOK_SECRET, stripe_stand_in

DOING = ("work_provider_event", "end_checkout", "close_links", "apply_cash", "open_task")
"""The jobs that these histories are about; all others are thrown away."""

ROUNDS = 60
"""In which all jobs, and the jobs that they queue, must be done."""

COMPARED_WITHIN = timedelta(days=9)
"""The nightly comparison reads ten days back: it has to run once in that time, or money of others stays unseen."""


UNDER_WAY = ("complete", "unpaid")
"""Status and payment status of a page that was left for a bank debit."""


def dollars(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "USD")


@dataclass
class Wallet:
    """A payer's way to one invoice."""

    number: str
    secret: str | None = None
    """Of the browser's session, while the payer believes that it lives."""


@dataclass
class World:
    """One customer with some invoices, and all who move money."""

    core: Core
    clock: StandingClock
    fate: Fate
    stripe: StripeWorld
    gateway: FrailGateway
    account: Account
    wallets: list[Wallet]
    pages: list[str] = field(default_factory=list)
    """Sessions whose address a payer was given, in that order."""
    undelivered: list[str] = field(default_factory=list)
    """Events of Stripe that have not been taken, oldest first."""
    dropped: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    compared_at: datetime | None = None
    bank_lines: list[str] = field(default_factory=list)
    """Rows of statements, as the bank wrote them."""

    # The payer ------------------------------------------------------------------------------------

    async def press_pay(self, which: int, part: int | None) -> None:
        """Go to Stripe's page by the link, over all that is asked or a part of it."""
        wallet = self.wallets[which % len(self.wallets)]
        if wallet.secret is None:
            invoice = await Invoice.get(number=wallet.number)
            wallet.secret = await entered(self.core, await a_link(self.core, invoice), browser=f"{which} {wallet}")
        chosen = orders.Part(dollars(part), self.gateway.collectable("USD")) if part else None
        try:
            url = await paying.page_address(
                self.core, self.gateway, secret=wallet.secret, bank_debit=True, whole=chosen is None, part=chosen
            )
        except LinkNotFound:
            wallet.secret = None
            raise
        session_id = url.rpartition("/")[2]
        if session_id not in self.pages:
            self.pages.append(session_id)

    def open_pages(self) -> list[str]:
        """Return the pages that payers were sent to and that can still be paid, oldest first."""
        return [each["id"] for each in self._visited() if each["status"] == "open"]

    def paid_pages(self) -> list[str]:
        """Return those that brought money, oldest first."""
        return [each["id"] for each in self._visited() if each["payment_status"] == "paid"]

    def debits(self) -> list[str]:
        """Return those whose bank debit may be under way, oldest first."""
        return [each["id"] for each in self._visited() if (each["status"], each["payment_status"]) == UNDER_WAY]

    def _visited(self) -> list[Json]:
        return [self.stripe.session(each) for each in self.pages]

    def refunds(self) -> list[Json]:
        """Return Stripe's refunds that are under way, oldest first."""
        return [each for each in reversed(self.stripe.books.all("refund")) if each["status"] == "pending"]

    def disputes(self) -> list[Json]:
        """Return the disputes that nobody has decided, oldest first."""
        return [each for each in reversed(self.stripe.books.all("dispute")) if each["status"] not in {"won", "lost"}]

    # Webhooks -------------------------------------------------------------------------------------

    def happened(self) -> None:
        """Note the events that Stripe has to send since this was last called."""
        for delivery in self.stripe.books.store.find("stripe.delivery", part="pending", oldest_first=True):
            delivery["state"] = "kept"
            self.stripe.books.store.put("stripe.delivery", delivery["id"], delivery, part="kept")
            self.undelivered.append(delivery["id"])

    async def deliver(self, which: int) -> None:
        """Send one of the events that wait, signed, over HTTP; one that is not taken goes on waiting."""
        self.happened()
        event = self.undelivered[which % len(self.undelivered)]
        if await self.stripe.webhooks.resend(event):
            self.undelivered.remove(event)
            self.delivered.append(event)

    async def redeliver(self, which: int) -> None:
        """Send once more what has arrived before."""
        await self.stripe.webhooks.resend(self.delivered[which % len(self.delivered)])

    def drop(self, which: int) -> None:
        """Never send one of the events that wait."""
        self.happened()
        self.dropped.append(self.undelivered.pop(which % len(self.undelivered)))

    # The product's own clockwork ------------------------------------------------------------------

    def functions(self) -> dict[str, JobFunction]:
        """Return what the jobs do."""
        return wiring.domain_functions(self.core) | jobs.functions(self.core, self.gateway)

    async def waiting(self) -> list[Row]:
        """Return the jobs that wait, oldest first, and throw away those that are of no interest."""
        await self.core.database.execute("DELETE FROM procrastinate_jobs WHERE NOT task_name = ANY(%s)", (list(DOING),))
        return await self.core.database.rows("SELECT id, task_name, args FROM procrastinate_jobs ORDER BY id")

    async def work(self, which: int, *, twice: bool = False) -> None:
        """Run one of the jobs that wait; it is done when it came to its end."""
        found = await self.waiting()
        if found:
            await self._run(found[which % len(found)], twice=twice)

    async def _run(self, job: Row, *, twice: bool = False) -> None:
        arguments: dict[str, Any] = {name: value for name, value in job["args"].items() if name != "request_id"}
        for _ in range(1 + twice):
            await self.functions()[job["task_name"]](**arguments)
        await self.core.database.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job["id"],))

    async def work_all(self) -> None:
        """Run what waits until nothing does."""
        for _ in range(ROUNDS):
            found = await self.waiting()
            if not found:
                return
            for job in found:
                await self._run(job)
        raise AssertionError(f"jobs without an end: {await self.waiting()}")

    async def cron(self, name: str) -> None:
        """Run one of the jobs by the clock."""
        await self.functions()[name]()
        if name == "compare_movements":
            self.compared_at = self.clock.now()

    async def passing(self, **time: int) -> None:
        """Let time pass, with what falls due at Stripe meanwhile."""
        seen = self.compared_at or self.began
        if self.clock.now() + timedelta(**time) - seen > COMPARED_WITHIN:
            self.fate.spare()
            for _ in range(2):
                await self.cron("compare_movements")
        self.clock.advance(**time)
        self.stripe.pass_time()

    @property
    def began(self) -> datetime:
        """When the history began."""
        return self.account.created_at

    async def settle(self) -> None:
        """Let everything come to rest: no more misfortune, all jobs, and the reconciliation; what was lost stays so."""
        self.fate.spare()
        await self.work_all()
        await self.passing(hours=7)
        await self.cron("check_checkouts")
        await self.work_all()
        for _ in range(2):  # the first may only finish what was interrupted: lists that were read to their end before
            await self.cron("compare_movements")
            await self.work_all()


@asynccontextmanager
async def a_world(make_core: Callable[[StandingClock, Fate], Core], folder: Path) -> AsyncIterator[World]:
    """Put up Stripe's stand-in and the portal that hears its webhooks, on sockets of their own."""
    clock, fate, servers = StandingClock(), Fate(), list[TestServer]()
    core = make_core(clock, fate)
    await asyncio.to_thread(folder.mkdir)

    def webhook_url() -> str:
        return str(servers[0].make_url("/stripe/webhook"))

    async with AsyncExitStack() as stack:
        stand_in = await stack.enter_async_context(stripe_stand_in(folder, clock, webhook_url=webhook_url))
        stand_in.world.webhooks.weather.held = True
        quick = StripeGateway(
            api_key=API_KEY, api_base=f"{stand_in.world.books.origin()}/stripe", calls_a_second=10_000
        )
        stack.push_async_callback(quick.close)
        gateway = FrailGateway(quick, fate)
        built = app.build(
            core,
            gateway,
            checkout_origin="https://checkout.test",
            secure_cookies=False,
            bank_debit=True,
            webhook_secrets=(WEBHOOK_SECRET,),
        )
        server = TestServer(built)
        await server.start_server()
        stack.push_async_callback(server.close)
        servers.append(server)
        account = await an_account(core, "Acme Ltd")
        await a_contact(core, account)
        yield World(core, clock, fate, stand_in.world, gateway, account, [])


async def owes(world: World, minor: int) -> None:
    """Add an invoice."""
    number = f"INV-{len(world.wallets) + 1}"
    await an_invoice(world.core, number, account=world.account, amount=dollars(minor))
    world.wallets.append(Wallet(number))
