"""Faults: every reason for which a row waits, is left out or conflicts, with what to do about it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from domain.kernel.speech import phrase

REJECTED: Mapping[str, str] = {
    "ragged_row": phrase(
        "The row has more or fewer cells than the header. Quote cells that hold the delimiter, then export again."
    ),
    "quotes_broken": phrase(
        'A quoted cell starts here and does not end properly. Double the quotes inside it ("") or export again.'
    ),
    "cell_too_long": phrase("A cell is longer than 131,072 characters. Cut it, or put the row's quotes right."),
    "too_long": phrase("Shorten the value."),
    "control_characters": phrase("The value holds characters that cannot be shown. Type it anew."),
    "number_missing": phrase("Give the invoice its number."),
    "number_mangled": phrase(
        "A spreadsheet turned the number into a decimal, and nothing on file proves what it was. Format "
        "the column as text and export again."
    ),
    "leading_zeros_lost": phrase(
        "The same digits are on file with leading zeros, which a spreadsheet may have removed, but "
        "nothing proves that it is the same. Format the column as text and export again."
    ),
    "customer_missing": phrase("Give the customer's number or name."),
    "customer_ambiguous": phrase("Several customers have this name. Add a column with the customer number."),
    "currency_missing": phrase("Give the currency in the row, or say it for all such rows with --currency."),
    "currency_unknown": phrase("Use an ISO 4217 code such as EUR, USD or GBP."),
    "currency_contradicts": phrase(
        "The sign beside the amount is not that of the row's currency. Put one of them right."
    ),
    "amount_missing": phrase("Give the amount or the balance."),
    "amount_malformed": phrase("Write the amount as the other rows do: digits, one decimal mark, thousands in threes."),
    "amount_too_large": phrase("No invoice is that large; put the amount right."),
    "too_many_decimals": phrase("The amount has more decimals than the currency. Round it in your books."),
    "amount_not_positive": phrase("The amount is zero: there is nothing to collect and nothing to credit."),
    "paid_contradicts": phrase("What was paid and what is left do not add up to the amount; put one of them right."),
    "signs_differ": phrase("Amount and balance have different signs; put one of them right."),
    "overpaid": phrase("More was paid than billed. Book the surplus as a payment on account, then export again."),
    "document_unknown": phrase(
        'Use one of: invoice, credit note, payment; or leave the column out with --map "HEADER=ignore".'
    ),
    "balance_above_total": phrase("More is open than was billed; put one of the two right."),
    "balance_missing": phrase("The status says that a part is paid: give the balance that is left."),
    "due_missing": phrase("Give the due date."),
    "date_malformed": phrase("Write a real date between 1980 and 2100 in the file's order, best as 2026-03-31."),
    "due_before_issue": phrase("The due date lies before the invoice date; put one of them right."),
    "paid_in_future": phrase(
        "The paid date has not come yet. Put it right, or leave it empty until the money is there."
    ),
    "status_unknown": phrase("Use one of: open, partly paid, paid, void, written off, draft."),
    "status_contradicts": phrase("Status, balance and paid date tell different stories; put them right."),
    "email_malformed": phrase("This is not an e-mail address; put it right or leave it empty."),
    "duplicate_number": phrase(
        "Other rows of the file have this number with other content. Keep the one that is true."
    ),
    "duplicate_row": phrase("An earlier row is about the same invoice or contact; this one was not needed."),
}
"""Rows in the reject log. They wait: a corrected file takes them, whatever was imported meanwhile."""

CONFLICTING: Mapping[str, str] = {
    "other_total": phrase("The file has another total than the ledger. Nothing was changed; find out which is true."),
    "other_currency": phrase("The file has another currency than the ledger. Nothing was changed."),
    "other_customer": phrase("The invoice belongs to another customer in the ledger. Nothing was changed."),
    "less_open_here": phrase(
        "Here less is open than in the file: payments or credits that your books do not have yet."
    ),
    "closed_here": phrase("It is void or written off here. Nothing was changed."),
    "withdrawn_in_file": phrase(
        "The file says void or written off, here it is open and reminded of: plixo void NUMBER."
    ),
    "credit_withdrawn_in_file": phrase(
        "The file says void, but here some of it is left: plixo credit-note void NUMBER."
    ),
}
"""Rows that are well formed but do not agree with the ledger. They are reported and left."""

LEFT_OUT: Mapping[str, str] = {
    "issued_later": phrase("Issued after the day given by --as-of; there was no such invoice yet."),
    "withdrawn": phrase("Void or written off: nothing is owed."),
    "draft": phrase("A draft: nothing is owed yet."),
    "no_claim": phrase("A quote, an order or a statement: nothing is owed for it."),
    "nothing_open": phrase("Nothing is open and the total is not given, so there is nothing to store."),
}
"""Rows that are in order and of no concern to the ledger."""

WHAT_TO_DO: Mapping[str, str] = {**REJECTED, **CONFLICTING, **LEFT_OUT}


class Fault(Exception):
    """Say what is wrong with one cell of a row."""

    CODES: ClassVar[Mapping[str, str]] = REJECTED
    """What may be wrong, with what to do about it; other kinds of files have other faults."""

    def __init__(self, field: StrEnum | None, value: str, code: str) -> None:
        assert code in self.CODES, code
        self.field, self.value, self.code = field, value, code
        super().__init__(code)


class Faults(Exception):
    """Say everything that is wrong with a row."""

    def __init__(self, each: Sequence[Fault]) -> None:
        self.each = tuple(each)
        super().__init__(", ".join(fault.code for fault in each))


class LeftOut(Exception):
    """Say that a row is in order but nothing for the ledger."""

    def __init__(self, reason: str) -> None:
        assert reason in LEFT_OUT, reason
        self.reason = reason
        super().__init__(reason)
