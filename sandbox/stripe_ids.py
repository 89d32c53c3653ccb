"""Ids as Stripe writes them: a prefix that tells the kind, then letters and digits."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits

KINDS = {
    "cs": "session",
    "pi": "intent",
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "du": "dispute",
    "txn": "balance",
    "cus": "customer",
    "evt": "event",
    "pm": "method",
    "issfr": "warning",
}
"""Which stored kind an id's prefix stands for; debits have charges ``py_`` and refunds ``pyr_``."""


def new(prefix: str, *, length: int = 24) -> str:
    """Return a fresh id."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


def kind_of(object_id: str) -> str | None:
    """Return the stored kind that an id belongs to, or None."""
    return KINDS.get(object_id.partition("_")[0])
