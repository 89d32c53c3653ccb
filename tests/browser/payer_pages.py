"""Every page that a payer can come to and every state of it, from the real portal over a real database."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from aiohttp.test_utils import make_mocked_request

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Invoice
from domain.pay_links.refusals import PaymentUnderWay
from portal import languages
from portal.pages import pages
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_plan
from tests.portal.browsers import Answer, Browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer

LONG_NAME = "Vereinigte Donaudampfschifffahrtsgesellschaften und Söhne Handelsgesellschaft mbH & Co. KG"

SAID = (
    ("sent", 200), ("cookies", 400), ("slow", 429), ("foreign", 403), ("missing", 404), ("large", 413),
    ("broken", 500), ("down", 503), ("left", 200), ("thanks", 200),
)  # fmt: skip
"""Pages that say one thing."""


@dataclass(frozen=True)
class Sample:
    """One page in one language, as the portal sent it."""

    name: str
    path: str
    html: str


@dataclass
class Tour:
    """Somebody who sees it all."""

    core: Core
    browser: Browser
    gateway: FakeGateway
    clock: StandingClock
    language: str
    numbers: list[int] = field(default_factory=lambda: [1042])

    async def seen(self, name: str, path: str) -> Sample:
        """Open a page in the tour's language."""
        mark = "&" if "?" in path else "?"
        return self._sample(name, path, await self.browser.get(f"{path}{mark}{languages.PARAMETER}={self.language}"))

    async def sent(self, name: str, path: str, fields: dict[str, str], *, of: str = "") -> Sample:
        """Send a form of the page *of* (or of *path*) and read what comes, without following."""
        page = (await self.browser.get(of or path)).text
        token = re.search(r'name="token" value="(\w+)"', page)
        given = {"token": token[1]} if token else {}
        return self._sample(name, path, await self.browser.post(path, given | fields))

    async def payer(self, *, amount: Money | None = None, **account: object) -> Invoice:
        """Stand before the page of a new invoice of a new customer."""
        self.numbers[0] += 1
        number = f"INV-{self.numbers[0]}"
        payer = await a_payer(self.core, self.browser, number, amount=amount)
        invoice = await payer.invoice()
        if account:
            await Account.filter(id=invoice.account_id).update(**account)
        return invoice

    async def came_back(self, name: str, what: Callable[[], None]) -> Sample:
        """Pay, let the provider's page end in some way, and come back."""
        assert (await self.browser.pay()).status == 303
        what()
        await self.browser.get("/i/return")
        return await self.seen(name, "/i")

    def _sample(self, name: str, path: str, answer: Answer) -> Sample:
        assert answer.status < 300 or answer.status >= 400, (name, answer.status, answer.headers.get("Location"))
        assert f'<html lang="{self.language}">' in answer.text, name
        return Sample(name, path, answer.text)


async def all_pages(tour: Tour) -> AsyncIterator[Sample]:
    """Walk through everything."""
    await tour.browser.get(f"/?{languages.PARAMETER}={tour.language}")  # the choice holds from here on
    for part in (_without_session, _invoices, _payments, _acts):
        async for sample in part(tour):
            yield sample


async def _without_session(tour: Tour) -> AsyncIterator[Sample]:
    yield await tour.seen("door", "/l/some-token")
    yield await tour.seen("dead", "/i")
    yield await tour.seen("stop-reminders", "/u/some-token")
    yield await tour.seen("support", "/support")
    yield await tour.sent("support-error", "/support", {"text": ""})
    shown, texts = pages(tour.core.merchant), None
    for what, status in SAID:
        request = make_mocked_request("GET", f"/{what}?{languages.PARAMETER}={tour.language}")
        with languages.reading(request):
            answer = shown.say(request, what, status=status, further=f"{what}_next" if what in ("sent", "left") else "")
            assert answer.text
            yield Sample(f"says-{what}", f"/{what}", answer.text)
            texts = texts or shown.texts()
    with languages.reading(make_mocked_request("GET", f"/i?{languages.PARAMETER}={tour.language}")):
        request = make_mocked_request("GET", "/i")
        refused = shown.refuse(request, PaymentUnderWay("INV-1"), status=409)
        assert refused.text
        yield Sample("refused", "/i/pay", refused.text)


