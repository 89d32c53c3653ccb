"""Reasons: kinds of movements of money at the provider as they are kept, and said to whoever reads them."""

from domain.kernel.speech import phrase

KINDS = (phrase("payment"), phrase("refund"), phrase("chargeback"), phrase("reinstated"))

OTHER_CURRENCY = {
    "refund": phrase("a refund in another currency"),
    "chargeback": phrase("a chargeback in another currency"),
    "reinstated": phrase("a reinstated in another currency"),
}
"""What does not fit its payment, by its kind."""
