"""Judging: money decides which promises are kept or broken, which instalments are missed, and how plans end.

What to judge is found as a set; each invoice is then judged in a transaction of its own under the invoice's lock, so a
payment that arrives meanwhile is either seen or comes after. Judging twice changes nothing.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from domain.commitments import instalments, pauses, words
from domain.commitments.events import (
    InstalmentMissed,
    PlanCancelled,
    PlanCompleted,
    PlanDefaulted,
    PromiseBroken,
    PromiseKept,
    PromisePartlyKept,
    PromiseWithdrawn,
)
from domain.commitments.instalments import Standing
from domain.commitments.models import Plan, PlanInstalment, Promise
from domain.commitments.plan_facts import Term
from domain.commitments.states import PlanState
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import InvoiceEvent, by
from domain.kernel.money import Money
from domain.kernel.refusals import StaleRecord
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger import falls
from domain.ledger.models import Invoice
from domain.ledger.states import InvoiceState

log = logging.getLogger(__name__)

PAGE = 500
"""Invoices found by one statement."""

MISSES = 2
"""A plan is in default by itself when so many instalments are missed at once. One may be a slip, and the letter about
it brings most payers back; at two the schedule is not one. German law draws the same line for instalment loans, which
a lender may call in once two instalments in a row are overdue (section 498 BGB)."""

_TO_JUDGE = f"""
    SELECT i.id FROM invoice i
    WHERE (%(after)s::uuid IS NULL OR i.id > %(after)s) AND (%(invoice)s::uuid IS NULL OR i.id = %(invoice)s)
      AND i.id IN (
        SELECT p.invoice_id FROM promise p JOIN invoice pi ON pi.id = p.invoice_id
        WHERE p.state = 'running' AND (%(invoice)s::uuid IS NULL OR p.invoice_id = %(invoice)s)
          AND (p.promised_on + p.grace_days < %(today)s OR pi.state <> 'open' OR EXISTS (
            SELECT 1 FROM {pauses.received("pi.id")} got
            WHERE got.id = p.id AND got.received_minor >= got.amount_minor))
        UNION ALL
        SELECT pl.invoice_id FROM plan pl JOIN invoice oi ON oi.id = pl.invoice_id
        WHERE pl.state IN ('requested', 'countered', 'running')
          AND (%(invoice)s::uuid IS NULL OR pl.invoice_id = %(invoice)s)
          AND (oi.state <> 'open' OR (pl.state = 'running' AND EXISTS (
            SELECT 1 FROM {instalments.standing(invoice="oi")} s
            WHERE s.missed_at IS NULL AND s.asked_minor > 0 AND s.due_on + pl.grace_days < %(today)s))))
    ORDER BY i.id LIMIT %(page)s
"""


_LOWERED = f"""
    SELECT coalesce((SELECT sum(amount_minor) FROM credit
                     WHERE invoice_id = p.invoice_id AND created_at >= p.created_at AND {falls.UNKNOWN}), 0)
         - coalesce((SELECT sum(e.amount_minor - e.received_minor) FROM promise e
                     WHERE e.invoice_id = p.invoice_id AND e.state = 'withdrawn' AND e.received_minor IS NOT NULL
                       AND e.judged_at >= p.created_at), 0) AS minor
    FROM promise p WHERE p.id = %(promise)s
"""
"""Only judging notes what a promise that it withdraws had received; a person who withdraws one does not."""


async def judge_commitments(core: Core, *, entry_id: int = 0) -> None:
    """Judge every promise and plan that is ripe, or those of one timeline entry's invoice. A job."""
    only = (await timeline.entry(core, entry_id)).event.invoice_ref if entry_id else None
    async for invoice_id in _ripe(core, only):
        try:
            await _judge(core, invoice_id)
        except StaleRecord:  # somebody decided it in this moment; the next run sees what is left
            log.info("a commitment was decided by someone else meanwhile")


async def judge_promises(core: Core, tx: Transaction, *, invoice: Invoice, over: UUID | None = None) -> None:
    """Decide the promises of a locked invoice by the money that is there. A step of a transaction.

    The promise *over* is decided although its grace still runs, because another takes its place.
    """
    today = local_date(core.clock, core.merchant.zone)
    rows = await tx.rows(
        f"SELECT got.* FROM invoice i CROSS JOIN LATERAL {pauses.received('i.id')} got"
        " WHERE i.id = %s AND got.state = 'running'",
        (invoice.id,),
    )
    for row in rows:
        ended = row["until"] < today or row["id"] == over
        await _judge_promise(core, tx, invoice, row, ended=ended)


