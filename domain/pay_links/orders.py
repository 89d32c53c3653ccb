"""Orders: what a payer is asked for at the provider's page; stored before the provider is told, one per invoice.

A plan or a dispute makes it less than the balance (see ``domain/commitments/payable.py``); a payer who wants to pay all
that is open may, and so may one who wants to pay a part, within what the provider can collect (see ``parts.py``).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter

from domain.commitments import payable
from domain.kernel import addresses, timeline
from domain.kernel.actor import payer
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import CheckoutOrder, Collectable, Method
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState
from domain.pay_links import checkouts, parts, sessions
from domain.pay_links.events import CheckoutStarted
from domain.pay_links.models import Checkout, PayLink
from domain.pay_links.refusals import AmountNotPossible, PartPaymentsOff, PaymentInReview, PaymentUnderWay
from domain.pay_links.states import CheckoutState

LIFE = timedelta(minutes=60)
"""How long the provider's page may be open: long enough to find a card, short enough that little can change."""

SPARE = timedelta(minutes=10)
"""A page that closes sooner than this is not handed out again: typing a card takes a while."""

RETRY_WINDOW = timedelta(minutes=10)
"""How long an order of which no answer came is repeated as it stands; later a new one is safer, since the provider
keeps even its own failures under an order's key, and the address of an unanswered order has reached nobody."""

DEBITS_TRIED = 2
"""Each bank debit that comes back costs the merchant a fee; after two the payer is offered cards only."""

_ORDER = TypeAdapter(CheckoutOrder)


@dataclass(frozen=True, slots=True)
class Part:
    """An amount of the payer's own choice, and what the provider can collect of that currency."""

    amount: Money
    collectable: Collectable | None


@dataclass(frozen=True, slots=True)
class Wording:
    """How the provider's page speaks to this payer."""

    locale: str
    title: str
    """What is paid for."""
    instalment: str
    """The same for an instalment, with ``{position}`` and ``{parts}`` in it."""


@dataclass(frozen=True, slots=True)
class ToPlace:
    """The order is stored; now the provider must be told."""

    order: CheckoutOrder


@dataclass(frozen=True, slots=True)
class PageOpen:
    """The provider's page for just this order is open already."""

    url: str


@dataclass(frozen=True, slots=True)
class PageOutdated:
    """A page with another amount or for another contact is open; it must end before a new one may open."""

    session_id: str


async def start(
    core: Core,
    *,
    secret: str,
    bank_debit: bool,
    whole: bool = False,
    part: Part | None = None,
    wording: Wording | None = None,
) -> ToPlace | PageOpen | PageOutdated:
    """Decide how this payer gets to a page for what is asked now, and store a new order if one is needed.

    *whole* asks for all that is open, whatever is planned or disputed; *part* for an amount that the payer chose.
    Without a *wording* the page speaks the customer's language.

    Raises:
        LinkNotFound: The session does not live any more.
        NothingToPay: The invoice is settled, void or written off.
        PartPaymentsOff: The merchant takes no parts.
        AmountNotPossible: The part is too small, too large, or leaves a rest that could not be paid.
        PaymentUnderWay: A bank debit is being processed.
        PaymentInReview: Money arrived that does not fit the order of this link.
    """
    async with core.transaction() as tx:
        invoice, link = await sessions.acting(core, secret=secret)
        if invoice.status is not InvoiceState.OPEN:
            raise NothingToPay(invoice.number, invoice.state)
        if await Checkout.filter(link_id=link.id, state=CheckoutState.MISMATCHED.value).exists():
            raise PaymentInReview(invoice.number)
        today = local_date(core.clock, core.merchant.zone)
        asked = await payable.of(tx, invoice_id=invoice.id, today=today)
        chosen = _chosen(core, invoice.balance, part) if part else None
        wish = _Wish(chosen or (invoice.balance if whole else asked.amount), asked, wording)
        live = await Checkout.locked(invoice_id=invoice.id, state__in=checkouts.LIVE)
        if live is not None and (usable := _usable(core, live, invoice, link, wish)) is not None:
            return usable
        if live is not None:
            await checkouts.end(core, tx, invoice, live, reason=say("no answer came from the payment provider"))
        return ToPlace(await _stored(core, tx, invoice, link, wish, bank_debit=bank_debit))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the payer pays now, and what would be asked for."""

    amount: Money
    asked: payable.Payable
    wording: Wording | None

    def title(self, number: str) -> str:
        """Return what the provider's page calls it."""
        instalment = self.asked.position is not None and self.amount == self.asked.asked != self.asked.balance
        title = self.wording.title if self.wording else f"Invoice {number}"
        if not instalment:
            return title
        named = self.wording.instalment if self.wording else f"{title}, instalment {{position}} of {{parts}}"
        return named.replace("{position}", str(self.asked.position)).replace("{parts}", str(self.asked.parts))

    def speaks_as(self, order: CheckoutOrder) -> bool:
        """Tell whether a page that was ordered before speaks the language that is wanted now."""
        return self.wording is None or self.wording.locale == order.locale


