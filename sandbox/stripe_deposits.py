"""Bank accounts that are confirmed by a small deposit before a debit begins, and debits that are called off."""

from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_outcomes import BANK_ACCOUNTS, FAILURES
from sandbox.stripe_payments import NotPossibleNow, begin_debit, in_processing


def confirm(books: Books, session_id: str) -> Json:
    """Let the payer confirm the account; the debit begins. Return the session.

    Raises:
        NotPossibleNow: Nothing is to be confirmed.
    """
    with books.store.changes():
        session, intent = _to_confirm(books, session_id)
        begin_debit(books, session, intent, BANK_ACCOUNTS["6789"], name="Sandbox Payer")
        return session


def fail_confirmation(books: Books, session_id: str, *, code: str) -> Json:
    """Let the account stay unconfirmed; nothing was ever charged. Return the session.

    Raises:
        NotPossibleNow: Nothing is to be confirmed.
    """
    with books.store.changes():
        session, intent = _to_confirm(books, session_id)
        intent |= {
            "status": "requires_payment_method",
            "next_action": None,
            "last_payment_error": {"type": "invalid_request_error", "code": code, "message": FAILURES[code]},
        }
        books.save("intent", intent)
        books.emit("payment_intent.payment_failed", intent)
        books.emit("checkout.session.async_payment_failed", session)
        return session


def cancel(books: Books, session_id: str) -> Json:
    """Call a debit off before it has settled, as a refund at that time does; return the session.

    Raises:
        NotPossibleNow: Nothing is in processing.
    """
    with books.store.changes():
        session, intent, charge = in_processing(books, session_id)
        charge["status"] = "failed"
        intent |= {
            "status": "canceled",
            "canceled_at": books.now(),
            "cancellation_reason": "requested_by_customer",
            "processing": None,
        }
        books.save("charge", charge)
        books.save("intent", intent)
        books.emit("payment_intent.canceled", intent)
        return session


def _to_confirm(books: Books, session_id: str) -> tuple[Json, Json]:
    session = books.find("session", session_id)
    intent = books.find("intent", session["payment_intent"]) if session and session["payment_intent"] else None
    if session is None or intent is None or intent["status"] != "requires_action":
        raise NotPossibleNow("No bank account of this session waits to be confirmed.")
    return session, intent