async def _ripe(core: Core, only: UUID | None) -> AsyncIterator[UUID]:
    after: UUID | None = None
    while True:
        today = local_date(core.clock, core.merchant.zone)
        rows = await core.database.rows(_TO_JUDGE, {"after": after, "invoice": only, "today": today, "page": PAGE})
        for row in rows:
            yield row["id"]
        if len(rows) < PAGE:
            return
        after = rows[-1]["id"]


async def _judge(core: Core, invoice_id: UUID) -> None:
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=invoice_id)
        assert invoice is not None, "an invoice cannot be removed"
        await judge_promises(core, tx, invoice=invoice)
        live = [PlanState.REQUESTED.value, PlanState.COUNTERED.value, PlanState.RUNNING.value]
        plan = await Plan.locked(invoice_id=invoice_id, state__in=live)
        if plan is not None:
            await _judge_plan(core, tx, invoice, plan)


async def _judge_promise(core: Core, tx: Transaction, invoice: Invoice, row: Row, *, ended: bool) -> None:
    promise = await Promise.get(id=row["id"])
    received = Money(row["received_minor"], invoice.currency)
    over = invoice.status is not InvoiceState.OPEN
    step: str
    event: type[InvoiceEvent]
    facts: dict[str, Any] = {"promise_id": promise.id, "amount": promise.amount, "promised_on": promise.promised_on}
    if received >= promise.amount or (invoice.status is InvoiceState.SETTLED and received):
        step, event = "keep", PromiseKept
        facts["received"] = received
    elif over:
        step, event = "withdraw", PromiseWithdrawn
        facts["reason"] = words.invoice_closed(invoice.state)
    elif not ended:
        return
    elif await _lowered_in_books(tx, promise) >= (promise.amount - received).minor:
        step, event = "withdraw", PromiseWithdrawn
        facts["reason"] = say(words.BOOKS_LOWERED)
    elif received:
        step, event = "keep in part", PromisePartlyKept
        facts |= {"received": received, "contact_id": promise.contact_id}
    else:
        step, event = "break", PromiseBroken
        facts["contact_id"] = promise.contact_id
    now = core.clock.now()
    await promise.move(step, received_minor=received.minor, judged_at=now)
    await timeline.record(core, tx, event(**_about(invoice), **facts, **by(SYSTEM, now)))


async def _lowered_in_books(tx: Transaction, promise: Promise) -> int:
    """Return what ledger files took off since the promise, in minor units, without anybody's saying by what.

    What an earlier promise was withdrawn for cannot have kept this one as well; which of several falls it was, nobody
    knows either, so the promises take from them in the order in which they were judged.
    """
    row = await tx.row(_LOWERED, {"promise": promise.id})
    return int(row["minor"]) if row else 0


async def _judge_plan(core: Core, tx: Transaction, invoice: Invoice, plan: Plan) -> None:
    now, today = core.clock.now(), local_date(core.clock, core.merchant.zone)
    standings = await instalments.of_plan(tx, plan_id=plan.id, today=today)
    said = {**_about(invoice), **facts(plan, standings), **by(SYSTEM, now)}
    if invoice.status is not InvoiceState.OPEN:
        settled = invoice.status is InvoiceState.SETTLED and plan.status is PlanState.RUNNING
        await plan.move("complete" if settled else "cancel")
        reason = words.invoice_closed(invoice.state)
        await timeline.record(core, tx, PlanCompleted(**said) if settled else PlanCancelled(**said, reason=reason))
        return
    if plan.status is not PlanState.RUNNING:
        return
    for each in standings:
        if each.missed and not each.told_missed:
            await PlanInstalment.filter(id=each.instalment_id).update(missed_at=now)
            await timeline.record(core, tx, _missed(invoice, plan, each, by(SYSTEM, now)))
    if sum(each.missed for each in standings) >= MISSES:
        await plan.move("default")
        event = PlanDefaulted(**said, reason=say(words.INSTALMENTS_MISSED, n=MISSES), balance=invoice.balance)
        await timeline.record(core, tx, event)


def facts(plan: Plan, standings: Sequence[Standing]) -> dict[str, Any]:
    """Return the fields that tell a plan and its terms in an event."""
    return {
        "plan_id": plan.id,
        "contact_id": plan.contact_id,
        "covers": plan.covers,
        "terms": tuple(Term(due_on=each.due_on, amount=each.amount) for each in standings),
    }


def _missed(invoice: Invoice, plan: Plan, each: Standing, who: dict[str, Any]) -> InstalmentMissed:
    return InstalmentMissed(
        **_about(invoice),
        plan_id=plan.id,
        instalment_id=each.instalment_id,
        contact_id=plan.contact_id,
        position=each.position,
        of=each.parts,
        due_on=each.due_on,
        amount=each.amount,
        unpaid=each.asked,
        **who,
    )


def _about(invoice: Invoice) -> dict[str, Any]:
    return {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}