async def _invoices(tour: Tour) -> AsyncIterator[Sample]:
    await tour.payer(amount=Money(1_248_000, "EUR"))
    yield await tour.seen("invoice", "/i")
    yield await tour.sent("invoice-error", "/i/pay", {"amount": "twelve"}, of="/i")
    await tour.payer(amount=Money(987_654_321, "USD"), name=LONG_NAME, country="US")
    yield await tour.seen("invoice-long", "/i")
    await tour.payer(amount=Money(40, "EUR"))
    yield await tour.seen("invoice-not-online", "/i")
    invoice = await tour.payer(amount=Money(40_000, "EUR"))
    await a_plan(tour.core, invoice, (10_000, 10_000, 20_000))
    yield await tour.seen("invoice-instalment", "/i")


async def _payments(tour: Tour) -> AsyncIterator[Sample]:
    gateway = tour.gateway
    await tour.payer(amount=Money(9900, "USD"))
    yield await tour.came_back("invoice-processing", lambda: gateway.debit(gateway.latest))

    def to_verify() -> None:
        gateway.debit(gateway.latest)
        gateway.latest.verify_url = "https://stripe.test/verify"

    await tour.payer(amount=Money(9900, "USD"))
    yield await tour.came_back("invoice-to-verify", to_verify)
    await tour.payer()
    yield await tour.came_back("invoice-failed", lambda: gateway.decline(gateway.latest, "insufficient_funds"))
    await tour.payer()
    yield await tour.came_back("invoice-paid", lambda: gateway.pay(gateway.latest))
    await tour.payer()
    assert (await tour.browser.pay(amount="25")).status == 303
    gateway.pay(gateway.latest)
    await tour.browser.get("/i/return")
    yield await tour.seen("invoice-part-paid", "/i")

    def misfit() -> None:
        gateway.pay(gateway.latest)
        gateway.latest.order = replace(gateway.latest.order, amount=Money(1, "EUR"))

    await tour.payer()
    yield await tour.came_back("invoice-in-review", misfit)
    await tour.payer()
    await tour.browser.pay()
    yield await tour.seen("confirming", "/i/return")
    await tour.browser.get("/i/left")
    yield await tour.seen("invoice-unpaid", "/i")
    await tour.payer(amount=Money(9900, "USD"))
    yield await tour.came_back("invoice-all-under-way", lambda: gateway.debit(gateway.latest))
    for name in ("plan", "promise", "forward"):
        yield await tour.seen(f"{name}-under-way", f"/i/{name}")


async def _acts(tour: Tour) -> AsyncIterator[Sample]:
    invoice = await tour.payer(amount=Money(120_000, "EUR"))
    account = await Account.get(id=invoice.account_id)
    for number in ("INV-2001", "INV-2002"):
        await an_invoice(tour.core, number, account=account)
    yield await tour.seen("invoice-with-others", "/i")
    for name in ("plan", "promise", "dispute", "question", "forward"):
        yield await tour.seen(name, f"/i/{name}")
    for name in ("plan", "promise", "question", "forward"):
        yield await tour.sent(f"{name}-error", f"/i/{name}", {"go": "check"})
    page = (await tour.browser.get("/i/plan")).text
    fields = {"first": "2026-04-01", "count": "3", "frequency": "monthly", "reason": "Our season begins in May."}
    form = {"token": re.findall(r'name="token" value="(\w+)"', page)[0], **fields}
    assert (await tour.browser.post("/i/plan", {**form, "go": "check"})).status == 303
    yield await tour.seen("plan-check", "/i/plan/check")
    assert (await tour.browser.post("/i/plan", {**form, "go": "own"})).status == 303
    yield await tour.seen("plan-own", "/i/plan")
    yield await tour.seen("support-sent", "/support/sent?reference=S-1A2B-3C4D")
    yield await tour.seen("dispute-form", "/i/dispute?code=poor_quality")
    yield await tour.sent(
        "dispute-error", "/i/dispute", {"code": "poor_quality", "how": "part"}, of="/i/dispute?code=poor_quality"
    )


async def forms(tour: Tour) -> AsyncIterator[Sample]:
    """Walk through what can be filled in, empty and with faults."""
    yield await tour.seen("support", "/support")
    yield await tour.sent("support-error", "/support", {"text": ""})
    await tour.payer()
    yield await tour.seen("invoice", "/i")
    yield await tour.sent("invoice-error", "/i/pay", {"amount": "twelve"}, of="/i")
    async for sample in _acts(tour):
        yield sample
