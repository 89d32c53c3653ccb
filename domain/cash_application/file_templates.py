"""File templates: the headers of statements and remittance advices that the import knows, with rows that show how."""

import csv
import io
from collections.abc import Mapping, Sequence

from domain.cash_application import advice_words, bank_words
from domain.cash_application.advice_words import AdviceField
from domain.cash_application.bank_words import BankField

_BANK = (BankField.BOOKED, BankField.AMOUNT, BankField.CURRENCY, BankField.PAYER, BankField.PAYER_ACCOUNT,
         BankField.REFERENCE, BankField.TRANSACTION, BankField.ACCOUNT)  # fmt: skip

_TITLES: Mapping[str, Sequence[str]] = {
    "bank": [bank_words.KNOWN[field].title for field in _BANK],
    "remittance": [advice_words.KNOWN[field].title for field in AdviceField],
}

_EXAMPLES: Mapping[str, Sequence[Sequence[str]]] = {
    "bank": (
        ("2026-03-05", "1250.50", "EUR", "Example Ltd", "DE02120300000000202051", "INV-1001", "T-1", "main"),
        ("2026-03-06", "-99.00", "EUR", "Power Co", "", "direct debit", "T-2", "main"),
    ),
    "remittance": (
        ("INV-1001", "1250.50", "25.01", "1225.49", "2 % cash discount", "EUR", "2026-03-05", "Example Ltd"),
        ("INV-1002", "99.00", "", "99.00", "", "EUR", "2026-03-05", "Example Ltd"),
    ),
}


def template(kind: str, *, examples: bool = False) -> str:
    """Return a CSV file with a header that the import knows; *kind* is ``bank`` or ``remittance``."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_TITLES[kind])
    if examples:
        rows.writerows(_EXAMPLES[kind])
    return out.getvalue()
