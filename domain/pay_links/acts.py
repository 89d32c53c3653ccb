"""Acts: what a payer does beside paying, in the browser that a link was bound to.

The session is asked, and held, in the very transaction of the act: one that ended, or whose link was replaced a moment
ago, does nothing any more. What a payer writes is kept without the numbers of cards.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.commitments import disputes, documents, objections, pauses, plans, promises
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled, DisputeTested
from domain.commitments.events import PlanApproved, PlanRequested, PromiseMade
from domain.commitments.models import Promise
from domain.commitments.objections import Filing
from domain.commitments.parties import Source
from domain.commitments.refusals import PromiseNotFound
from domain.commitments.terms import Terms
from domain.kernel import addresses, card_numbers
from domain.kernel.actor import Actor, payer
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.models import Contact, Invoice
from domain.pay_links import checkouts, sessions
from domain.pay_links.models import Checkout
from domain.pay_links.refusals import LinkNotFound, PaymentInReview, PaymentUnderWay
from domain.pay_links.states import CheckoutState


@dataclass(frozen=True, slots=True)
class Act:
    """A payer who may act, inside one transaction."""

    core: Core
    """Its commands are parts of that transaction."""
    tx: Transaction
    invoice: Invoice
    actor: Actor
    link_id: UUID


@asynccontextmanager
async def acting(core: Core, *, secret: str) -> AsyncIterator[Act]:
    """Open the transaction of one act of the payer who holds this session; it counts as activity.

    Raises:
        LinkNotFound: No session of ours, or not any more.
    """
    async with core.transaction() as tx:
        within = core.within(tx)
        invoice, link = await sessions.acting(within, secret=secret)
        contact = await Contact.get(id=link.contact_id)
        yield Act(within, tx, invoice, payer(contact.id, addresses.masked(contact.email)), link.id)


async def request_plan(
    core: Core, *, secret: str, wanted: Terms, reason: str, instead_of: str | None = None
) -> PlanRequested:
    """Ask for instalments; *instead_of* is the stamp of the request or offer whose place they are to take.

    Raises:
        LinkNotFound: The session is over.
        PaymentUnderWay, PaymentInReview: Money is on its way, and nobody knows yet what is left for instalments.
        StaleRecord: The plan that they were to replace has other terms by now, or was decided.
        Refusal: Whatever ``plans.request`` and ``plans.cancel`` refuse.
    """
    async with acting(core, secret=secret) as act:
        number, actor = act.invoice.number, act.actor
        if await _under_way(act):
            raise PaymentUnderWay(number)
        if instead_of is not None:
            why = say("other terms are asked for")
            await plans.take_back(act.core, invoice_number=number, reason=why, actor=actor, stamp=instead_of)
        said = card_numbers.masked(reason)
        return await plans.request(
            act.core, invoice_number=number, wanted=wanted, reason=said, actor=actor, source=Source.PORTAL
        )


async def accept_plan(core: Core, *, secret: str, stamp: str) -> PlanApproved:
    """Take the terms that were offered and shown.

    Raises:
        LinkNotFound: The session is over.
        PaymentUnderWay, PaymentInReview: All that is open is on its way, or money is looked at.
        Refusal: Whatever ``plans.accept`` refuses.
    """
    async with acting(core, secret=secret) as act:
        if await _under_way(act) >= act.invoice.balance:
            raise PaymentUnderWay(act.invoice.number)
        return await plans.accept(act.core, invoice_number=act.invoice.number, actor=act.actor, stamp=stamp)


async def promise(
    core: Core, *, secret: str, amount: Money, on: date, note: str = "", replaces: UUID | None = None
) -> PromiseMade:
    """Say when money will come, or move what was said before to another day or amount.

    Raises:
        LinkNotFound: The session is over.
        PaymentUnderWay, PaymentInReview: That amount is on its way already, or money is looked at.
        PromiseNotFound: What is to be replaced is no promise about this invoice.
        Refusal: Whatever ``promises.make`` and ``promises.replace`` refuse.
    """
    async with acting(core, secret=secret) as act:
        said = card_numbers.masked(note)
        await _require_beyond(act, amount, moved=replaces is not None)
        if replaces is None:
            return await promises.make(
                act.core,
                invoice_number=act.invoice.number,
                amount=amount,
                on=on,
                actor=act.actor,
                source=Source.PORTAL,
                note=said,
            )
        if not await Promise.exists(id=replaces, invoice_id=act.invoice.id):
            raise PromiseNotFound
        return await promises.replace(
            act.core, promise_id=replaces, amount=amount, on=on, actor=act.actor, source=Source.PORTAL, note=said
        )


async def dispute(core: Core, *, secret: str, filing: Filing) -> DisputeFiled | DisputeExtended | DisputeTested:
    """File an objection; its files are looked at before anything is locked.

    Raises:
        LinkNotFound: The session is over.
        Refusal: Whatever ``disputes.file`` refuses.
    """
    actor = await _payer(core, secret)
    said = replace(filing, description=card_numbers.masked(filing.description), source=Source.PORTAL)
    objection = await objections.read(said, actor)
    async with documents.stored(core, objection.files), acting(core, secret=secret) as act:
        return await disputes.enter(
            act.core, invoice_number=act.invoice.number, objection=objection, actor=act.actor, is_test=filing.is_test
        )


async def contact_of(core: Core, *, secret: str) -> UUID:
    """Return which contact holds a living session.

    Raises:
        LinkNotFound: No session of ours, or not any more.
    """
    actor = await _payer(core, secret)
    assert actor.id is not None, "a payer is a contact"
    return actor.id


async def _under_way(act: Act) -> Money:
    """Return what a payment under way will bring to the invoice, which is locked.

    Raises:
        PaymentInReview: Money came by this link that a person has to look at first.
    """
    if await Checkout.filter(link_id=act.link_id, state=CheckoutState.MISMATCHED.value).exists():
        raise PaymentInReview(act.invoice.number)
    return await checkouts.under_way(act.invoice)


async def _require_beyond(act: Act, amount: Money, *, moved: bool) -> None:
    """Let only what is not on its way be promised; what is *moved* was promised before."""
    under_way = await _under_way(act)
    if not under_way:
        return
    today = local_date(act.core.clock, act.core.merchant.zone)
    paused = await pauses.of(act.tx, invoice_id=act.invoice.id, today=today)
    free = paused.chaseable + paused.promised if moved else paused.chaseable
    if amount.currency == free.currency and amount + under_way > free:
        raise PaymentUnderWay(act.invoice.number)


async def _payer(core: Core, secret: str) -> Actor:
    """Return who holds a session, without holding it."""
    row = await core.database.row(
        "SELECT c.id, c.email FROM portal_session s JOIN pay_link l ON l.id = s.link_id"
        f" JOIN contact c ON c.id = l.contact_id WHERE s.secret_hash = %(hash)s AND {sessions.ALIVE}",
        {"hash": sessions.secret_hash(secret)} | sessions.alive_parameters(core.clock.now()),
    )
    if row is None:
        raise LinkNotFound
    return payer(row["id"], addresses.masked(row["email"]))
