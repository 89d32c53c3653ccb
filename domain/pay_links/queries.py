"""Queries: what the invoice page shows to the browser that holds its session, in one read."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.commitments import payable
from domain.commitments.payable import Payable
from domain.kernel import addresses
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.events import EVENTS
from domain.kernel.money import Money
from domain.kernel.transactions import Row, Statement
from domain.ledger.events import PaymentReceived, PaymentReversed
from domain.ledger.states import InvoiceState
from domain.pay_links import companions, references, sessions
from domain.pay_links.companions import Companions
from domain.pay_links.events import PaymentFailed, PaymentProcessing
from domain.pay_links.refusals import LinkNotFound
from domain.pay_links.states import CheckoutState

LINES_SHOWN = 50
"""History lines on the page; an invoice with more is a case for the telephone."""


class Banner(StrEnum):
    """What the payer must see before anything else."""

    NONE = "none"
    PAID = "paid"
    PART_PAID = "part paid"
    PROCESSING = "processing"
    TO_VERIFY = "to verify"
    FAILED = "failed"
    LEFT = "left"
    """The provider's page is open, and nothing was paid there yet."""
    IN_REVIEW = "in review"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The payer's latest way to the provider's page."""

    reference: str
    state: CheckoutState
    amount: Money
    code: str | None
    """The provider's code of the last decline or of the bank debit's failure."""
    session_id: str | None
    """The provider's session, to be asked about; never shown."""
    at: datetime
    rest: Money
    """What was left open of the invoice when this was ordered, beside the amount."""
    verify_url: str | None = None
    """Where the payer confirms the bank account, while that is waited for."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One movement of money, or the attempt at one."""

    at: datetime
    kind: str
    """``received``, ``refund``, ``chargeback``, ``processing`` or ``failed``."""
    amount: Money
    method: str
    receipt_number: str | None
    payment_id: UUID | None
    """Of a payment that has, or should have, a receipt."""


@dataclass(frozen=True, slots=True)
class PayerPage:
    """One invoice as its payer sees it."""

    link_id: UUID
    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    account_name: str
    contact_id: UUID
    address: str
    """The contact's, masked."""
    locale: str
    """The customer's; empty where the ledger says none."""
    country: str | None
    total: Money
    balance: Money
    asked: Payable
    """What is asked for now: the balance, or less of it under a plan or a dispute."""
    issued_on: date | None
    due_on: date
    """The invoice's; a plan's instalment has a day of its own, in ``asked``."""
    days_past_due: int
    """Of what is asked for now."""
    settled_on: date | None
    is_open: bool
    banner: Banner
    attempt: Attempt | None
    takes_parts: bool
    """Whether the merchant lets payers choose an amount of their own."""
    acted: frozenset[str]
    """Which of ``plan``, ``dispute``, ``promise`` and ``question`` there is anything of on file."""
    has_paper: bool
    """Whether the invoice itself is on file as a PDF."""
    sees_account: bool
    """Whether the contact may see the customer's whole account; one who was only passed this invoice may not."""
    history: tuple[HistoryLine, ...]
    """Oldest first."""
    companions: Companions = field(default=Companions((), 0, ()))
    """What else of the same customer stands on the page."""

    @property
    def payable(self) -> bool:
        """Whether the payer may start to pay."""
        return self.is_open and self.banner not in (Banner.PROCESSING, Banner.TO_VERIFY, Banner.IN_REVIEW)

    @property
    def under_way(self) -> Money:
        """What a payment that is under way will bring."""
        waits = self.banner in (Banner.PROCESSING, Banner.TO_VERIFY) and self.attempt is not None
        return self.attempt.amount if waits and self.attempt else Money(0, self.balance.currency)

    @property
    def may_commit(self) -> bool:
        """Whether words about later money make sense: something is open beyond what is on its way or looked at."""
        return self.is_open and self.banner is not Banner.IN_REVIEW and self.under_way < self.balance


