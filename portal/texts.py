"""Texts: every word that payers read on the pages, by language and key; a new language is one more catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

ENGLISH: Mapping[str, str] = {
    # On every page
    "questions": "Questions? Contact {merchant}:",
    "request_id": "Request id",
    "request_id_why": "Tell us this id if something went wrong.",
    # The page of the button
    "door_title": "Your invoice from {merchant}",
    "door_lead": "Continue to see what is owed, to pay, and to find your receipts.",
    "door_button": "Continue to your invoice",
    "door_once": "This link is personal and opens in one browser only.",
    # What is owed
    "invoice": "Invoice {number}",
    "for_customer": "for {customer}",
    "amount_due": "Amount due",
    "amount_under_way": "Amount being paid",
    "nothing_due": "Nothing left to pay",
    "due_in": "Due on {date}",
    "due_today": "Due today, {date}",
    "overdue_one": "Due on {date}, 1 day overdue",
    "overdue": "Due on {date}, {days} days overdue",
    "settled_on": "Settled on {date}",
    "pay": "Pay {amount}",
    "pay_all": "Pay the whole balance of {amount}",
    "due_now": "Amount due now",
    "asked_next": "Next instalment",
    "instalment": "Instalment {position} of {parts}. {due}",
    "disputed_now": "Being disputed",
    "disputed_all": "You dispute all that is open, so we ask for nothing now. You may still pay.",
    "disputed_part": "{amount} is being disputed; we do not ask for it now.",
    "still_open": "Still open",
    "pay_where": "You pay on the secure page of Stripe, our payment provider. We never see your card or bank details.",
    "pay_not_online": "This amount cannot be paid online. Please contact us: {contact}",
    # A part, by the payer's own choice
    "part_open": "Pay another amount",
    "part_label": "Amount in {currency}",
    "part_hint": "From {least} to {most}.",
    "part_button": "Pay this amount",
    "part_next": "What is left stays open, and you can pay it here later.",
    "error_title": "Error: {title}",
    "problem_title": "There is a problem",
    "part_unreadable": "Enter the amount as a number, for example {example}.",
    "part_currency": "Enter the amount in {currency}; this invoice is in that currency.",
    "part_range": "Enter an amount from {least} to {most}, or the whole {whole}.",
    "part_whole_only": "This invoice can only be paid as a whole, {whole}.",
    "details": "Details",
    "total": "Invoice total",
    "paid_so_far": "Paid so far",
    "issued_on": "Issued on",
    "due_on": "Due on",
    "mailed_to": "This link was sent to",
    # History
    "history": "Payments",
    "history_none": "No payments yet.",
    "line_received": "Payment received",
    "line_refund": "Refund",
    "line_chargeback": "Payment taken back by the bank",
    "line_processing": "Bank payment started",
    "line_failed": "Bank payment came back",
    "by_method": "by {method}",
    "receipt": "Receipt {number} (PDF)",
    "receipt_coming": "The receipt will be mailed to {address}.",
    # Banners
    "paid_title": "Paid",
    "paid_text": "Thank you. This invoice is settled in full.",
    "paid_next": "We mail the receipt to {address}. You need to do nothing more.",
    "part_paid_title": "Payment received",
    "part_paid_text": "Thank you. We received {amount}; {rest} is still open.",
    "part_paid_next": "We mail the receipt to {address}. You can pay the rest below.",
    "verify_title": "Please confirm your bank account",
    "verify_text": "Your bank payment of {amount} begins once you have confirmed the account.",
    "verify_next": "Stripe sends a small deposit to the account, which arrives within two business days. Then enter "
    "what stands beside it. You have ten days.",
    "verify_button": "Confirm the bank account at Stripe",
    "processing_title": "Payment processing",
    "processing_text": "Your bank payment of {amount} started on {date}. It usually takes up to 4 business days.",
    "processing_next": "We stop reminders meanwhile and mail you a receipt once the money has arrived.",
    "failed_title": "Payment failed",
    "failed_next": "Nothing was charged. You can try again below, also in another way.",
    "next_other": "Nothing was charged. Please use another card or account.",
    "next_check": "Nothing was charged. Please check what you typed, and try again below.",
    "next_bank": "Nothing was charged. Please ask your bank, or use another card.",
    "next_later": "Nothing was charged. Please try again in a few minutes.",
    "next_card": "Nothing was charged. Please use another account, or a card.",
    "review_title": "Payment being checked",
    "review_text": "We received word of a payment that does not fit this invoice. A person is looking at it.",
    "review_next": "Please do not pay again meanwhile. We will contact you.",
    "closed_title": "Nothing to pay",
    "closed_text": "This invoice was withdrawn. You need to do nothing.",
    "unpayable_title": "Paying online is not possible",
    "reference": "Reference {reference}",
    "problem": "Error: {title}",
    # Why a payment failed, in words that may be shown to whoever sits there
    "why_generic": "Your bank or card issuer declined the payment.",
    "why_insufficient_funds": "There was not enough money in the account.",
    "why_expired_card": "The card has expired.",
    "why_incorrect_cvc": "The card's security code was not right.",
    "why_incorrect_number": "The card number was not right.",
    "why_authentication_required": "The card issuer asked for a confirmation that was not given.",
    "why_processing_error": "The card could not be charged at that moment.",
    "why_limit": "The payment is above a limit of the card or account.",
    "why_expiry": "The expiry date was not right.",
    "why_address": "The address or postal code was not the one that the card issuer knows.",
    "why_not_supported": "The card or account cannot be used for this payment.",
    "why_not_verified": "The bank account could not be confirmed.",
    "why_canceled": "The bank payment was called off before any money moved.",
    "why_account_closed": "The bank account is closed.",
    "why_no_account": "The bank account could not be found.",
    "why_debit_not_authorized": "The bank says that the debit was not authorised.",
    # After the provider's page
    "confirming_title": "We are confirming your payment",
    "confirming_text": "If you completed the payment, it will show here in a moment. Please do not pay a second time.",
    "confirming_button": "Check again",
    "confirming_back": "Back to the invoice",
    "thanks_title": "Thank you",
    "thanks_text": "If you completed the payment, we mail you a receipt as soon as it is confirmed.",
    # What cannot be shown
    "dead_title": "This link does not work any more",
    "dead_text": "Links are personal, open in one browser only, and end after seven days without use.",
    "dead_button": "Send me a fresh link",
    "dead_next": "It goes to the e-mail address that we have on file, and arrives within a few minutes.",
    "sent_title": "Please check your e-mail",
    "sent_text": "If this link was one of ours and there is something to pay, a fresh link is on its way to the "
    "address that we have on file.",
    "sent_next": "Nothing there after a few minutes? Look into the spam folder, then contact us.",
    "cookies_title": "Your browser does not accept cookies",
    "cookies_text": "We need one to keep your invoice from everybody else. Allow cookies for this site, open the link "
    "in your mail again, and continue. The link was not used up.",
    "leave_title": "Stop reminders",
    "leave_text": "No more payment reminders will go to the e-mail address that received this link.",
    "leave_note": "Receipts and answers to what you do still arrive, and what is owed stays due. Somebody from "
    "{merchant} may contact you personally.",
    "leave_button": "Stop reminders",
    "left_title": "You will get no more reminders",
    "left_text": "If this link was one of ours, we send no more payment reminders to the address that received it.",
    "left_next": "What is owed stays due; a person will take care of it. If this was a mistake, please contact us.",
    "slow_title": "Too many attempts",
    "slow_text": "Please wait a few minutes, then try again.",
    "foreign_title": "This request did not come from our page",
    "foreign_text": "Nothing was done. Please open the link in your mail again.",
    "refused_title": "That is not possible now",
    "back": "Back to the invoice",
    "missing_title": "Page not found",
    "missing_text": "There is nothing at this address. Please use the link in your mail.",
    "large_title": "That was too much",
    "large_text": "The request was larger than this page takes. Nothing was done.",
    "broken_title": "Something went wrong on our side",
    "broken_text": "Nothing was lost. Please try again in a few minutes.",
    "down_title": "We cannot reach our records",
    "down_text": "Nothing was lost and nothing was charged. Please try again in a few minutes.",
    "unpayable_now_title": "The payment page cannot be opened",
}

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return one text with its values filled in; a missing key or value is a bug and fails."""
        return CATALOGUES[self.language][key].format(**values)
