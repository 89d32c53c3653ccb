"""Declines: what payers are told when a payment did not work, by the provider's code, as one literal table.

What is said must be fit for whoever sits before the screen: a stolen card, a suspected fraud and whatever is not in the
table are all said alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """Two keys of the texts: why it did not work, and what to do next."""

    why: str
    next: str


AGAIN, OTHER, CHECK, BANK, LATER, CARD = (
    "failed_next", "next_other", "next_check", "next_bank", "next_later", "next_card",
)  # fmt: skip

GENERIC = Said("why_generic", AGAIN)
"""For fraud, lost and stolen cards and every code that is not below."""

TABLE: Mapping[str, Said] = {
    # money
    "insufficient_funds": Said("why_insufficient_funds", OTHER),
    "card_velocity_exceeded": Said("why_limit", OTHER),
    "withdrawal_count_limit_exceeded": Said("why_limit", OTHER),
    "charge_exceeds_source_limit": Said("why_limit", CARD),
    "charge_exceeds_transaction_limit": Said("why_limit", CARD),
    # what was typed
    "expired_card": Said("why_expired_card", OTHER),
    "incorrect_cvc": Said("why_incorrect_cvc", CHECK),
    "invalid_cvc": Said("why_incorrect_cvc", CHECK),
    "incorrect_number": Said("why_incorrect_number", CHECK),
    "invalid_number": Said("why_incorrect_number", CHECK),
    "invalid_expiry_month": Said("why_expiry", CHECK),
    "invalid_expiry_year": Said("why_expiry", CHECK),
    "incorrect_zip": Said("why_address", CHECK),
    "incorrect_address": Said("why_address", CHECK),
    # the issuer
    "authentication_required": Said("why_authentication_required", AGAIN),
    "payment_intent_authentication_failure": Said("why_authentication_required", AGAIN),
    "call_issuer": Said("why_generic", BANK),
    "card_not_supported": Said("why_not_supported", OTHER),
    "currency_not_supported": Said("why_not_supported", OTHER),
    "transaction_not_allowed": Said("why_not_supported", OTHER),
    "processing_error": Said("why_processing_error", LATER),
    "issuer_not_available": Said("why_processing_error", LATER),
    "reenter_transaction": Said("why_processing_error", LATER),
    "try_again_later": Said("why_processing_error", LATER),
    # bank debits
    "account_closed": Said("why_account_closed", CARD),
    "no_account": Said("why_no_account", CARD),
    "debit_not_authorized": Said("why_debit_not_authorized", CARD),
    "bank_account_restricted": Said("why_not_supported", CARD),
    "invalid_currency": Said("why_not_supported", CARD),
    "payment_method_microdeposit_failed": Said("why_not_verified", CARD),
    "payment_method_microdeposit_verification_attempts_exceeded": Said("why_not_verified", CARD),
    "payment_method_microdeposit_verification_timeout": Said("why_not_verified", AGAIN),
    "canceled": Said("why_canceled", AGAIN),
}


def said(code: str | None) -> Said:
    """Return what a payer is told about a code."""
    return TABLE.get(code or "", GENERIC)
