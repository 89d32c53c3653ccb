"""Balances: what is open, from the total, balance, status and paid date that a row tells; contradictions are faults."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.faults import Fault
from domain.ledger.csv_import.headers import folded


class Status(StrEnum):
    """What a row says about itself."""

    OPEN = "open"
    PARTLY_PAID = "partly paid"
    PAID = "paid"
    CLOSED = "closed"
    """Nothing is open, by whatever cause."""
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"


_WORDS: Mapping[Status, tuple[str, ...]] = {
    Status.OPEN: ("open", "unpaid", "not paid", "outstanding", "due", "not due", "overdue", "past due", "late", "sent",
                  "issued", "invoiced", "posted", "current", "approved", "authorised", "authorized", "finalized",
                  "delinquent", "disputed", "offen", "überfällig", "fällig", "impayée", "impayé", "ouverte",
                  "en retard", "abierta", "pendiente", "vencida"),
    Status.PARTLY_PAID: ("partly paid", "partially paid", "part paid", "partial", "partial payment", "teilbezahlt",
                         "teilweise bezahlt", "partiellement payée", "parcialmente pagada"),
    Status.PAID: ("paid", "paid in full", "fully paid", "bezahlt", "beglichen", "payée", "payé", "pagada", "pagado",
                  "cobrada"),
    Status.CLOSED: ("settled", "closed", "cleared", "complete", "completed", "ausgeglichen", "soldée"),
    Status.WITHDRAWN: ("void", "voided", "cancelled", "canceled", "deleted", "written off", "write off", "bad debt",
                       "uncollectible", "storniert", "annulliert", "abgeschrieben", "annulée", "anulada", "cancelada"),
    Status.DRAFT: ("draft", "proforma", "pro forma", "quote", "entwurf", "brouillon", "borrador"),
}  # fmt: skip

_MEANS = {folded(word): status for status, words in _WORDS.items() for word in words}

_BY_TEXT: dict[str, Status] = {}
"""Spellings met so far; only those that mean something are kept, so it stays small."""


def status_of(text: str) -> Status:
    """Return what the word means.

    Raises:
        Fault: It is not known.
    """
    status = _BY_TEXT.get(text)
    if status is None:
        status = _MEANS.get(folded(text[:60]))
        if status is None:
            raise Fault(Field.STATUS, text, "status_unknown")
        if len(_BY_TEXT) < 1000:
            _BY_TEXT[text] = status
    return status


SAYS_MONEY = frozenset({Status.PARTLY_PAID, Status.PAID})
"""What names a payment as the cause of a balance that is lower than the total; *closed* may be a credit note."""


class Billed(NamedTuple):
    """What a row tells about its money; dates are ISO texts, which compare as dates do."""

    total: int | None
    balance: int | None
    status: Status | None
    settled_on: str | None


def balance_left(total: int | None, balance: int | None, paid: int | None) -> int | None:
    """Return the balance that a row tells, or that follows from what was paid; amounts may be negative.

    Raises:
        Fault: They do not add up.
    """
    if paid is None or total is None:
        return balance
    left = total - (-abs(paid) if total < 0 else abs(paid))
    if balance is not None and balance != left:
        raise Fault(Field.PAID, "", "paid_contradicts")
    return left


def left_open(billed: Billed, *, as_of: str | None, today: str) -> int:
    """Return how much was open at the end of *as_of*, or is open today.

    What was settled later than *as_of* was still open in full on that day; status and balance then tell of a later
    day and do not count.

    Raises:
        Fault: The row contradicts itself.
    """
    total, balance, status, settled_on = billed
    if settled_on is not None and settled_on > (as_of or today):
        if as_of is None:
            raise Fault(Field.SETTLED, "", "paid_in_future")
        if total is None:
            raise Fault(Field.TOTAL, "", "amount_missing")
        return total
    if total is not None and balance is not None and balance > total:
        raise Fault(Field.BALANCE, "", "balance_above_total")
    if status is None:
        status = Status.CLOSED if balance == 0 or (settled_on is not None and balance is None) else Status.OPEN
    if status in (Status.PAID, Status.CLOSED):
        if balance:
            raise Fault(Field.STATUS, "", "status_contradicts")
        return 0
    if status is Status.PARTLY_PAID and balance is None:
        raise Fault(Field.BALANCE, "", "balance_missing")
    if balance == 0 or (settled_on is not None and balance is None):
        raise Fault(Field.STATUS, "", "status_contradicts")
    left = total if balance is None else balance
    assert left is not None, "a row without total and balance was rejected before"
    return left
