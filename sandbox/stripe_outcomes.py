"""What cards and banks do: Stripe's declines, its test accounts, and the reasons for which debits fail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decline:
    """A way in which a card is declined."""

    label: str
    code: str
    decline_code: str | None
    message: str
    network_code: str | None = None
    advice: str | None = None


_DECLINED = "Your card was declined."

DECLINES: dict[str, Decline] = {
    "generic_decline": Decline(
        "declined, no reason given", "card_declined", "generic_decline", _DECLINED, "05", "try_again_later"
    ),
    "insufficient_funds": Decline(
        "insufficient funds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
        "51",
        "try_again_later",
    ),
    "lost_card": Decline("lost card", "card_declined", "lost_card", _DECLINED, "41", "do_not_try_again"),
    "stolen_card": Decline("stolen card", "card_declined", "stolen_card", _DECLINED, "43", "do_not_try_again"),
    "fraudulent": Decline("suspected fraud", "card_declined", "fraudulent", _DECLINED, None, "do_not_try_again"),
    "expired_card": Decline(
        "expired card", "expired_card", "expired_card", "Your card has expired.", "54", "do_not_try_again"
    ),
    "incorrect_cvc": Decline(
        "wrong security code",
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
        "82",
        "confirm_card_data",
    ),
    "processing_error": Decline(
        "processing error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
        "96",
        "try_again_later",
    ),
}


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A US bank account and what becomes of a debit on it."""

    label: str
    last4: str
    outcome: str
    """``settle``, ``never``, ``dispute`` (settles, then comes back) or a failure code."""
    deposits: bool = False
    """Whether the payer has to confirm the account by a small deposit first."""


BANK_ACCOUNTS: dict[str, BankAccount] = {
    f"{account.last4} by deposit" if account.deposits and account.outcome == "settle" else account.last4: account
    for account in (
        BankAccount("settles", "6789", "settle"),
        BankAccount("fails: insufficient funds", "2227", "insufficient_funds"),
        BankAccount("fails: account closed", "1113", "account_closed"),
        BankAccount("fails: no such account", "1116", "no_account"),
        BankAccount("fails: debit not authorised", "3335", "debit_not_authorized"),
        BankAccount("settles, comes back a day later", "5559", "dispute"),
        BankAccount("stays in processing", "0009", "never"),
        BankAccount("fails: another currency", "4440", "invalid_currency"),
        BankAccount("fails: weekly limit", "7771", "charge_exceeds_source_limit"),
        BankAccount("to be confirmed by a small deposit, then settles", "6789", "settle", deposits=True),
        BankAccount(
            "fails: small deposits cannot be sent", "6661", "payment_method_microdeposit_failed", deposits=True
        ),
    )
}
"""Stripe's test accounts, by the last four digits; any of them may be confirmed by a small deposit."""

FAILURES: dict[str, str] = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The bank account could not be located.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "invalid_currency": "The bank account cannot be debited in this currency.",
    "charge_exceeds_source_limit": "The payment would exceed the account's weekly limit.",
    "payment_method_microdeposit_failed": "Microdeposit transfers failed.",
    "payment_method_microdeposit_verification_timeout": "The account was not verified within ten days.",
    "payment_method_microdeposit_verification_attempts_exceeded": "Too many wrong tries to verify the account.",
}

NETWORK_CODES: dict[str, str] = {
    "insufficient_funds": "R01",
    "account_closed": "R02",
    "no_account": "R03",
    "debit_not_authorized": "R10",
}
"""The banks' own codes for the same failures."""
