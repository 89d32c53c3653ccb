"""Money that goes back: refunds, disputes, and bank debits that come back after they had settled."""

from sandbox import stripe_movements
from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_errors import StripeRefusal, invalid, missing
from sandbox.stripe_payments import DAY, NotPossibleNow

REFUND_TO_BANK_TAKES = 3 * DAY


def create_refund(books: Books, params: Json) -> Json:
    """Refund a charge in full or in part, as the API does it.

    Raises:
        StripeRefusal: No such charge, nothing left of it, or too much asked.
    """
    charge = _refundable(books, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if charge["disputed"]:
        raise StripeRefusal(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed", kept=True
        )
    if left <= 0:
        raise StripeRefusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", kept=True
        )
    if amount <= 0:
        raise invalid("amount", "Invalid positive integer", code="parameter_invalid_integer")
    if amount > left:
        raise invalid("amount", f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).")
    return _refund(books, charge, amount, params.get("reason"), params.get("metadata") or {})


def _refundable(books: Books, params: Json) -> Json:
    if "charge" in params:
        charge = books.get("charge", params["charge"], param="charge", status=400)
    elif "payment_intent" in params:
        intent = books.get("intent", params["payment_intent"], param="payment_intent", status=400)
        if not intent["latest_charge"]:
            raise StripeRefusal("This PaymentIntent does not have a successful charge to refund.", kept=True)
        charge = books.get("charge", intent["latest_charge"])
    else:
        raise missing("charge")
    if charge["status"] != "succeeded":
        raise StripeRefusal("This PaymentIntent does not have a successful charge to refund.", kept=True)
    return charge


def _refund(books: Books, charge: Json, amount: int, reason: str | None, metadata: Json) -> Json:
    to_bank = charge["payment_method_details"]["type"] == "us_bank_account"
    with books.store.changes():
        refund = stripe_movements.refund(
            charge,
            amount=amount,
            reason=reason,
            metadata=metadata,
            status="pending" if to_bank else "succeeded",
            created=books.now(),
        )
        refund["balance_transaction"] = _moved(books, refund, -amount, "refund")
        books.save("refund", refund)
        if to_bank:
            books.hide(refund["id"], {"due": books.now() + REFUND_TO_BANK_TAKES})
        _count(books, charge, amount)
        books.emit("refund.created", refund)
        books.emit("charge.refunded", charge)
        return refund


def _count(books: Books, charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    books.save("charge", charge)


def finish_refund(books: Books, refund_id: str, *, succeeded: bool = True) -> Json:
    """Let the payer's bank take a refund that is pending, or send it back.

    Raises:
        NotPossibleNow: The refund is not pending.
    """
    refund = books.get("refund", refund_id)
    if refund["status"] != "pending":
        raise NotPossibleNow("This refund is not pending.")
    with books.store.changes():
        if succeeded:
            refund["status"] = "succeeded"
            books.save("refund", refund)
            books.emit("refund.updated", refund)
        else:
            refund |= {
                "status": "failed",
                "failure_reason": "expired_or_canceled_card"
                if refund["destination_details"]["type"] == "card"
                else "declined",
            }
            refund["failure_balance_transaction"] = _moved(books, refund, refund["amount"], "refund_failure")
            books.save("refund", refund)
            _count(books, books.get("charge", refund["charge"]), -refund["amount"])
            books.emit("refund.updated", refund)
            books.emit("refund.failed", refund)
        return refund


def open_dispute(books: Books, charge_id: str, *, reason: str = "product_not_received") -> Json:
    """Let the cardholder's bank take the money back for now; the merchant may answer.

    Raises:
        NotPossibleNow: The charge did not succeed or is disputed already.
    """
    with books.store.changes():
        charge = _disputable(books, charge_id)
        dispute = _withdrawn(books, charge, reason, "needs_response")
        books.emit("charge.dispute.created", dispute)
        books.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute


def late_return(books: Books, charge_id: str, *, reason: str = "insufficient_funds") -> Json:
    """Let a bank debit come back after it had settled: a dispute that is lost from the start.

    Raises:
        NotPossibleNow: The charge did not succeed or is disputed already.
    """
    with books.store.changes():
        charge = _disputable(books, charge_id)
        dispute = _withdrawn(books, charge, reason, "lost")
        for event_type in ("created", "funds_withdrawn", "closed"):
            books.emit(f"charge.dispute.{event_type}", dispute)
        return dispute


def close_dispute(books: Books, dispute_id: str, *, won: bool) -> Json:
    """Decide a dispute; when the merchant wins, the money comes back.

    Raises:
        NotPossibleNow: The dispute is decided already.
    """
    dispute = books.get("dispute", dispute_id)
    if dispute["status"] in {"won", "lost"}:
        raise NotPossibleNow(f"This dispute is {dispute['status']}.")
    with books.store.changes():
        dispute["status"] = "won" if won else "lost"
        if won:
            dispute["balance_transactions"].append(_moved_object(books, dispute, dispute["amount"], "adjustment"))
        books.save("dispute", dispute)
        if won:
            books.emit("charge.dispute.funds_reinstated", dispute)
        books.emit("charge.dispute.closed", dispute)
        return dispute


def _disputable(books: Books, charge_id: str) -> Json:
    charge = books.get("charge", charge_id)
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise NotPossibleNow("This payment was disputed before." if charge["disputed"] else "Nothing was paid.")
    return charge


def _withdrawn(books: Books, charge: Json, reason: str, status: str) -> Json:
    dispute = stripe_movements.dispute(
        charge, reason=reason, amount=charge["amount"], status=status, created=books.now()
    )
    dispute["balance_transactions"] = [_moved_object(books, dispute, -charge["amount"], "adjustment")]
    charge["disputed"] = True
    books.save("charge", charge)
    return books.save("dispute", dispute)


def _moved_object(books: Books, source: Json, amount: int, kind: str) -> Json:
    return books.save(
        "balance", stripe_movements.balance_transaction(source, amount=amount, fee=0, kind=kind, created=books.now())
    )


def _moved(books: Books, source: Json, amount: int, kind: str) -> str:
    return str(_moved_object(books, source, amount, kind)["id"])