_TOLD = (PaymentReceived.kind, PaymentReversed.kind, PaymentProcessing.kind, PaymentFailed.kind)

_PAGE = Statement(
    f"""
    SELECT i.id, i.number, i.currency, i.total_minor, i.open_minor, i.issued_on, i.due_on, i.settled_on, i.state,
           EXISTS (SELECT FROM invoice_paper ip WHERE ip.invoice_id = i.id) AS has_paper,
           concat_ws(' ',
               CASE WHEN EXISTS (SELECT FROM plan p WHERE p.invoice_id = i.id) THEN 'plan' END,
               CASE WHEN EXISTS (SELECT FROM dispute d WHERE d.invoice_id = i.id AND NOT d.is_test) THEN 'dispute' END,
               CASE WHEN EXISTS (SELECT FROM promise w WHERE w.invoice_id = i.id) THEN 'promise' END,
               CASE WHEN EXISTS (SELECT FROM question q
                                 WHERE q.invoice_id = i.id AND q.contact_id = l.contact_id) THEN 'question' END
           ) AS acted,
           c.role <> 'other' AND c.account_id = i.account_id AS sees_account,
           i.account_id, a.name AS account_name, a.locale, a.country, l.id AS link_id, l.contact_id, c.email,
           k.id AS checkout_id, k.state AS checkout_state, k.amount_minor, k.currency AS checkout_currency,
           k.decline_code, k.session_id, k.created_at AS checkout_at, k.owed_minor, k.verify_url, h.lines,
           payable.asked_minor, payable.disputed_minor, payable.position, payable.parts,
           payable.due_on AS instalment_on, others.others, others.others_counted, forwarded.forwardings
    FROM portal_session s
    JOIN pay_link l ON l.id = s.link_id
    JOIN invoice i ON i.id = l.invoice_id
    JOIN account a ON a.id = i.account_id
    JOIN contact c ON c.id = l.contact_id
    {payable.lateral()}
    LEFT JOIN LATERAL (
        SELECT o.* FROM checkout o JOIN pay_link ol ON ol.id = o.link_id
        WHERE o.invoice_id = i.id AND (ol.contact_id = l.contact_id OR o.state = 'processing')
          AND (o.state <> 'mismatched' OR o.link_id = l.id)
        ORDER BY (o.state = 'mismatched') DESC, (o.state = 'processing') DESC, o.created_at DESC LIMIT 1
    ) k ON true
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(told) ORDER BY told.id) AS lines FROM (
            SELECT t.id, t.kind, t.fact, r.number AS receipt_number, p.kind AS payment_kind, p.source
            FROM timeline_entry t
            LEFT JOIN payment p ON p.id = (t.fact->>'payment_id')::uuid
            LEFT JOIN receipt r ON r.payment_id = p.id
            WHERE t.invoice_id = i.id AND t.kind IN ({", ".join(f"'{kind}'" for kind in _TOLD)})
            ORDER BY t.id DESC LIMIT {LINES_SHOWN}
        ) told
    ) h
    {companions.LATERAL}
    WHERE s.secret_hash = %(hash)s AND c.state = 'active' AND {sessions.ALIVE}
    """
)
"""Whoever was removed from the contacts sees nothing any more. A colleague's bank debit is shown, since it concerns the
debt; a colleague's declined card is not. Planning this takes ten times as long as running it, so
connections keep the plan."""


