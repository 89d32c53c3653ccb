"""Reading Stripe: one session with its payment, refunds and dispute, said in our words. Stripe's words end here."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import stripe

from domain.kernel.ports import CheckoutSnapshot, CheckoutStatus, GatewayUnavailable, Reversal
from portal import stripe_amounts

_CHARGEBACK_STANDS = frozenset(
    ("needs_response", "under_review", "lost", "appeal_needs_response", "appeal_under_review")
)
"""The money is with the payer's bank; with an inquiry (``warning_…``) or a prevented dispute it never left."""


def snapshot(
    session: Any, *, refunds: Sequence[stripe.Refund] = (), disputes: Sequence[stripe.Dispute] = ()
) -> CheckoutSnapshot:
    """Return the session as it stands.

    Raises:
        GatewayUnavailable: Stripe says that it is paid and does not show the charge yet.
    """
    intent, charge = payment(session)
    status = _status(session, intent)
    if status is CheckoutStatus.PAID and charge is None:
        raise GatewayUnavailable("paid, but the charge is not there yet")
    failed_attempt = status in (CheckoutStatus.OPEN, CheckoutStatus.FAILED)
    error = getattr(intent, "last_payment_error", None) if failed_attempt else None
    return CheckoutSnapshot(
        session_id=session.id,
        checkout_id=_our_id(session),
        status=status,
        amount=stripe_amounts.money(session.amount_total or 0, session.currency or ""),
        charge_id=charge.id if charge is not None else None,
        method=_method(charge),
        decline_code=_code(error),
        attempt_id=_attempt(intent, charge) if error is not None else None,
        reversals=(*_refunds(refunds), *_disputes(disputes)),
        url=getattr(session, "url", None),
    )


def payment(session: Any) -> tuple[Any, Any]:
    """Return the expanded PaymentIntent and its latest charge, each None while there is none."""
    intent = getattr(session, "payment_intent", None)
    if intent is None or isinstance(intent, str):
        return None, None
    charge = getattr(intent, "latest_charge", None)
    return intent, None if isinstance(charge, str) else charge


def _status(session: Any, intent: Any) -> CheckoutStatus:
    """Return our word for every pair of Stripe's words; a word that is new to us is an error, not a guess."""
    match session.status, session.payment_status:
        case "open", _:
            return CheckoutStatus.OPEN
        case "expired", _:
            return CheckoutStatus.EXPIRED
        case "complete", "paid":
            return CheckoutStatus.PAID
        case "complete", "unpaid":
            return _debit_status(getattr(intent, "status", None))
        case other:
            raise GatewayUnavailable(f"a session with the status {other!r}, which is not known here")


def _debit_status(intent_status: str | None) -> CheckoutStatus:
    """Return where a submitted bank debit stands; it takes days."""
    match intent_status:
        case "processing" | "requires_action" | "requires_confirmation" | "requires_capture":
            return CheckoutStatus.PROCESSING
        case "succeeded":
            return CheckoutStatus.PAID
        case "requires_payment_method" | "canceled":
            return CheckoutStatus.FAILED
        case other:
            raise GatewayUnavailable(f"a payment with the status {other!r}, which is not known here")


def _our_id(session: Any) -> UUID | None:
    try:
        return UUID(getattr(session, "client_reference_id", None) or "")
    except ValueError:
        return None


def _method(charge: Any) -> str:
    """Return how the payer paid, in plain words for receipts."""
    details = getattr(charge, "payment_method_details", None)
    kind = str(getattr(details, "type", "") or "")
    last4 = str(getattr(getattr(details, kind, None), "last4", "") or "") if kind else ""
    match kind:
        case "card":
            return f"card ending {last4}" if last4 else "card"
        case "us_bank_account":
            return f"bank debit, account ending {last4}" if last4 else "bank debit"
        case _:
            return kind.replace("_", " ")


def _code(error: Any) -> str | None:
    """Return the most telling of Stripe's codes."""
    if error is None:
        return None
    codes = (getattr(error, "decline_code", None), getattr(error, "code", None), getattr(error, "type", None))
    return str(next((code for code in codes if code), "unknown"))[:60]


def _attempt(intent: Any, charge: Any) -> str:
    """Return what tells this attempt from the next one: the failed charge, or the payment where none was made."""
    named = getattr(intent.last_payment_error, "charge", None)
    return str(named or getattr(charge, "id", None) or intent.id)


def _refunds(refunds: Iterable[stripe.Refund]) -> Iterable[Reversal]:
    """Say of each refund that it went, or that it failed and the money is back."""
    for refund in refunds:
        amount = stripe_amounts.money(refund.amount, refund.currency)
        match refund.status:
            case "succeeded":
                yield Reversal(refund.id, "refund", amount)
            case "failed" | "canceled":
                yield Reversal(refund.id, "reinstated", amount)
            case _:
                pass  # pending: nothing has left yet


def _disputes(disputes: Iterable[stripe.Dispute]) -> Iterable[Reversal]:
    """Say of each dispute whether the money is gone, or went and came back. Told by its status, not by event names."""
    for dispute in disputes:
        amount = stripe_amounts.money(dispute.amount, dispute.currency)
        if dispute.status in _CHARGEBACK_STANDS or dispute.status == "won":
            yield Reversal(dispute.id, "chargeback", amount)
        if dispute.status == "won":
            yield Reversal(dispute.id, "reinstated", amount)
