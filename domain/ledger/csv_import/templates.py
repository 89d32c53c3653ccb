"""Templates: the header of each kind of file, to be filled in, with rows that show how when asked."""

import csv
import io
from collections.abc import Mapping

from domain.ledger.csv_import.columns import FIELDS, KNOWN, Field
from domain.ledger.csv_import.requests import Kind

_EXAMPLES: Mapping[Kind, tuple[Mapping[Field, str], ...]] = {
    Kind.INVOICES: (
        {
            Field.INVOICE_NUMBER: "INV-1001",
            Field.CUSTOMER_NUMBER: "C-001",
            Field.CUSTOMER_NAME: "Example Ltd",
            Field.ISSUED: "2026-01-15",
            Field.DUE: "2026-02-14",
            Field.CURRENCY: "EUR",
            Field.TOTAL: "1250.50",
            Field.BALANCE: "1250.50",
            Field.STATUS: "open",
            Field.CONTACT_NAME: "Alex Example",
            Field.EMAIL: "accounts@customer.example",
            Field.COUNTRY: "DE",
            Field.LANGUAGE: "en",
            Field.ZONE: "Europe/Berlin",
            Field.INDUSTRY: "retail",
            Field.RISK: "low",
            Field.TAGS: "key account, north",
            Field.ROLE: "billing",
        },
        {
            Field.INVOICE_NUMBER: "INV-1002",
            Field.CUSTOMER_NUMBER: "C-001",
            Field.CUSTOMER_NAME: "Example Ltd",
            Field.ISSUED: "2025-12-01",
            Field.DUE: "2025-12-31",
            Field.CURRENCY: "EUR",
            Field.TOTAL: "99.00",
            Field.BALANCE: "0.00",
            Field.STATUS: "paid",
            Field.SETTLED: "2025-12-28",
        },
    ),
    Kind.CONTACTS: (
        {
            Field.CUSTOMER_NUMBER: "C-001",
            Field.CUSTOMER_NAME: "Example Ltd",
            Field.CONTACT_NAME: "Alex Example",
            Field.EMAIL: "accounts@customer.example",
            Field.ROLE: "billing",
            Field.COUNTRY: "DE",
            Field.LANGUAGE: "en",
            Field.ZONE: "Europe/Berlin",
            Field.INDUSTRY: "retail",
            Field.RISK: "low",
            Field.TAGS: "key account, north",
        },
        {
            Field.CUSTOMER_NUMBER: "C-001",
            Field.CUSTOMER_NAME: "Example Ltd",
            Field.CONTACT_NAME: "Chris Example",
            Field.EMAIL: "cfo@customer.example",
            Field.ROLE: "escalation",
        },
    ),
}


def template(kind: Kind, *, examples: bool = False) -> str:
    """Return a CSV file with a header that the import knows."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([KNOWN[field].title for field in FIELDS[kind]])
    if examples:
        rows.writerows([[row.get(field, "") for field in FIELDS[kind]] for row in _EXAMPLES[kind]])
    return out.getvalue()
