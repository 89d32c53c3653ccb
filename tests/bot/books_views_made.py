"""The views of twins, parity, ageing, statements and the audit, made from read models."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from bot.blocks import Message
from bot.views import books, parity, twins
from domain.kernel.money import Money
from domain.ledger.ageing import BUCKETS, Ageing, Bucket, CurrencyAgeing
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from domain.ledger.parity import CurrencyParity, Figure, Parity
from domain.ledger.parity_lines import InvoiceDifference
from domain.ledger.statements import Book, OpenInvoice, Statement, StatementLine
from domain.ledger.twins import Side, Twin

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
ID = UUID(int=0x1A2B3C4D << 96)
EURO = Money(12500, "EUR")
NONE = Money(0, "EUR")


def books_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    twin = Twin(ID, Side(ID, number, name, 2), Side(ID, None, name, 1), 93, (name, "the same e-mail domain"), AT)
    off = Figure("total", EURO, EURO + EURO, Decimal(1))
    right = Figure("1-30", EURO, EURO, Decimal(1))
    compared = Parity(
        ID, name, DAY, 9, 2, Decimal(1), (CurrencyParity("EUR", off, (right, off), EURO, NONE),), True,
        (InvoiceDifference(number, "other balance", EURO, EURO + EURO),) * min(many, 10), many,
    )  # fmt: skip
    aged = CurrencyAgeing(
        "EUR", tuple(Bucket(each, EURO, many) for each in BUCKETS), Bucket("total", EURO, many), EURO, EURO
    )
    book = Book(
        "EUR", NONE, (StatementLine(DAY, "paid_by_other", number, name, -EURO, EURO),) * many, EURO,
        {"invoiced": EURO, "received": -EURO, "returned": NONE, "credited": NONE},
        (OpenInvoice(number, DAY, DAY, 9, "1-30", EURO, EURO),) * many, EURO,
    )  # fmt: skip
    told = {"actor": name, "actor_kind": "system", "at": AT}
    whole = Statement(ID, name, number, None, None, DAY, DAY, True, (book,))
    return {
        "twins": twins.listed((twin,) * min(many, twins.PAIRS_SHOWN), count=many),
        "twins, none": twins.listed((), count=0),
        "parity": parity.shown(compared),
        "parity, none": parity.shown(None),
        "ageing": books.ageing(Ageing(DAY, (aged,) * min(many, 30))),
        "ageing, none": books.ageing(Ageing(DAY, ())),
        "statement": books.statement(whole),
        "statement, none": books.statement(Statement(ID, name, None, None, None, DAY, DAY, True, ())),
        "audit": books.audited(BalancesAudited(invoices=many, payments=2, credit_notes=1, seconds=0.5, **told)),
        "audit, differs": books.audited(BalancesDiffer(differences=many, examples=(name, number), **told)),
        "audit, none": books.audited(None),
    }
