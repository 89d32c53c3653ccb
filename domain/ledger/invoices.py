"""Invoices: found by the number that people write, however they write it."""

import re

from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound


def number_key(number: str) -> str:
    """Return the form by which two spellings of one number are compared; leading zeros are kept."""
    return re.sub(r"\s+", "", number).casefold()


async def locked(number: str) -> Invoice:
    """Return the invoice and hold its lock to the end of the transaction.

    Raises:
        InvoiceNotFound: No invoice has that number.
    """
    invoice = await Invoice.locked(number_key=number_key(number))
    if invoice is None:
        raise InvoiceNotFound(number)
    return invoice
