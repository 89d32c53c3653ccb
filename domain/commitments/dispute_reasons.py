"""Reasons for disputes, as data: what each is called, which documents it needs, and how soon it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a payer objects."""

    code: str
    title: str
    hours: int
    """Business hours within which it is to be decided; three quarters of them are whole hours."""
    requires: tuple[str, ...] = ()
    """Kinds of documents without which nobody could decide; a payer brings them along, an operator may add them."""


DOCUMENTS: Mapping[str, str] = {
    "delivery_note": "delivery note or list of what arrived",
    "photo": "photo of the damage",
    "order": "order, quote or price list",
    "proof_of_payment": "proof of payment",
    "proof_of_return": "proof of return or cancellation",
    "contract": "contract or terms",
    "other": "other document",
}
"""Every kind of document and what it is called."""

OTHER = "other"
"""The kind of a document that none of the others describes."""

REASONS: tuple[Reason, ...] = (
    Reason("not_received", "Goods or service not received", hours=24),
    Reason("wrong_quantity", "Another quantity or other items than ordered", hours=24, requires=("delivery_note",)),
    Reason("poor_quality", "Damaged or faulty", hours=40, requires=("photo",)),
    Reason("wrong_amount", "Another price than agreed", hours=16, requires=("order",)),
    Reason("wrong_tax", "Tax is wrong", hours=16),
    Reason("duplicate", "Billed twice", hours=8),
    Reason("already_paid", "Paid already", hours=8, requires=("proof_of_payment",)),
    Reason("returned", "Returned or cancelled", hours=24, requires=("proof_of_return",)),
    Reason("wrong_customer", "Meant for another customer", hours=8),
    Reason("missing_order_number", "Purchase order number is missing or wrong", hours=16),
    Reason("terms", "Other payment terms were agreed", hours=24, requires=("contract",)),
    Reason("other", "Something else", hours=24),
)

BY_CODE: Mapping[str, Reason] = {reason.code: reason for reason in REASONS}


def missing(reason: Reason, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of documents that the reason requires and that are not among *kinds*."""
    return tuple(kind for kind in reason.requires if kind not in kinds)