def _chosen(core: Core, balance: Money, part: Part) -> Money:
    """Return the part that the payer chose, if it can be paid; nothing is under way, since only one checkout lives."""
    if not core.limits.part_payments:
        raise PartPaymentsOff
    if part.amount == balance:
        return balance
    possible = parts.choices(balance, part.collectable)
    if possible is None or part.amount.currency != balance.currency or not possible.allow(part.amount):
        raise AmountNotPossible(possible, str(balance))
    return part.amount


def _usable(
    core: Core, live: Checkout, invoice: Invoice, link: PayLink, wish: _Wish
) -> ToPlace | PageOpen | PageOutdated | None:
    """Say what becomes of the invoice's live checkout; None when it is an order that is not worth repeating."""
    now = core.clock.now()
    same_debt = live.link_id == link.id and live.amount == wish.amount and live.owed == invoice.balance
    fits = same_debt and wish.speaks_as(_read(live.order_terms))
    match live.status:
        case CheckoutState.PROCESSING:
            raise PaymentUnderWay(invoice.number)
        case CheckoutState.OPEN:
            assert live.session_id is not None, "an open checkout has a session"
            assert live.url is not None, "an open checkout has a page"
            lasts = live.expires_at - now >= SPARE
            return PageOpen(live.url) if fits and lasts else PageOutdated(live.session_id)
        case _:
            repeatable = fits and now - live.created_at < RETRY_WINDOW
            return ToPlace(_read(live.order_terms)) if repeatable else None


async def _stored(
    core: Core, tx: Transaction, invoice: Invoice, link: PayLink, wish: _Wish, *, bank_debit: bool
) -> CheckoutOrder:
    now = core.clock.now()
    contact = await Contact.get(id=link.contact_id)
    account = await Account.get(id=invoice.account_id)
    order = CheckoutOrder(
        checkout_id=uuid4(),
        amount=wish.amount,
        title=wish.title(invoice.number),
        methods=await _methods(tx, invoice, bank_debit=bank_debit),
        payer_email=contact.email,
        locale=wish.wording.locale if wish.wording else account.locale or core.merchant.locale,
        success_url=f"{core.merchant.public_url}/i/return",
        cancel_url=f"{core.merchant.public_url}/i/left",
        expires_at=now + LIFE,
        invoice_number=invoice.number,
    )
    await Checkout.create(
        id=order.checkout_id,
        invoice_id=invoice.id,
        link_id=link.id,
        state=Checkout.MACHINE.start.value,
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
        owed_minor=invoice.open_minor if wish.amount != invoice.balance else None,
        order_terms=_ORDER.dump_python(order, mode="json"),
        expires_at=order.expires_at,
        declines=[],
        created_at=now,
        checked_at=now,
    )
    event = CheckoutStarted(
        **checkouts.about(invoice, order.checkout_id),
        amount=order.amount,
        **by(payer(contact.id, addresses.masked(contact.email)), now),
    )
    await timeline.record(core, tx, event)
    return order


async def _methods(tx: Transaction, invoice: Invoice, *, bank_debit: bool) -> tuple[Method, ...]:
    """Return the ways to pay: bank debit is for US dollars only, and not after it came back twice."""
    if not bank_debit or invoice.currency != "USD":
        return (Method.CARD,)
    row = await tx.row(_RETURNED, {"invoice": invoice.id, "account": invoice.account_id})
    assert row is not None, "a count always has a row"
    return (Method.CARD, Method.BANK_DEBIT) if row["returned"] < DEBITS_TRIED else (Method.CARD,)


_RETURNED = """
    SELECT (SELECT count(*) FROM checkout k
            WHERE k.invoice_id = %(invoice)s AND k.state = 'failed' AND k.session_id IS NOT NULL)
         + (SELECT count(*) FROM payment b JOIN payment p ON p.id = b.reverses_id
            WHERE b.account_id = %(account)s AND b.kind = 'chargeback' AND p.method LIKE 'bank debit%%'
              AND EXISTS (SELECT FROM allocation a WHERE a.payment_id = p.id AND a.invoice_id = %(invoice)s))
         AS returned
"""
"""Debits of the invoice that failed, and those that were paid and came back afterwards."""


def _read(terms: Any) -> CheckoutOrder:
    """Return the order as it was stored, so that the provider is told the very same again."""
    return _ORDER.validate_python(terms) if isinstance(terms, dict) else _ORDER.validate_json(terms)
