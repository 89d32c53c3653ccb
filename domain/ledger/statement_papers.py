"""Statement papers: a statement as an accessible PDF in the customer's language, and as CSV for their books."""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from domain.kernel.core import Core, Merchant
from domain.kernel.money import Money
from domain.ledger.csv_import.rejects import harmless
from domain.ledger.papers import methods, typesetting
from domain.ledger.statements import Book, OpenInvoice, Statement, StatementLine

PAPER = "statement"

MOST_PRINTED = 1_000
"""Lines of one table on paper; the CSV holds all that a statement lists."""

_SEATS = ThreadPoolExecutor(2, "statements")
"""So many papers and lists are made at the same time: a large account's takes a second and fifty megabytes."""

HEADERS = ("currency", "date", "kind", "number", "method", "amount", "balance", "due", "days late")


async def pdf(core: Core, statement: Statement) -> bytes:
    """Return the PDF: the same bytes for the same statement."""
    locale = typesetting.reader(PAPER, locale=statement.locale, country=statement.country, merchant=core.merchant)
    facts = _Paper(statement, core.merchant, locale).facts()
    return await asyncio.get_running_loop().run_in_executor(_SEATS, typesetting.set_as_pdf, PAPER, facts, locale)


async def csv_of(statement: Statement) -> bytes:
    """Return ``as_csv`` without holding up whatever else this process does."""
    return await asyncio.get_running_loop().run_in_executor(_SEATS, as_csv, statement)


def as_csv(statement: Statement) -> bytes:
    """Return every listed entry and open invoice as CSV: amounts with a decimal point, dates as 2026-03-31.

    What is beyond the lists is one line ``further`` with the number of entries in place of an invoice's, and one line
    ``open, further`` for each age.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for book in statement.books:
        writer.writerow((book.currency, statement.since, "opening", "", "", "", _plain(book.opening), "", ""))
        for line in book.lines:
            writer.writerow(
                (book.currency, line.day, line.kind, harmless(line.number), harmless(line.method), _plain(line.amount),
                 _plain(line.balance), "", "")
            )  # fmt: skip
        if book.further.count:
            rest = Money(book.further.minor, book.currency)
            writer.writerow(
                (book.currency, statement.until, "further", book.further.count, "", _plain(rest), "", "", "")
            )
        writer.writerow((book.currency, statement.until, "closing", "", "", "", _plain(book.closing), "", ""))
        for each in book.open_invoices:
            writer.writerow(
                (book.currency, each.issued_on or "", "open", harmless(each.number), "", _plain(each.open), "",
                 each.due_on, max(0, each.days_past_due))
            )  # fmt: skip
        for bucket, left in book.open_further.items():
            amount = _plain(Money(left.minor, book.currency))
            writer.writerow((book.currency, "", "open, further", left.count, "", amount, "", "", bucket))
    return out.getvalue().encode("utf-8-sig")


def file_name(statement: Statement, *, ending: str) -> str:
    """Return a name for the file that says whose it is and until when, of letters that every system takes."""
    whose = statement.account_number or statement.account_name
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in whose).strip("-")[:40]
    return f"statement-{plain or 'account'}-{statement.until}.{ending}"


def _plain(amount: Money) -> str:
    return f"{amount.decimal:f}"


class _Paper:
    """What stands on the paper; every value is a text that was formatted for its reader."""

    def __init__(self, statement: Statement, merchant: Merchant, locale: str) -> None:
        self._of, self._merchant, self._locale = statement, merchant, locale
        self._t = typesetting.words(PAPER, locale)

    def facts(self) -> Mapping[str, Any]:
        of, day = self._of, self._day
        return {
            "merchant": self._merchant.name,
            "merchant_contact": self._merchant.contact,
            "customer": of.account_name,
            "customer_number": of.account_number or "",
            "period": self._t["from_to"].format(since=day(of.since), until=day(of.until)),
            "until": day(of.until),
            "up_to_date": of.up_to_date,
            "books": [self._book(each) for each in of.books],
        }

    def _book(self, book: Book) -> Mapping[str, Any]:
        t, day, money = self._t, self._day, self._money
        return {
            "currency": book.currency,
            "opening": (t["opening"].format(day=day(self._of.since - timedelta(1))), money(book.opening)),
            "sums": [(t[name], money(amount)) for name, amount in book.sums.items() if amount],
            "closing": (t["closing"].format(day=day(self._of.until)), money(book.closing)),
            "owed": (t["owed"] if book.owed.minor >= 0 else t["in_credit"], money(_absolute(book.owed))),
            "lines": [self._line(each) for each in book.lines[:MOST_PRINTED]],
            "more_lines": self._more(len(book.lines), book.further.count),
            "open": [self._open(each) for each in book.open_invoices[:MOST_PRINTED]],
            "more_open": self._more(len(book.open_invoices), sum(each.count for each in book.open_further.values())),
            "to_credit": money(book.to_credit) if book.to_credit else "",
            "ageing": list(self._ageing(book)),
        }

    def _line(self, line: StatementLine) -> tuple[str, str, str, str]:
        method = methods.told(line.method, self._t)
        what = self._t[f"kind_{line.kind}"].format(number=line.number, method=method)
        return self._short(line.day), what, self._money(line.amount), self._money(line.balance)

    def _open(self, each: OpenInvoice) -> tuple[str, str, str, str, str]:
        late = str(each.days_past_due) if each.days_past_due > 0 else ""
        return each.number, self._short(each.due_on), late, self._money(each.total), self._money(each.open)

    def _ageing(self, book: Book) -> Iterator[tuple[str, str]]:
        for name, amount in book.ageing.items():
            yield self._bucket(name), self._money(amount)

    def _bucket(self, name: str) -> str:
        match name:
            case "current":
                return self._t["current"]
            case "91+":
                return self._t["over"]
            case _:
                return self._t["days_late"].format(days=name.replace("-", "–"))

    def _more(self, listed: int, further: int) -> str:
        """Say what the paper does not show, and whether the list as a file shows it."""
        hidden = max(0, listed - MOST_PRINTED) + further
        return self._t["more_than_listed" if further else "more"].format(count=hidden, listed=listed) if hidden else ""

    def _day(self, value: Any) -> str:
        return typesetting.day(value, self._locale)

    def _short(self, value: Any) -> str:
        return typesetting.short_day(value, self._locale)

    def _money(self, amount: Money) -> str:
        return amount.format(self._locale)


def _absolute(amount: Money) -> Money:
    return amount if amount.minor >= 0 else -amount
