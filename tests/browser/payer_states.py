"""What the pages show once something is on file: plans, objections, promises, questions, money that went back.

The invoice page tells of each by a banner of its own, and the forms' pages by what was sent before.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from domain.casework import dispute_questions, questions
from domain.casework.models import Question
from domain.commitments import dispute_endings, plans
from domain.commitments.dispute_endings import Outcome
from domain.commitments.models import Dispute, Promise
from domain.commitments.terms import Frequency, Schedule
from domain.kernel.actor import SHELL
from domain.kernel.money import Money
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Paper
from domain.ledger.models import Account, Invoice
from domain.outreach import gates
from domain.outreach.gates import Holds
from domain.pay_links import forwardings
from domain.pay_links.models import Forwarding
from tests.browser.payer_pages import Sample, Tour
from tests.builders import an_invoice
from tests.domain.commitments.commitments_made import a_payment, a_plan, a_promise, a_refund
from tests.portal.forms_sent import send

PLAN = {"first": "2026-04-01", "count": "3", "frequency": "monthly", "reason": "Our season begins in May."}


async def all_states(tour: Tour) -> AsyncIterator[Sample]:
    """Walk through everything that depends on what was done before."""
    for part in (_plans, _objections, _promises, _questions, _passed_on, _closed, _declined, _maintenance):
        async for sample in part(tour):
            yield sample


async def _done(tour: Tour, path: str, **fields: str) -> None:
    """Send a form that is taken."""
    answer = await send(tour.browser, path, **fields)
    assert answer.status == 303, (path, answer.status)


async def _plans(tour: Tour) -> AsyncIterator[Sample]:
    first = tour.clock.now().date() + timedelta(days=20)
    for state in ("requested", "countered", "rejected", "running"):
        invoice = await tour.payer(amount=Money(120_000, "EUR"))
        await _done(tour, "/i/plan", go="send", **PLAN)
        if state == "countered":
            offer = Schedule(first, 2, Frequency.MONTHLY)
            await plans.counter(tour.core, invoice_number=invoice.number, wanted=offer, actor=SHELL)
        if state == "rejected":
            reason = "The sum is too small for instalments."
            await plans.reject(tour.core, invoice_number=invoice.number, reason=reason, actor=SHELL)
        if state == "running":
            await plans.approve(tour.core, invoice_number=invoice.number, actor=SHELL)
        yield await tour.seen(f"invoice-plan-{state}", "/i")
        yield await tour.seen(f"plan-{state}", "/i/plan")
    invoice = await tour.payer(amount=Money(30_000, "EUR"))
    await a_plan(tour.core, invoice, (10_000, 20_000), first=-10)
    yield await tour.seen("invoice-plan-missed", "/i")


async def _objections(tour: Tour) -> AsyncIterator[Sample]:
    await tour.payer()
    form = {"code": "wrong_tax", "how": "part", "amount": "25", "description": "Seven per cent, not nineteen."}
    await _done(tour, "/i/dispute?code=wrong_tax", **form)
    yield await tour.seen("invoice-dispute-received", "/i")
    yield await tour.seen("dispute-again", "/i/dispute?code=wrong_tax")
    dispute = await Dispute.get()
    await dispute_questions.ask(
        tour.core, dispute_id=dispute.id, text="Which delivery note is it about?\nThe one of March?", actor=SHELL
    )
    yield await tour.seen("invoice-dispute-asked", "/i")
    yield await tour.seen("question-answering-ours", "/i/question")
    note = "Nineteen per cent is right."
    await dispute_endings.resolve(tour.core, dispute_id=dispute.id, outcome=Outcome.REJECTED, note=note, actor=SHELL)
    yield await tour.seen("invoice-dispute-decided", "/i")
    await tour.payer()
    await _done(tour, "/i/dispute?code=wrong_tax", **(form | {"how": "whole", "amount": ""}))
    yield await tour.seen("invoice-all-disputed", "/i")
    yield await tour.seen("dispute-all", "/i/dispute?code=wrong_tax")
    for name in ("plan", "promise"):
        yield await tour.seen(f"{name}-all-disputed", f"/i/{name}")


async def _promises(tour: Tour) -> AsyncIterator[Sample]:
    await tour.payer()
    day = (tour.clock.now().date() + timedelta(days=4)).isoformat()
    await _done(tour, "/i/promise", how="whole", on=day)
    yield await tour.seen("invoice-promise-noted", "/i")
    yield await tour.seen("promise-again", "/i/promise")
    invoice = await tour.payer()
    broken = await a_promise(tour.core, invoice, 5_000, days=-5)
    await Promise.filter(id=broken.id).update(state="broken", received_minor=0)
    yield await tour.seen("invoice-promise-broken", "/i")


async def _questions(tour: Tour) -> AsyncIterator[Sample]:
    await tour.payer()
    await _done(tour, "/i/question", text="Which of our orders is this for?")
    yield await tour.seen("invoice-question-asked", "/i")
    asked = await Question.get()
    await questions.answer(tour.core, question_id=asked.id, text="It is for your order 4711 of May.", actor=SHELL)
    yield await tour.seen("invoice-question-answered", "/i")
    yield await tour.seen("question-again", "/i/question")


async def _passed_on(tour: Tour) -> AsyncIterator[Sample]:
    invoice = await tour.payer()
    account = await Account.get(id=invoice.account_id)
    await an_invoice(tour.core, "INV-3001", account=account)
    yield await tour.sent("other-sent", "/i/others", {"invoice": "INV-3001"}, of="/i/forward")
    for name in ("Ben Okri", "Carla Núñez de la Vega"):
        email = f"{name[:3].lower()}@acme.example"
        await _done(tour, "/i/forward", name=name, email=email, note="Has the budget")
    wishes = await Forwarding.all()
    yield await tour.seen("invoice-passed-on", "/i")
    await forwardings.approve(tour.core, forwarding_id=wishes[0].id, actor=SHELL)
    await forwardings.deny(tour.core, forwarding_id=wishes[1].id, actor=SHELL)
    yield await tour.seen("invoice-passed-on-answered", "/i")


async def _closed(tour: Tour) -> AsyncIterator[Sample]:
    invoice = await tour.payer()
    await invoice_papers.add(tour.core, papers=[Paper(invoice.number, b"%PDF-1.7\nas it was sent")], actor=SHELL)
    paid = await a_payment(tour.core, invoice, 5_000)
    await a_refund(tour.core, invoice, paid.payment_id, 2_000)
    yield await tour.seen("invoice-refunded-with-paper", "/i")
    await Invoice.filter(id=invoice.id).update(state="void", open_minor=0, settled_on=invoice.due_on)
    yield await tour.seen("invoice-closed", "/i")


async def _declined(tour: Tour) -> AsyncIterator[Sample]:
    await tour.payer()
    typed = {"text": "Which of our orders is this for, and who placed it?", "token": "0" * 64}
    yield await tour.sent("unsent", "/i/question", typed)


async def _maintenance(tour: Tour) -> AsyncIterator[Sample]:
    """Close the pages; what the portal knows of that may be two seconds old."""
    until = tour.clock.now() + timedelta(hours=2)
    await gates.close(
        tour.core, name=gates.MAINTENANCE, holds=Holds.ALL_MAIL, reason="the bank moves", actor=SHELL, until=until
    )
    async with asyncio.timeout(60):
        while (await tour.browser.get("/i")).status != 503:  # noqa: ASYNC110 - it asks the database now and then
            await asyncio.sleep(0.1)
    yield await tour.seen("maintenance", "/i")
