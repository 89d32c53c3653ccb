"""Checkouts: what became of an order, moved and booked by one function whoever brings the news."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM, Actor, payer
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import Alert, CheckoutSnapshot, CheckoutStatus, Decline
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.models import Invoice
from domain.ledger.states import InvoiceState
from domain.pay_links import bookings
from domain.pay_links.events import (
    CheckoutEnded,
    PaymentDeclined,
    PaymentFailed,
    PaymentProcessing,
    PaymentToVerify,
)
from domain.pay_links.models import Checkout, PayLink
from domain.pay_links.refusals import CheckoutNotFound
from domain.pay_links.states import CheckoutState, LinkState

LIVE = (CheckoutState.CREATED.value, CheckoutState.OPEN.value, CheckoutState.PROCESSING.value)
"""States of which an invoice has one checkout at most."""

_STEPS = {
    CheckoutStatus.OPEN: "open",
    CheckoutStatus.PROCESSING: "process",
    CheckoutStatus.PAID: "pay",
    CheckoutStatus.FAILED: "fail",
    CheckoutStatus.EXPIRED: "expire",
}
"""The step that each news from the provider asks for; the machine decides whether it is still possible."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a checkout stands after the news."""

    checkout_id: UUID
    state: CheckoutState
    url: str | None


async def update(core: Core, *, snapshot: CheckoutSnapshot) -> Standing:
    """Move a checkout to where the provider has it, and book what was paid and what went back.

    The webhook's job, the page that the payer returns to and the polling job all call this. News may come twice and
    in any order: what was booked is not booked again, and old news moves nothing back.

    Raises:
        CheckoutNotFound: The session is not one of ours.
    """
    async with core.transaction() as tx:
        found = await _found(tx, snapshot)
        if _is_no_news(found, snapshot):
            return Standing(found["id"], CheckoutState.OPEN, found["url"])
        invoice = await bookings.held(tx, invoice_id=found["invoice_id"], snapshot=snapshot)
        checkout = await Checkout.locked(id=found["id"])
        assert checkout is not None, "a checkout cannot be removed"
        news = _News(core, tx, invoice, checkout, snapshot, await _payer(tx, checkout))
        if checkout.status is not CheckoutState.MISMATCHED:
            await news.take()
        return Standing(checkout.id, CheckoutState(checkout.state), checkout.url)


async def alert(core: Core, *, session_id: str, alert: Alert) -> None:
    """Tell once of something that the provider reports about a paid checkout and that moves no money.

    Raises:
        CheckoutNotFound: The session is not one of ours.
    """
    async with core.transaction() as tx:
        checkout = await Checkout.get_or_none(session_id=session_id)
        invoice = await Invoice.locked(id=checkout.invoice_id) if checkout else None
        if checkout is None or invoice is None:
            raise CheckoutNotFound(session_id)
        await bookings.tell_alert(core, tx, invoice, checkout, alert)


async def refused(core: Core, *, checkout_id: UUID, reason: str) -> None:
    """Record that the provider does not take the order; *reason* is for operators."""
    async with core.transaction() as tx:
        checkout = await Checkout.get(id=checkout_id)
        invoice = await Invoice.locked(id=checkout.invoice_id)
        again = await Checkout.locked(id=checkout_id)
        if invoice is None or again is None or again.status is not CheckoutState.CREATED:
            return
        await again.move("fail", checked_at=core.clock.now())
        await _tell_end(
            core, tx, invoice, again, say("the payment provider refused the order: {why}", why=reason[:200])
        )


async def end(core: Core, tx: Transaction, invoice: Invoice, checkout: Checkout, *, reason: str) -> None:
    """End a checkout whose page nobody can have seen, or that the provider has ended. A step of a transaction."""
    await checkout.move("expire", checked_at=core.clock.now())
    await _tell_end(core, tx, invoice, checkout, reason)


async def under_way(invoice: Invoice) -> Money:
    """Return what a payment that is being processed will bring to the invoice. A step of a transaction."""
    found = await Checkout.get_or_none(invoice_id=invoice.id, state=CheckoutState.PROCESSING.value)
    return found.amount if found else Money(0, invoice.currency)


def about(invoice: Invoice, checkout_id: UUID) -> dict[str, Any]:
    """Return the fields that say which invoice and which attempt an event is about."""
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "account_id": invoice.account_id,
        "checkout_id": checkout_id,
    }


