"""Refusals of the ledger.

Refusal
├── NotFound
│   ├── InvoiceNotFound
│   ├── AccountNotFound
│   ├── ContactNotFound
│   ├── CreditNotFound
│   ├── PaymentNotFound
│   ├── AllocationNotFound
│   ├── TwinNotFound     no such pair of customers was proposed
│   ├── CreditNoteNotFound
│   ├── ImportNotFound   it was never applied, or lacked nothing; in csv_import/refusals.py
│   ├── MappingNotFound  no layout of files is kept under that name; in csv_import/refusals.py
│   └── WriteOffNotFound
├── NotAllowed
│   └── CreditNotYours   the actor's rights do not reach so far
├── AccountUnclear       several customers fit; they are named
├── ContactKnown         the customer has a contact with that address already
├── AddressErased        the data of whoever has the address were erased on request
├── AddressUnmailable    the address must not be mailed, so it is no help as a contact
├── StatementUnusable    no period, or one too long
├── PaperUnusable        a file that is no PDF, or too large
├── PaperUnkept          the store of files does not answer
├── NothingToPay         the invoice is settled, void or written off
├── CreditUnusable       no amount, no reason, another currency
├── CreditAboveBalance   more than is open
├── CreditWaits          the same credit was proposed already
├── CreditDecided        somebody approved or rejected it first
├── NothingLowered       no ledger file lowered the invoice for a cause that is not known
├── EntryUnusable        what is to be written on a balance lacks something, or does not fit
├── NothingLeft          the payment or credit note is applied already
├── MoreThanLeft         more than is left of it
├── MoreThanOpen         more than is open of the invoice
├── TakenBackAlready     nothing of it is on the invoice any more
├── TwinDecided          somebody said first whether two customers are one
├── MergeImpossible      both are one already, or one was merged into another
├── WriteOffWaits        another one waits for the same invoice
├── WriteOffDecided      somebody decided it first, or it cannot be reversed
└── ImportRefused        a whole file is declined; these are in csv_import/refusals.py
    ├── FileUnreadable
    ├── FileHoldsNoRows
    ├── OptionUnusable   what was said about the file does not fit it
    ├── HeaderAmbiguous
    └── QuestionOpen     the file does not tell, and nobody said
        ├── CurrencyMissing
        ├── ColumnMissing
        ├── ColumnUnclear
        ├── EncodingUnknown
        ├── DelimiterUnclear
        ├── DateOrderOpen
        ├── DecimalMarkOpen
        ├── AsOfMissing      of which day a report is; in control/layouts.py, as is the next
        └── BucketUnclear    a column looks like a bucket with other limits than ours
"""

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, NotFound, Refusal
from domain.kernel.speech import say
from domain.ledger import words
from domain.ledger.entry_refusals import (
    AllocationNotFound,
    CreditNoteNotFound,
    EntryUnusable,
    MoreThanLeft,
    MoreThanOpen,
    NothingLeft,
    NothingLowered,
    PaymentNotFound,
    TakenBackAlready,
    WriteOffDecided,
    WriteOffNotFound,
    WriteOffWaits,
)


class InvoiceNotFound(NotFound):
    """Say that no invoice has that number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            say(
                "There is no invoice {number}. Numbers are looked up as they stand in the ledger.",
                number=repr(number[:60]),
            )
        )


class AccountNotFound(NotFound):
    """Say that no customer matches."""

    def __init__(self, name: str) -> None:
        super().__init__(say("There is no customer {name}.", name=repr(name[:60])))


@dataclass(frozen=True, slots=True)
class Named:
    """A customer as people tell it from others."""

    id: UUID
    number: str | None
    name: str
    open_invoices: int = 0


class AccountUnclear(Refusal):
    """Name the customers that a text may mean; the choice is the reader's."""

    def __init__(self, text: str, choices: tuple[Named, ...], *, more: bool) -> None:
        self.text, self.choices = text, choices
        listed = "; ".join(f"{each.name[:60]}{f' ({each.number})' if each.number else ''}" for each in choices)
        super().__init__(
            say(
                "Several customers fit {text}: {customers}. Name one of them in full, or by its number.",
                text=repr(text[:60]),
                customers=say("{examples} and more", examples=listed) if more else listed,
            )
        )


class ContactNotFound(NotFound):
    """Say that the customer has no contact with that address."""

    def __init__(self, account: str, masked: str) -> None:
        super().__init__(say("{customer} has no contact {address}.", customer=account, address=masked))


