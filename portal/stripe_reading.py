"""Reading Stripe: one session with its payment, refunds and dispute, said in our words. Stripe's words end here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe

from domain.kernel.ports import Alert, CheckoutSnapshot, CheckoutStatus, Decline, GatewayUnavailable, Method, Reversal
from portal import stripe_amounts

_CHARGEBACK_STANDS = frozenset(
    ("needs_response", "under_review", "lost", "appeal_needs_response", "appeal_under_review")
)
"""The money is with the payer's bank; with an inquiry (``warning_…``) or a prevented dispute it never left."""

_INQUIRY_OPEN = frozenset(("warning_needs_response", "warning_under_review"))

METHODS = {Method.CARD: "card", Method.BANK_DEBIT: "us_bank_account"}
"""What Stripe calls the ways to pay."""


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
        method=method(charge),
        decline=_decline(error) if status is not CheckoutStatus.FAILED else _failure(error, intent),
        attempt_id=_attempt(intent, charge) if error is not None else None,
        paid_at=moment(charge) if status is CheckoutStatus.PAID else None,
        reversals=(*refunded(refunds), *disputed(disputes)),
        alerts=tuple(_inquiries(disputes)),
        url=getattr(session, "url", None),
        verify_url=_verify_url(intent) if status is CheckoutStatus.PROCESSING else None,
        methods=tuple(each for each, name in METHODS.items() if name in (session.payment_method_types or ())),
    )


def moment(of: Any) -> datetime | None:
    """Return when an object of Stripe's came to be; None of what was not sent along."""
    created = getattr(of, "created", None)
    return datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None


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


def method(charge: Any) -> str:
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


def _decline(error: Any) -> Decline | None:
    """Return Stripe's codes of a failed attempt; it does not give all of them each time."""
    if error is None:
        return None
    code, decline, network, advice = (
        str(getattr(error, name, None) or "")[:60]
        for name in ("code", "decline_code", "network_decline_code", "advice_code")
    )
    return Decline(code or str(getattr(error, "type", None) or "unknown")[:60], decline, network, advice)


def _failure(error: Any, intent: Any) -> Decline | None:
    """Return why a debit failed; one that was called off before it settled has no error."""
    if error is None and getattr(intent, "status", None) == "canceled":
        return Decline("canceled")
    return _decline(error)


def _verify_url(intent: Any) -> str | None:
    """Return Stripe's page on which the payer confirms a bank account by what was sent there."""
    action = getattr(intent, "next_action", None)
    step = getattr(action, "verify_with_microdeposits", None)
    url = str(getattr(step, "hosted_verification_url", None) or "")
    return url if url.startswith(("https://", "http://127.0.0.1")) else None


def _attempt(intent: Any, charge: Any) -> str:
    """Return what tells this attempt from the next one: the failed charge, or the payment where none was made."""
    named = getattr(intent.last_payment_error, "charge", None)
    return str(named or getattr(charge, "id", None) or intent.id)


def refunded(refunds: Iterable[stripe.Refund]) -> Iterable[Reversal]:
    """Say of each refund that it went, or that it failed and the money is back; when, by its own entry if expanded."""
    for refund in refunds:
        amount = stripe_amounts.money(refund.amount, refund.currency)
        match refund.status:
            case "succeeded":
                yield Reversal(refund.id, "refund", amount, moment(refund))
            case "failed" | "canceled":
                back = moment(getattr(refund, "failure_balance_transaction", None))
                yield Reversal(refund.id, "reinstated", amount, back or moment(refund))
            case _:
                pass  # pending: nothing has left yet


def disputed(disputes: Iterable[stripe.Dispute]) -> Iterable[Reversal]:
    """Say of each dispute whether the money is gone, or went and came back. Told by its status, not by event names."""
    for dispute in disputes:
        amount = stripe_amounts.money(dispute.amount, dispute.currency)
        if dispute.status in _CHARGEBACK_STANDS or dispute.status == "won":
            yield Reversal(dispute.id, "chargeback", amount, _moved(dispute, out=True))
        if dispute.status == "won":
            yield Reversal(dispute.id, "reinstated", amount, _moved(dispute, out=False))


def _moved(dispute: Any, *, out: bool) -> datetime | None:
    """Return when a dispute's money last went, or came back; a question that became one is older than its money."""
    entries = [each for each in getattr(dispute, "balance_transactions", None) or () if (each.amount < 0) is out]
    return moment(max(entries, key=lambda each: each.created)) if entries else moment(dispute)


def _inquiries(disputes: Iterable[stripe.Dispute]) -> Iterable[Alert]:
    """Say of each inquiry that waits that somebody should answer it; it moves no money."""
    for dispute in disputes:
        if dispute.status in _INQUIRY_OPEN:
            amount = stripe_amounts.money(dispute.amount, dispute.currency)
            yield Alert(dispute.id, "inquiry", amount, dispute.reason.replace("_", " "))
