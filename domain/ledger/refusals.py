"""Refusals of the ledger.

Refusal
├── NotFound
│   ├── InvoiceNotFound
│   └── AccountNotFound
├── NothingToPay         the invoice is settled, void or written off
└── ImportRefused        a whole file is declined; these are in csv_import/refusals.py
    ├── FileUnreadable
    ├── FileHoldsNoRows
    ├── OptionUnusable   what was said about the file does not fit it
    ├── HeaderAmbiguous
    └── QuestionOpen     the file does not tell, and nobody said
        ├── CurrencyMissing
        ├── ColumnMissing
        ├── ColumnUnclear
        ├── EncodingUnknown
        ├── DelimiterUnclear
        ├── DateOrderOpen
        └── DecimalMarkOpen
"""

from domain.kernel.refusals import NotFound, Refusal


class InvoiceNotFound(NotFound):
    """Say that no invoice has that number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no invoice {number[:60]!r}. Numbers are looked up as they stand in the ledger.")


class AccountNotFound(NotFound):
    """Say that no customer matches."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no customer {name[:60]!r}.")


class NothingToPay(Refusal):
    """Say why an invoice cannot be paid."""

    def __init__(self, number: str, state: str) -> None:
        self.number, self.state = number, state
        super().__init__(f"Invoice {number} is {state.replace('_', ' ')}; there is nothing to pay.")