class ContactKnown(Refusal):
    """Say that there is nothing to add."""

    def __init__(self, account: str, masked: str) -> None:
        super().__init__(say("{customer} has the contact {address} already.", customer=account, address=masked))


class AddressUnmailable(Refusal):
    """Say why an address is no help as a contact."""

    def __init__(self, masked: str, reason: str) -> None:
        super().__init__(
            say(
                "{address} must not be mailed ({reason}). Add another address, or lift the suppression first: "
                "`/plixo unsuppress ADDRESS reason`.",
                address=masked,
                reason=say(reason),
            )
        )


class NothingToPay(Refusal):
    """Say why an invoice cannot be paid."""

    def __init__(self, number: str, state: str) -> None:
        self.number, self.state = number, state
        super().__init__(
            say(
                "Invoice {number} is {state}; there is nothing to pay.",
                number=number,
                state=words.invoice_state(state),
            )
        )


class CreditNotFound(NotFound):
    """Say that there is no such credit."""

    def __init__(self) -> None:
        super().__init__(say("There is no such credit."))


class CreditNotYours(NotAllowed):
    """Say who may decide about a credit of that size; *cap* is None when every approver may."""

    def __init__(self, amount: Money, cap: Money | None, roles: tuple[str, ...]) -> None:
        self.roles = roles
        known = {"amount": amount, "roles": ", ".join(roles)}
        super().__init__(
            say("A credit of {amount} is approved by one of these: {roles}.", **known)
            if cap is None
            else say(
                "A credit of {amount}, which is above the limit of {cap}, is approved by one of these: {roles}.",
                **known,
                cap=cap,
            )
        )


class PaperUnusable(Refusal):
    """Say what is wrong with an invoice's file."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(say("{name} was not taken: {problem}.", name=repr(name), problem=problem))


class PaperUnkept(Refusal):
    """Say that invoices' files cannot be kept or read at this moment."""

    def __init__(self) -> None:
        super().__init__(say("Files cannot be kept or read at this moment. Please try again in a few minutes."))


class StatementUnusable(Refusal):
    """Say why no statement can be written over a period."""


class CreditUnusable(Refusal):
    """Say what a credit lacks."""


class CreditAboveBalance(Refusal):
    """Say that a credit would take more off an invoice than is open."""

    def __init__(self, number: str, amount: Money, balance: Money) -> None:
        self.number, self.amount, self.balance = number, amount, balance
        super().__init__(
            say(
                "A credit of {amount} is too much for invoice {number}: {left}. "
                "Propose a smaller one; money that was paid already is refunded in Stripe.",
                amount=amount,
                number=number,
                left=words.only_open(balance),
            )
        )


class CreditWaits(Refusal):
    """Say that the same credit was proposed a moment ago."""

    def __init__(self, number: str, amount: Money) -> None:
        super().__init__(
            say(
                "A credit of {amount} on invoice {number} for that reason was proposed and waits already.",
                amount=amount,
                number=number,
            )
        )


class CreditDecided(Refusal):
    """Say that a decision was made before."""

    def __init__(self, state: str, decided_by: str) -> None:
        self.state = state
        super().__init__(
            say(
                "This credit was {state} by {who} already.",
                state=words.decision(state),
                who=decided_by or say("somebody else"),
            )
        )


class TwinNotFound(NotFound):
    """Say that no such pair of customers was proposed."""

    def __init__(self, text: str) -> None:
        super().__init__(
            say("No pair of customers {text} was proposed; `twins` lists those that wait.", text=repr(text[:60]))
        )


class TwinDecided(Refusal):
    """Say that somebody decided about a pair of customers first."""

    def __init__(self, state: str, decided_by: str) -> None:
        super().__init__(say("That pair was {state} already by {who}.", state=words.decision(state), who=decided_by))


class MergeImpossible(Refusal):
    """Say why two customers cannot be merged."""


__all__ = [
    "AllocationNotFound",
    "CreditNoteNotFound",
    "EntryUnusable",
    "MoreThanLeft",
    "MoreThanOpen",
    "NothingLeft",
    "NothingLowered",
    "PaymentNotFound",
    "TakenBackAlready",
    "WriteOffDecided",
    "WriteOffNotFound",
    "WriteOffWaits",
]
"""What stands in ``entry_refusals.py``, with the rest of this area's refusals."""
