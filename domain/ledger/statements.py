"""Statements: what happened on a customer's account, what is open, and what is to their credit; by currency.

An account's balance is what was invoiced less what was paid, credited and given up. It always equals what is open on
invoices less what is applied nowhere yet; ``Book.off_by`` is the difference, which is zero.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import AGEING_BUCKETS, ageing_bucket, days_past_due
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Rows
from domain.ledger import accounts, statement_rows
from domain.ledger.refusals import StatementUnusable

USUAL_PERIOD = timedelta(days=90)

LONGEST_PERIOD = timedelta(days=3660)

MOST_LINES = 20_000
"""Entries that one statement lists, the earliest first, and again open invoices, the longest due first. What is beyond
is counted and summed, so that every sum is whole however large the account."""


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
class Further:
    """What is beyond a list."""

    count: int = 0
    minor: int = 0


BUCKETS = (*(name for name, _ in AGEING_BUCKETS), "91+")


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
    further: Further = Further()
    """Later entries of the period that are not listed."""
    open_further: Mapping[str, Further] = field(default_factory=dict)
    """Open invoices that are not listed, by the bucket of their age."""

    @property
    def ageing(self) -> Mapping[str, Money]:
        """What is open by its age, oldest last; listed or not."""
        minor = {name: self.open_further.get(name, Further()).minor for name in BUCKETS}
        for each in self.open_invoices:
            minor[each.bucket] += each.open.minor
        return {name: Money(each, self.currency) for name, each in minor.items()}

    @property
    def owed(self) -> Money:
        """What is to pay today: open invoices less what is to the customer's credit; negative where that is more."""
        return Money(sum(each.minor for each in self.ageing.values()), self.currency) - self.to_credit

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
        StatementUnusable: The period is no period, or too long.
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
            say(
                "A statement begins before it ends, ends today ({today}) at the latest, and spans at most ten years.",
                today=today,
            )
        )
    rows: Rows = core.database
    about = await rows.row("SELECT name, number, locale, country FROM account WHERE id = %s", (account_id,))
    assert about is not None, "whoever asks has found the account"
    values = {"account": account_id, "zone": str(core.merchant.zone), "since": since, "until": until,
              "today": today, "most": MOST_LINES}  # fmt: skip
    found = _Found(
        entries=await rows.rows(statement_rows.LINES, values),
        sums=await rows.rows(statement_rows.SUMS, values),
        before={row["currency"]: int(row["minor"]) for row in await rows.rows(statement_rows.BEFORE, values)},
        open=await rows.rows(statement_rows.OPEN, values) if until == today else [],
        open_sums=await rows.rows(statement_rows.OPEN_SUMS, values) if until == today else [],
        credit={row["currency"]: int(row["minor"]) for row in await rows.rows(statement_rows.TO_CREDIT, values)}
        if until == today
        else {},
    )
    books = await asyncio.to_thread(_books, found, today)  # a large account's would hold up every other request
    return Statement(account_id, about["name"], about["number"], about["locale"], about["country"], since, until,
                     until == today, books)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a statement, in all currencies."""

    entries: Sequence[Row]
    sums: Sequence[Row]
    before: Mapping[str, int]
    open: Sequence[Row]
    open_sums: Sequence[Row]
    credit: Mapping[str, int]


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


def _books(found: _Found, today: date) -> tuple[Book, ...]:
    mentioned = (row["currency"] for rows in (found.sums, found.open_sums) for row in rows)
    books = (_book(each, found, today) for each in sorted({*found.before, *found.credit, *mentioned}))
    return tuple(each for each in books if each.opening or each.lines or each.open_invoices or each.to_credit)


def _book(currency: str, found: _Found, today: date) -> Book:
    opening = balance = Money(found.before.get(currency, 0), currency)
    lines, sums = [], dict.fromkeys(("invoiced", "received", "returned", "credited"), Money(0, currency))
    for row in _of(found.entries, currency):
        amount = Money(int(row["minor"]), currency)
        balance += amount
        lines.append(StatementLine(row["day"], row["kind"], row["number"], row["method"], amount, balance))
    further = Further(-len(lines), (opening - balance).minor)  # and now all that there is
    for row in _of(found.sums, currency):
        sums[_SUM_OF[row["kind"]]] += Money(int(row["minor"]), currency)
        further = Further(further.count + row["entries"], further.minor + int(row["minor"]))
    listed = tuple(_open(row, today) for row in _of(found.open, currency))
    return Book(
        currency=currency,
        opening=opening,
        lines=tuple(lines),
        closing=balance + Money(further.minor, currency),
        sums=sums,
        open_invoices=listed,
        to_credit=Money(found.credit.get(currency, 0), currency),
        further=further,
        open_further=_unlisted(listed, _of(found.open_sums, currency)),
    )


def _of(rows: Sequence[Row], currency: str) -> Iterator[Row]:
    return (row for row in rows if row["currency"] == currency)


def _unlisted(listed: Sequence[OpenInvoice], sums: Iterable[Row]) -> Mapping[str, Further]:
    """Return what is open beyond the list, by age; nothing of a bucket that is listed whole."""
    count, minor = Counter[str](), Counter[str]()
    for row in sums:
        count[ageing_bucket(row["late"])] += row["invoices"]
        minor[ageing_bucket(row["late"])] += int(row["minor"])
    for each in listed:
        count[each.bucket] -= 1
        minor[each.bucket] -= each.open.minor
    return {name: Further(count[name], minor[name]) for name in BUCKETS if count[name] > 0}


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
