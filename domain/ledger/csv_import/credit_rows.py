"""Credit rows: what a file has to the credit of customers, as it is staged beside the invoices.

A credit note, a negative line and money on account are one thing for the ledger: the customer has something to his
credit that is taken off an invoice when a person, or the merchant's own books, say so. Money on account is no payment
here, since it did not come through us: it is neither refunded nor counted as collected.
"""

from typing import NamedTuple


class CreditRow(NamedTuple):
    """One row as it is staged."""

    line: int
    number: str
    number_key: str
    customer: int | None
    currency: str | None
    total_minor: int | None
    """None when the file tells only what is left of it."""
    open_minor: int | None
    issued_on: str | None
    refers_to: str | None
    """The key of the invoice that it corrects, as the file names it."""
    reason: str
    withdrawn: bool
    """Void in the file: nothing but the number counts."""
