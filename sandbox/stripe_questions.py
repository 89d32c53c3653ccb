"""Questions about a payment that move no money: inquiries of the payer's bank, and the network's fraud warnings."""

from sandbox import stripe_ids, stripe_movements
from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_payments import NotPossibleNow


def inquire(books: Books, charge_id: str, *, reason: str = "product_not_received") -> Json:
    """Let the payer's bank ask about a payment; return the dispute that stands for the question.

    Raises:
        NotPossibleNow: Nothing was paid, or it is disputed already.
    """
    charge = books.get("charge", charge_id)
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise NotPossibleNow("This payment was disputed before." if charge["disputed"] else "Nothing was paid.")
    with books.store.changes():
        question = stripe_movements.dispute(
            charge, reason=reason, amount=charge["amount"], status="warning_needs_response", created=books.now()
        )
        books.save("dispute", question)
        books.emit("charge.dispute.created", question)
        return question


def close_inquiry(books: Books, dispute_id: str, *, escalated: bool = False) -> Json:
    """Let a question end without a dispute, or become one that takes the money.

    Raises:
        NotPossibleNow: It is no open question.
    """
    question = books.get("dispute", dispute_id)
    if not question["status"].startswith("warning_") or question["status"] == "warning_closed":
        raise NotPossibleNow(f"This dispute is {question['status']}.")
    with books.store.changes():
        question["status"] = "needs_response" if escalated else "warning_closed"
        books.save("dispute", question)
        if escalated:
            charge = books.get("charge", question["charge"])
            charge["disputed"] = True
            books.save("charge", charge)
            books.emit("charge.dispute.funds_withdrawn", question)
        books.emit(f"charge.dispute.{'updated' if escalated else 'closed'}", question)
        return question


def warn_of_fraud(books: Books, charge_id: str) -> Json:
    """Let the card network report that the cardholder called a payment fraud."""
    charge = books.get("charge", charge_id)
    with books.store.changes():
        warning = books.save(
            "warning",
            {
                "id": stripe_ids.new("issfr"),
                "object": "radar.early_fraud_warning",
                "actionable": True,
                "charge": charge["id"],
                "created": books.now(),
                "fraud_type": "unauthorized_use_of_card",
                "livemode": False,
                "payment_intent": charge["payment_intent"],
            },
        )
        books.emit("radar.early_fraud_warning.created", warning)
        return warning


def pay_elsewhere(books: Books, *, amount: int, currency: str, description: str) -> Json:
    """Let money come in through no checkout at all, as from a terminal or the dashboard; return the charge."""
    charge_id = stripe_ids.new("ch")
    with books.store.changes():
        charge = books.save(
            "charge",
            {
                "id": charge_id,
                "object": "charge",
                "amount": amount,
                "amount_captured": amount,
                "amount_refunded": 0,
                "created": books.now(),
                "currency": currency,
                "customer": None,
                "description": description,
                "disputed": False,
                "livemode": False,
                "metadata": {},
                "paid": True,
                "payment_intent": None,
                "payment_method_details": {"type": "card", "card": {"last4": "4242"}},
                "refunded": False,
                "status": "succeeded",
                "transfer_group": None,
            },
        )
        books.emit("charge.succeeded", charge)
        return charge
