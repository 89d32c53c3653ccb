"""What a payer does on the hosted page, and what the bank answers days later."""

from sandbox import stripe_movements, stripe_objects
from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_outcomes import BANK_ACCOUNTS, DECLINES, FAILURES, NETWORK_CODES, BankAccount

DAY = 24 * 3600
DEBIT_TAKES = 3 * DAY
"""Until a bank debit is settled or refused; Stripe says up to four business days."""


class NotPossibleNow(Exception):
    """Say why a button of the stand-in cannot be pressed at this moment."""


DEPOSIT_TAKES = DAY
"""Until a small deposit stands on the payer's statement."""

CONFIRM_WITHIN = 10 * DAY
"""In which the payer has to confirm it."""


def pay_by_card(books: Books, session_id: str, *, name: str = "Sandbox Payer", last4: str = "4242") -> Json:
    """Pay with a card that works; return the session.

    Raises:
        NotPossibleNow: The session is not open.
    """
    with books.store.changes():
        session, intent = _submitted(books, session_id)
        charge = _charged(books, session, intent, stripe_objects.card(last4), name)
        _succeed(books, intent, charge)
        return _complete(books, session, intent, payment_status="paid")


def decline(books: Books, session_id: str, *, code: str = "generic_decline", name: str = "Sandbox Payer") -> Json:
    """Try a card that is declined; the session stays open. Return the PaymentIntent.

    Raises:
        NotPossibleNow: The session is not open, or the code is unknown.
    """
    if code not in DECLINES:
        raise NotPossibleNow(f"There is no decline {code!r}.")
    why = DECLINES[code]
    with books.store.changes():
        session, intent = _submitted(books, session_id)
        charge = _charged(books, session, intent, stripe_objects.card("0002"), name)
        error = {
            "type": "card_error",
            "code": why.code,
            "message": why.message,
            "decline_code": why.decline_code,
            "network_decline_code": why.network_code,
            "advice_code": why.advice,
        }
        _fail_charge(books, intent, charge, error=error)
        return intent


def pay_by_bank(books: Books, session_id: str, *, last4: str = "6789", name: str = "Sandbox Payer") -> Json:
    """Authorise a bank debit; money follows days later, or does not. *last4* is a key of the test accounts.

    Return the session.

    Raises:
        NotPossibleNow: The session is not open, takes no bank debit, or the account is unknown.
    """
    account = BANK_ACCOUNTS.get(last4)
    session = _open_session(books, session_id)
    if account is None or "us_bank_account" not in session["payment_method_types"]:
        raise NotPossibleNow("This session takes no bank debit." if account else "There is no such test account.")
    with books.store.changes():
        session, intent = _submitted(books, session_id)
        if account.deposits:
            _await_confirmation(books, session, intent, account)
        else:
            begin_debit(books, session, intent, account, name=name)
        return _complete(books, session, intent, payment_status="unpaid")


def begin_debit(books: Books, session: Json, intent: Json, account: BankAccount, *, name: str) -> None:
    """Let a debit be under way; the caller has opened the change."""
    charge = _charged(books, session, intent, stripe_objects.bank_account(account.last4), name)
    intent |= {
        "status": "processing",
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "processing": {"type": "us_bank_account"},
        "last_payment_error": None,
        "next_action": None,
    }
    books.save("intent", intent)
    books.emit("charge.pending", charge)
    books.emit("payment_intent.processing", intent)
    course = {"outcome": account.outcome, "due": books.now() + DEBIT_TAKES}
    books.hide(session["id"], books.hidden(session["id"]) | {"course": course})


def _await_confirmation(books: Books, session: Json, intent: Json, account: BankAccount) -> None:
    """Send the small deposit, or fail to; nothing is debited before the payer has confirmed it."""
    intent |= {
        "status": "requires_action",
        "last_payment_error": None,
        "next_action": {
            "type": "verify_with_microdeposits",
            "verify_with_microdeposits": {
                "arrival_date": books.now() + DEPOSIT_TAKES,
                "hosted_verification_url": f"{books.origin()}/stripe/verify/{session['id']}",
                "microdeposit_type": "descriptor_code",
            },
        },
    }
    books.save("intent", intent)
    books.emit("payment_intent.requires_action", intent)
    sent = account.outcome not in FAILURES
    course = {
        "outcome": "payment_method_microdeposit_verification_timeout" if sent else account.outcome,
        "due": books.now() + (CONFIRM_WITHIN if sent else DEPOSIT_TAKES),
    }
    books.hide(session["id"], books.hidden(session["id"]) | {"course": course})