@dataclass(slots=True)
class _News:
    """One piece of news about one locked checkout of one locked invoice."""

    core: Core
    tx: Transaction
    invoice: Invoice
    checkout: Checkout
    snapshot: CheckoutSnapshot
    actor: Actor

    async def take(self) -> None:
        """Do what the news asks for, as far as it has not been done."""
        if note := self._misfit():
            await self._mismatch(note)
            return
        step = _STEPS[self.snapshot.status]
        moved = Checkout.MACHINE.can(CheckoutState(self.checkout.state), step) and not await self._would_be_second(step)
        if moved:
            await self._move(step)
        match self.snapshot.status:
            case CheckoutStatus.OPEN:
                await self._decline()
            case CheckoutStatus.PAID:
                await bookings.book(self.core, self.tx, self.invoice, self.checkout, self.snapshot, self.actor)
            case CheckoutStatus.PROCESSING:
                await self._process(moved=moved)
            case CheckoutStatus.FAILED if moved:
                await self._record(PaymentFailed, amount=self.checkout.amount, **_codes(self.snapshot.decline))
            case CheckoutStatus.EXPIRED if moved:
                reason = await _reason(self.core, self.invoice, self.checkout)
                await _tell_end(self.core, self.tx, self.invoice, self.checkout, reason)
            case _:
                pass  # old news

    def _misfit(self) -> str | None:
        if self.snapshot.checkout_id != self.checkout.id:
            return say("the order's number is another")
        if self.snapshot.amount != self.checkout.amount:
            return say("amount or currency is another")
        return None

    async def _mismatch(self, note: str) -> None:
        if not Checkout.MACHINE.can(CheckoutState(self.checkout.state), "mismatch"):
            return
        await self.checkout.move("mismatch", checked_at=self.core.clock.now())
        await bookings.tell_mismatch(
            self.core,
            self.tx,
            self.invoice,
            self.checkout,
            object_id=self.snapshot.charge_id or self.snapshot.session_id,
            reported=self.snapshot.amount,
            note=note,
        )

    async def _would_be_second(self, step: str) -> bool:
        """Tell whether the move would make a second live checkout; its money is booked all the same once it is paid."""
        if step != "process" or self.checkout.state in LIVE:
            return False
        return await Checkout.filter(invoice_id=self.invoice.id, state__in=LIVE).exists()

    async def _move(self, step: str) -> None:
        also: dict[str, Any] = {"session_id": self.snapshot.session_id, "checked_at": self.core.clock.now()}
        if self.snapshot.url:
            also["url"] = self.snapshot.url
        if step == "fail":
            also["decline_code"] = self.snapshot.decline_code or "unknown"
        if step != "process":
            also["verify_url"] = None
        await self.checkout.move(step, **also)

    async def _process(self, *, moved: bool) -> None:
        """Tell that the debit began, or that the payer has to confirm the account first; each once."""
        if self.checkout.status is not CheckoutState.PROCESSING:
            return
        waits = self.snapshot.verify_url
        confirmed = self.checkout.verify_url is not None and waits is None
        if waits != self.checkout.verify_url:
            await Checkout.filter(id=self.checkout.id).update(verify_url=waits)
        if moved and waits is not None:
            await self._record(PaymentToVerify, amount=self.checkout.amount)
        elif moved or confirmed:
            await self._record(PaymentProcessing, amount=self.checkout.amount)

    async def _decline(self) -> None:
        code, attempt = self.snapshot.decline_code, self.snapshot.attempt_id
        if code is None or attempt is None or self.checkout.status is not CheckoutState.OPEN:
            return
        told = list(self.checkout.declines)
        if attempt in told:
            return
        await Checkout.filter(id=self.checkout.id).update(declines=[*told, attempt], decline_code=code)
        await self._record(PaymentDeclined, **_codes(self.snapshot.decline))

    async def _record(self, event: type[Any], **facts: Any) -> None:
        fact = event(**about(self.invoice, self.checkout.id), **facts, **by(self.actor, self.core.clock.now()))
        await timeline.record(self.core, self.tx, fact)


def _codes(decline: Decline | None) -> dict[str, str]:
    """Return the fields of an event that say why an attempt failed."""
    if decline is None:
        return {"code": "unknown"}
    return {
        "code": decline.telling,
        "error_code": decline.code,
        "network_code": decline.network_code,
        "advice_code": decline.advice_code,
    }


async def _found(tx: Transaction, snapshot: CheckoutSnapshot) -> Row:
    """Find the checkout by its session, or by our own number while the session is not stored yet."""
    row = await tx.row(
        "SELECT id, invoice_id, state, amount_minor, currency, url FROM checkout"
        " WHERE session_id = %(session)s OR id = %(id)s"
        " ORDER BY (session_id = %(session)s) DESC NULLS LAST LIMIT 1",
        {"session": snapshot.session_id, "id": snapshot.checkout_id},
    )
    if row is None:
        raise CheckoutNotFound(snapshot.session_id)
    return row


def _is_no_news(found: Row, snapshot: CheckoutSnapshot) -> bool:
    """Tell whether a page is open as we know it to be, with nothing declined: most answers of most sweeps."""
    return (
        snapshot.status is CheckoutStatus.OPEN
        and (snapshot.decline is None or snapshot.attempt_id is None)
        and found["state"] == CheckoutState.OPEN
        and found["id"] == snapshot.checkout_id
        and Money(found["amount_minor"], found["currency"]) == snapshot.amount
    )


async def _payer(tx: Transaction, checkout: Checkout) -> Actor:
    contact = await tx.row(
        "SELECT c.id, c.email FROM pay_link l JOIN contact c ON c.id = l.contact_id WHERE l.id = %s",
        (checkout.link_id,),
    )
    assert contact is not None, "a link has a contact"
    return payer(contact["id"], addresses.masked(contact["email"]))


async def _reason(core: Core, invoice: Invoice, checkout: Checkout) -> str:
    """Say why a page was ended, by what is true of the invoice now."""
    link = await PayLink.get(id=checkout.link_id)
    reasons = (
        (invoice.status is not InvoiceState.OPEN, say("nothing is left to pay")),
        (link.status is LinkState.REPLACED, say("a new link was made")),
        (invoice.balance != checkout.owed, say("the amount changed")),
        (core.clock.now() >= checkout.expires_at, say("the payer did not finish in time")),
    )
    return next((reason for holds, reason in reasons if holds), say("another page took its place"))


async def _tell_end(core: Core, tx: Transaction, invoice: Invoice, checkout: Checkout, reason: str) -> None:
    event = CheckoutEnded(**about(invoice, checkout.id), reason=reason, **by(SYSTEM, core.clock.now()))
    await timeline.record(core, tx, event)
