"""Reasons for disputes, as data: what each is called, which documents it needs, and how soon it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.kernel.speech import phrase, say


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a payer objects."""

    code: str
    name: str
    """What it is called, in English, as it is kept."""
    hours: int
    """Business hours within which it is to be decided; three quarters of them are whole hours."""
    requires: tuple[str, ...] = ()
    """Kinds of documents without which nobody could decide; a payer brings them along, an operator may add them."""

    @property
    def title(self) -> str:
        """What it is called, said to the reader."""
        return say(self.name)


DOCUMENTS: Mapping[str, str] = {
    "delivery_note": phrase("delivery note or list of what arrived"),
    "photo": phrase("photo of the damage"),
    "order": phrase("order, quote or price list"),
    "proof_of_payment": phrase("proof of payment"),
    "proof_of_return": phrase("proof of return or cancellation"),
    "contract": phrase("contract or terms"),
    "other": phrase("other document"),
}
"""Every kind of document and what it is called, in English, as it is kept."""

OTHER = "other"
"""The kind of a document that none of the others describes."""

REASONS: tuple[Reason, ...] = (
    Reason("not_received", phrase("Goods or service not received"), hours=24),
    Reason(
        "wrong_quantity", phrase("Another quantity or other items than ordered"), hours=24, requires=("delivery_note",)
    ),
    Reason("poor_quality", phrase("Damaged or faulty"), hours=40, requires=("photo",)),
    Reason("wrong_amount", phrase("Another price than agreed"), hours=16, requires=("order",)),
    Reason("wrong_tax", phrase("Tax is wrong"), hours=16),
    Reason("duplicate", phrase("Billed twice"), hours=8),
    Reason("already_paid", phrase("Paid already"), hours=8, requires=("proof_of_payment",)),
    Reason("returned", phrase("Returned or cancelled"), hours=24, requires=("proof_of_return",)),
    Reason("wrong_customer", phrase("Meant for another customer"), hours=8),
    Reason("missing_order_number", phrase("Purchase order number is missing or wrong"), hours=16),
    Reason("terms", phrase("Other payment terms were agreed"), hours=24, requires=("contract",)),
    Reason("other", phrase("Something else"), hours=24),
)

BY_CODE: Mapping[str, Reason] = {reason.code: reason for reason in REASONS}


def document(kind: str) -> str:
    """Return what a kind of document is called, said to the reader."""
    return say(DOCUMENTS.get(kind, DOCUMENTS[OTHER]))


def missing(reason: Reason, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of documents that the reason requires and that are not among *kinds*."""
    return tuple(kind for kind in reason.requires if kind not in kinds)