def settle(books: Books, session_id: str) -> Json:
    """Let the bank pay a debit that is in processing; return the session.

    Raises:
        NotPossibleNow: Nothing is in processing.
    """
    with books.store.changes():
        session, intent, charge = in_processing(books, session_id)
        _succeed(books, intent, charge)
        session["payment_status"] = "paid"
        books.save("session", session)
        books.emit("checkout.session.async_payment_succeeded", session)
        return session


def fail(books: Books, session_id: str, *, code: str = "insufficient_funds") -> Json:
    """Let the bank refuse a debit that is in processing; return the session.

    Raises:
        NotPossibleNow: Nothing is in processing, or the code is unknown.
    """
    if code not in FAILURES:
        raise NotPossibleNow(f"There is no bank failure {code!r}.")
    with books.store.changes():
        session, intent, charge = in_processing(books, session_id)
        error = {
            "type": "invalid_request_error",
            "code": code,
            "message": FAILURES[code],
            "decline_code": None,
            "network_decline_code": NETWORK_CODES.get(code),
            "advice_code": None,
        }
        _fail_charge(books, intent, charge, error=error)
        books.emit("checkout.session.async_payment_failed", session)
        return session


def _open_session(books: Books, session_id: str) -> Json:
    session = books.find("session", session_id)
    if session is None:
        raise NotPossibleNow("There is no such session.")
    if session["status"] == "open" and session["expires_at"] <= books.now():
        raise NotPossibleNow("This session has expired.")
    if session["status"] != "open":
        raise NotPossibleNow(f"This session is {session['status']}.")
    return session


def _submitted(books: Books, session_id: str) -> tuple[Json, Json]:
    """Return session and PaymentIntent; the intent comes to be with the first attempt."""
    session = _open_session(books, session_id)
    if session["payment_intent"] is not None:
        return session, books.get("intent", session["payment_intent"])
    intent = stripe_objects.intent(session, books.hidden(session_id).get("intent", {}), created=books.now())
    session["payment_intent"] = intent["id"]
    books.save("session", session)
    books.save("intent", intent)
    books.emit("payment_intent.created", intent)
    return session, intent


def _charged(books: Books, session: Json, intent: Json, method: Json, name: str) -> Json:
    charge = stripe_objects.charge(
        intent, method=method, name=name[:200], email=session["customer_email"], created=books.now()
    )
    return books.save("charge", charge)


def _succeed(books: Books, intent: Json, charge: Json) -> None:
    amount = intent["amount"]
    fee = min(500, round(amount * 0.008)) if charge["id"].startswith("py_") else round(amount * 0.029) + 30
    balance = stripe_movements.balance_transaction(
        charge,
        amount=amount,
        fee=fee,
        kind="payment" if charge["id"].startswith("py_") else "charge",
        created=books.now(),
    )
    books.save("balance", balance)
    charge |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": amount,
        "balance_transaction": balance["id"],
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
    }
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "latest_charge": charge["id"],
        "processing": None,
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
    }
    books.save("charge", charge)
    books.save("intent", intent)
    books.emit("charge.succeeded", charge)
    books.emit("payment_intent.succeeded", intent)


def _fail_charge(books: Books, intent: Json, charge: Json, *, error: Json) -> None:
    charge |= {
        "status": "failed",
        "failure_code": error["code"],
        "failure_message": error["message"],
        "outcome": {
            "advice_code": error["advice_code"],
            "network_advice_code": None,
            "network_decline_code": error["network_decline_code"],
            "network_status": "declined_by_network",
            "reason": error["decline_code"] or error["code"],
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
    }
    method = {"id": charge["payment_method"], "object": "payment_method", **charge["payment_method_details"]}
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "processing": None,
        "last_payment_error": error
        | {
            "charge": charge["id"],
            "payment_method": method,
            "doc_url": f"https://docs.stripe.com/error-codes/{error['code'].replace('_', '-')}",
        },
    }
    books.save("charge", charge)
    books.save("intent", intent)
    books.emit("charge.failed", charge)
    books.emit("payment_intent.payment_failed", intent)


def _complete(books: Books, session: Json, intent: Json, *, payment_status: str) -> Json:
    session |= {"status": "complete", "payment_status": payment_status, "url": None, "payment_intent": intent["id"]}
    books.save("session", session)
    books.emit("checkout.session.completed", session)
    return session


def in_processing(books: Books, session_id: str) -> tuple[Json, Json, Json]:
    """Return session, PaymentIntent and charge of a debit that is under way.

    Raises:
        NotPossibleNow: None is.
    """
    session = books.find("session", session_id)
    intent = books.find("intent", session["payment_intent"]) if session and session["payment_intent"] else None
    if session is None or intent is None or intent["status"] != "processing":
        raise NotPossibleNow("No bank debit of this session is in processing.")
    return session, intent, books.get("charge", intent["latest_charge"])