async def page(core: Core, *, secret: str) -> PayerPage:
    """Return the invoice page of a session, which is looked up anew each time so that it can be ended at once.

    Raises:
        LinkNotFound: No session of ours, or one that ended, lay idle or got too old.
    """
    if not secret:
        raise LinkNotFound  # a browser that holds none; there is nothing to look for
    today = local_date(core.clock, core.merchant.zone)
    which = {"hash": sessions.secret_hash(secret), "today": today}
    now = core.clock.now()
    named = which | sessions.alive_parameters(now) | companions.parameters(now)
    row = await core.database.row_of(_PAGE, named)
    if row is None:
        raise LinkNotFound
    attempt, asked = _attempt(row), payable.read(row | {"due_on": row["instalment_on"]})
    return PayerPage(
        link_id=row["link_id"],
        invoice_id=row["id"],
        invoice_number=row["number"],
        account_id=row["account_id"],
        account_name=row["account_name"],
        contact_id=row["contact_id"],
        address=addresses.masked(row["email"]),
        locale=row["locale"] or "",
        country=row["country"],
        total=Money(row["total_minor"], row["currency"]),
        balance=Money(row["open_minor"], row["currency"]),
        asked=asked,
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        days_past_due=days_past_due(asked.due_on or row["due_on"], today),
        settled_on=row["settled_on"],
        is_open=row["state"] in (InvoiceState.OPEN.value, InvoiceState.TEST.value),
        banner=_banner(row["state"], attempt, Money(row["open_minor"], row["currency"])),
        attempt=attempt,
        takes_parts=core.limits.part_payments,
        acted=frozenset(row["acted"].split()),
        has_paper=row["has_paper"],
        sees_account=row["sees_account"],
        history=tuple(_line(each) for each in row["lines"] or ()),
        companions=companions.read(row),
    )


def _attempt(row: Row) -> Attempt | None:
    if row["checkout_id"] is None:
        return None
    return Attempt(
        reference=references.of(row["checkout_id"]),
        state=CheckoutState(row["checkout_state"]),
        amount=Money(row["amount_minor"], row["checkout_currency"]),
        code=row["decline_code"],
        session_id=row["session_id"],
        at=row["checkout_at"],
        rest=Money((row["owed_minor"] or row["amount_minor"]) - row["amount_minor"], row["checkout_currency"]),
        verify_url=row["verify_url"],
    )


def _banner(invoice_state: str, attempt: Attempt | None, balance: Money) -> Banner:
    match InvoiceState(invoice_state), attempt:
        case _, Attempt(state=CheckoutState.MISMATCHED):
            return Banner.IN_REVIEW
        case _, Attempt(state=CheckoutState.PROCESSING, verify_url=str()):
            return Banner.TO_VERIFY
        case _, Attempt(state=CheckoutState.PROCESSING):
            return Banner.PROCESSING
        case InvoiceState.SETTLED, _:
            return Banner.PAID
        case ((InvoiceState.VOID | InvoiceState.WRITTEN_OFF), _):
            return Banner.CLOSED
        case InvoiceState.OPEN, Attempt(state=CheckoutState.PAID, rest=rest) if rest == balance:
            return Banner.PART_PAID  # nothing else has happened since
        case _, Attempt(code=str(), state=CheckoutState.OPEN | CheckoutState.FAILED | CheckoutState.EXPIRED):
            return Banner.FAILED
        case InvoiceState.OPEN, Attempt(state=CheckoutState.OPEN):
            return Banner.LEFT
        case _:
            return Banner.NONE


def _line(row: Row) -> HistoryLine:
    event = EVENTS[row["kind"]].model_validate(row["fact"])
    method, kind, payment_id = "", "processing", None
    if isinstance(event, PaymentReceived):
        kind, method = "received", event.method
        payment_id = event.payment_id if row["payment_kind"] == "payment" and row["source"] != "import" else None
    elif isinstance(event, PaymentReversed):
        kind = event.reversal
    elif isinstance(event, PaymentFailed):
        kind = "failed"
    assert isinstance(event, PaymentReceived | PaymentReversed | PaymentProcessing | PaymentFailed)
    return HistoryLine(
        at=event.at,
        kind=kind,
        amount=event.amount,
        method=method,
        receipt_number=row["receipt_number"] if payment_id is not None else None,
        payment_id=payment_id,
    )
