"""Words of the ledger: states, ways to pay, buckets and what is left of a balance, as their reader calls them."""

import re
from datetime import date

from domain.kernel.money import Money
from domain.kernel.speech import say, say_as

_CARD = re.compile(r"card ending (\w{2,6})")
_DEBIT = re.compile(r"bank debit, account ending (\w{2,6})")
_TRANSFER = re.compile(r"bank transfer from an account ending (\w{2,6})")
_WON = " (chargeback won)"


def left(balance: Money) -> str:
    """Return what is left to pay of an invoice."""
    return say("{balance} left to pay", balance=balance) if balance else say("nothing left to pay")


def only_open(balance: Money) -> str:
    """Return how little of an invoice is open."""
    return say("only {balance} is open", balance=balance) if balance else say("nothing is open any more")


def method(kept: str) -> str:
    """Return how a payment came; the ledger keeps it in plain English, and what is not known stays as it is."""
    if kept.endswith(_WON):
        return say("{method} (chargeback won)", method=method(kept.removesuffix(_WON)))
    if found := _CARD.fullmatch(kept):
        return say("card ending {digits}", digits=found[1])
    if found := _DEBIT.fullmatch(kept):
        return say("bank debit, account ending {digits}", digits=found[1])
    if found := _TRANSFER.fullmatch(kept):
        return say("bank transfer from an account ending {digits}", digits=found[1])
    known = {
        "card": say_as("way to pay", "card"),
        "bank debit": say_as("way to pay", "bank debit"),
        "bank transfer": say_as("way to pay", "bank transfer"),
        "ledger import": say_as("way to pay", "ledger import"),
    }
    return known.get(kept, kept)


def reversal(kind: str) -> str:
    """Return how money went back, at the beginning of a sentence."""
    known = {
        "refund": say_as("how money went back", "Refund"),
        "chargeback": say_as("how money went back", "Chargeback"),
    }
    return known.get(kind, kind.capitalize())


def invoice_state(state: str) -> str:
    """Return the state of an invoice; its name may be told with a blank, as events do."""
    known = {
        "open": say_as("state of an invoice", "open"),
        "settled": say_as("state of an invoice", "settled"),
        "void": say_as("state of an invoice", "void"),
        "written off": say_as("state of an invoice", "written off"),
        "test": say_as("state of an invoice", "test"),
    }
    plain = state.replace("_", " ")
    return known.get(plain, plain)


def credit_note_state(state: str) -> str:
    """Return the state of a credit note."""
    known = {
        "open": say_as("state of a credit note", "open"),
        "applied": say_as("state of a credit note", "applied"),
        "void": say_as("state of a credit note", "void"),
    }
    return known.get(state, state)


def credit_note_used(number: str, state: str, left: Money) -> str:
    """Return that a credit note is not whole any more, and what to do first."""
    return say(
        "Credit note {number} is {state}, {left} of it is open. "
        "What is applied is taken back first: `/plixo entries INV` lists it.",
        number=number,
        state=credit_note_state(state),
        left=left,
    )


def only_its_currency(number: str, currency: str) -> str:
    """Return that money of another currency cannot be applied to an invoice."""
    return say(
        "Invoice {number} is in {currency}; only that currency can be applied.", number=number, currency=currency
    )


def booked_by_file() -> str:
    """Return why what a ledger file booked is not taken back here."""
    return say(
        "A ledger file booked this; taken back here, the next file would book it again. Correct it in the books."
    )


def decision(state: str) -> str:
    """Return what was decided about what somebody proposed: a credit, a write-off, a pair of customers."""
    known = {
        "proposed": say_as("state of a proposal", "proposed"),
        "approved": say_as("state of a proposal", "approved"),
        "rejected": say_as("state of a proposal", "rejected"),
        "reversed": say_as("state of a proposal", "reversed"),
        "merged": say_as("state of a proposal", "merged"),
        "dismissed": say_as("state of a proposal", "dismissed"),
    }
    return known.get(state, state)


def contact_role(role: str) -> str:
    """Return what a contact is for."""
    known = {
        "billing": say_as("role of a contact", "billing"),
        "escalation": say_as("role of a contact", "escalation"),
        "other": say_as("role of a contact", "other"),
    }
    return known.get(role, role)


def bucket(name: str) -> str:
    """Return the name of a bucket of ageing, in days past due, or of what is added up."""
    known = {
        "current": say_as("bucket of ageing", "current"),
        "total": say_as("bucket of ageing", "total"),
        "credits": say_as("bucket of ageing", "credits"),
    }
    return known.get(name, name)


def files(kind: str) -> str:
    """Return what a kind of files holds."""
    known = {
        "invoices": say_as("what files hold", "invoices"),
        "contacts": say_as("what files hold", "contacts"),
        "control": say_as("what files hold", "control totals"),
        "bank": say_as("what files hold", "bank lines"),
        "remittance": say_as("what files hold", "remittance advices"),
    }
    return known.get(kind, kind)


def due_date_changed(before: date, after: date) -> str:
    """Return that an invoice has another due date."""
    return say("due date {before} → {after}", before=before, after=after)


def invoice_date_changed(before: date | None, after: date | None) -> str:
    """Return that an invoice has another date."""
    if before is None:
        return say("invoice date none → {after}", after=after)
    return say("invoice date {before} → {after}", before=before, after=after)


def sums(amounts: tuple[Money, ...]) -> str:
    """Return what is open in several currencies."""
    return " + ".join(say("{amount}", amount=each) for each in amounts) or say("nothing open")
