"""What happens by itself as time passes: sessions expire, debits settle or fail, refunds reach the bank."""

from sandbox import stripe_deposits, stripe_outcomes, stripe_payments, stripe_reversals, stripe_sessions
from sandbox.store import Json
from sandbox.stripe_books import Books


def pass_time(books: Books) -> int:
    """Do whatever has fallen due by the books' clock; return how many things happened."""
    now = books.now()
    happened = 0
    for session in books.all("session"):
        if session["status"] == "open" and session["expires_at"] <= now:
            stripe_sessions.end(books, session)
            happened += 1
        elif session["status"] == "complete":
            happened += _debit(books, session, now)
    for refund in books.all("refund"):
        if refund["status"] == "pending" and books.hidden(refund["id"]).get("due", now) <= now:
            stripe_reversals.finish_refund(books, refund["id"])
            happened += 1
    return happened


def _debit(books: Books, session: Json, now: int) -> int:
    hidden = books.hidden(session["id"])
    course = hidden.get("course")
    if course is None or course["outcome"] == "never" or course["due"] > now:
        return 0
    with books.store.changes():
        books.hide(session["id"], {name: value for name, value in hidden.items() if name != "course"})
        _take_course(books, session, course["outcome"], hidden, now)
    return 1


def _take_course(books: Books, session: Json, outcome: str, hidden: Json, now: int) -> None:
    intent = books.get("intent", session["payment_intent"])
    if outcome == "return":
        charge = books.get("charge", intent["latest_charge"])
        if charge["status"] == "succeeded" and not charge["disputed"]:
            stripe_reversals.late_return(books, charge["id"])
    elif intent["status"] == "requires_action":
        stripe_deposits.fail_confirmation(books, session["id"], code=outcome)
    elif intent["status"] != "processing":
        return  # someone pressed a button before the bank answered
    elif outcome in stripe_outcomes.FAILURES:
        stripe_payments.fail(books, session["id"], code=outcome)
    else:
        stripe_payments.settle(books, session["id"])
        if outcome == "dispute":
            course = {"outcome": "return", "due": now + stripe_payments.DAY}
            books.hide(session["id"], hidden | {"course": course})
