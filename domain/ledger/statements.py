"""Statements: what happened on a customer's account, what is open, and what is to their credit; by currency.

An account's balance is what was invoiced less what was paid, credited and given up. It always equals what is open on
invoices less what is applied nowhere yet; ``Book.off_by`` is the difference, which is zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import ageing_bucket, days_past_due
from domain.kernel.money import Money
from domain.kernel.transactions import Row, Rows
from domain.ledger import accounts
from domain.ledger.refusals import StatementUnusable

USUAL_PERIOD = timedelta(days=90)

LONGEST_PERIOD = timedelta(days=3660)

MOST_LINES = 20_000
"""Lines of one statement; an account with more in one period takes shorter ones."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of the account; what is owed grows by a positive amount."""

    day: date
    kind: str
    """``invoice``, ``payment``, ``refund``, ``chargeback``, ``reinstated``, ``credit``, ``credit_note``, ``write_off``,
    ``lowered`` (in the books, cause unknown), ``paid_for_other``, ``paid_by_other``."""
    number: str
    method: str
    amount: Money
    balance: Money
    """Of the account, after this entry."""


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice of which something is open today."""

    number: str
    issued_on: date | None
    due_on: date
    days_past_due: int
    bucket: str
    total: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Book:
    """The account in one currency."""

    currency: str
    opening: Money
    lines: tuple[StatementLine, ...]
    closing: Money
    sums: Mapping[str, Money]
    """Of the period: ``invoiced``, ``received``, ``returned``, ``credited``; the way from opening to closing."""
    open_invoices: tuple[OpenInvoice, ...]
    to_credit: Money
    """Payments and credit notes that are applied nowhere yet."""

    @property
    def owed(self) -> Money:
        """What is to pay today: open invoices less what is to the customer's credit; negative where that is more."""
        return Money(sum(each.open.minor for each in self.open_invoices), self.currency) - self.to_credit

    @property
    def off_by(self) -> Money:
        """Tell how far the entries and the invoices' balances are apart; never anything but zero."""
        return self.closing - self.owed


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account over a period, with what is open at its end."""

    account_id: UUID
    account_name: str
    account_number: str | None
    locale: str | None
    country: str | None
    since: date
    until: date
    up_to_date: bool
    """Whether the period ends today; only then what is open is told."""
    books: tuple[Book, ...]


async def statement(
    core: Core, *, account: str, since: date | None = None, until: date | None = None, actor: Actor
) -> Statement:
    """Return a customer's statement; the last 90 days where no period is said.

    Raises:
        NotAllowed: The actor may not look at the ledger.
        AccountNotFound: No customer has that number or name.
        AccountUnclear: Several have.
        StatementUnusable: The period is no period, too long, or holds too many entries.
    """
    actor.require(Permission.VIEW)
    found = await accounts.find(core.database, text=account)
    return await of_account(core, account_id=found.id, since=since, until=until)


async def of_account(
    core: Core, *, account_id: UUID, since: date | None = None, until: date | None = None
) -> Statement:
    """Return the statement of a known customer. Raises ``StatementUnusable`` as ``statement`` does."""
    today = local_date(core.clock, core.merchant.zone)
    until = until or today
    since = since or until - USUAL_PERIOD
    if until > today or since > until or until - since > LONGEST_PERIOD:
        raise StatementUnusable(
            f"A statement begins before it ends, ends today ({today}) at the latest, and spans at most ten years."
        )
    rows: Rows = core.database
    about = await rows.row("SELECT name, number, locale, country FROM account WHERE id = %s", (account_id,))
    assert about is not None, "whoever asks has found the account"
    values = {"account": account_id, "zone": str(core.merchant.zone), "since": since, "until": until}
    entries = await rows.rows(_LINES, {**values, "most": MOST_LINES + 1})
    if len(entries) > MOST_LINES:
        raise StatementUnusable(f"More than {MOST_LINES:,} entries between {since} and {until}; take a shorter period.")
    before = {row["currency"]: int(row["minor"]) for row in await rows.rows(_BEFORE, values)}
    open_rows = await rows.rows(_OPEN, values) if until == today else []
    credit = {row["currency"]: int(row["minor"]) for row in await rows.rows(_TO_CREDIT, values)}
    currencies = sorted({*before, *credit, *(row["currency"] for row in (*entries, *open_rows))})
    books = [
        _book(
            currency,
            before.get(currency, 0),
            [row for row in entries if row["currency"] == currency],
            [row for row in open_rows if row["currency"] == currency],
            credit.get(currency, 0) if until == today else 0,
            today,
        )
        for currency in currencies
    ]
    shown = tuple(each for each in books if each.opening or each.lines or each.open_invoices or each.to_credit)
    return Statement(account_id, about["name"], about["number"], about["locale"], about["country"], since, until,
                     until == today, shown)  # fmt: skip


_SUM_OF = {
    "invoice": "invoiced",
    "payment": "received",
    "reinstated": "received",
    "paid_by_other": "received",
    "refund": "returned",
    "chargeback": "returned",
    "paid_for_other": "credited",
    "credit": "credited",
    "credit_note": "credited",
    "lowered": "credited",
    "write_off": "credited",
}


def _book(
    currency: str, before: int, entries: Sequence[Row], open_rows: Sequence[Row], credit: int, today: date
) -> Book:
    balance, lines = Money(before, currency), []
    sums = dict.fromkeys(("invoiced", "received", "returned", "credited"), Money(0, currency))
    for row in entries:
        amount = Money(int(row["minor"]), currency)
        balance += amount
        sums[_SUM_OF[row["kind"]]] += amount
        lines.append(StatementLine(row["day"], row["kind"], row["number"], row["method"], amount, balance))
    return Book(
        currency=currency,
        opening=Money(before, currency),
        lines=tuple(lines),
        closing=balance,
        sums=sums,
        open_invoices=tuple(_open(row, today) for row in open_rows),
        to_credit=Money(credit, currency),
    )


def _open(row: Mapping[str, Any], today: date) -> OpenInvoice:
    late = days_past_due(row["due_on"], today)
    return OpenInvoice(
        number=row["number"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        days_past_due=late,
        bucket=ageing_bucket(late),
        total=Money(row["total_minor"], row["currency"]),
        open=Money(row["open_minor"], row["currency"]),
    )


_ENTRIES = """
    SELECT coalesce(i.issued_on, (i.created_at AT TIME ZONE %(zone)s)::date) AS day, 1 AS place, 'invoice' AS kind,
           i.number, '' AS method, i.currency,
           CASE WHEN i.state <> 'void' THEN i.total_minor
                ELSE (SELECT coalesce(sum(a.amount_minor), 0) FROM allocation a WHERE a.invoice_id = i.id)
                   + (SELECT coalesce(sum(c.amount_minor), 0) FROM credit c
                      WHERE c.invoice_id = i.id AND c.state = 'approved')
                   + (SELECT coalesce(sum(w.amount_minor), 0) FROM write_off w
                      WHERE w.invoice_id = i.id AND w.state = 'approved') END::bigint AS minor
    FROM invoice i WHERE i.account_id = %(account)s
    UNION ALL
    SELECT p.received_on, 2, p.kind, '', p.method, p.currency, -p.amount_minor
    FROM payment p WHERE p.account_id = %(account)s
    UNION ALL
    SELECT coalesce(n.issued_on, (n.created_at AT TIME ZONE %(zone)s)::date), 3, 'credit_note', n.number, '',
           n.currency,
           -CASE WHEN n.state <> 'void' THEN n.total_minor - n.used_elsewhere_minor
                 ELSE (SELECT coalesce(sum(a.amount_minor), 0)
                       FROM allocation a WHERE a.credit_note_id = n.id) END::bigint
    FROM credit_note n WHERE n.account_id = %(account)s
    UNION ALL
    SELECT (c.decided_at AT TIME ZONE %(zone)s)::date, 4,
           CASE WHEN c.cause = 'unknown' THEN 'lowered' ELSE 'credit' END,
           i.number, '', c.currency, -c.amount_minor
    FROM credit c JOIN invoice i ON i.id = c.invoice_id WHERE i.account_id = %(account)s AND c.state = 'approved'
    UNION ALL
    SELECT (w.decided_at AT TIME ZONE %(zone)s)::date, 5, 'write_off', i.number, '', w.currency, -w.amount_minor
    FROM write_off w JOIN invoice i ON i.id = w.invoice_id WHERE i.account_id = %(account)s AND w.state = 'approved'
    UNION ALL
    SELECT (a.created_at AT TIME ZONE %(zone)s)::date, 6, 'paid_for_other', i.number, '', i.currency, a.amount_minor
    FROM payment p JOIN allocation a ON a.payment_id = p.id JOIN invoice i ON i.id = a.invoice_id
    WHERE p.account_id = %(account)s AND i.account_id <> p.account_id
    UNION ALL
    SELECT (a.created_at AT TIME ZONE %(zone)s)::date, 6, 'paid_by_other', i.number, '', i.currency, -a.amount_minor
    FROM invoice i JOIN allocation a ON a.invoice_id = i.id JOIN payment p ON p.id = a.payment_id
    WHERE i.account_id = %(account)s AND p.account_id <> i.account_id
"""
"""Every entry of the account. Of a void invoice or credit note only what was settled of it before counts; of
a credit note nothing that the merchant's books used where we see no invoice fall by it."""

_LINES = f"""
    SELECT * FROM ({_ENTRIES}) entries WHERE day BETWEEN %(since)s AND %(until)s AND minor <> 0
    ORDER BY day, place, number, minor LIMIT %(most)s
"""

_BEFORE = (
    f"SELECT currency, sum(minor)::bigint AS minor FROM ({_ENTRIES}) entries WHERE day < %(since)s GROUP BY currency"
)

_OPEN = """
    SELECT number, issued_on, due_on, currency, total_minor, open_minor FROM invoice
    WHERE account_id = %(account)s AND state = 'open' ORDER BY due_on, number
"""

_TO_CREDIT = """
    SELECT currency, sum(minor)::bigint AS minor FROM (
        SELECT currency, amount_minor AS minor FROM unapplied_cash WHERE account_id = %(account)s
        UNION ALL
        SELECT currency, open_minor FROM credit_note WHERE account_id = %(account)s AND state = 'open') loose
    GROUP BY currency
"""
