"""Merge fields: every value that a letter may show, with its type, what it means and an example."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """What a value is; all but counts arrive as text that is written as the reader writes it."""

    TEXT = "text"
    PROSE = "prose"
    """What a person wrote, in several lines; each becomes a paragraph where it stands in one of its own."""
    AMOUNT = "amount"
    """Empty where there is none, so that a template may ask for it."""
    DATE = "date"
    COUNT = "count"
    """A whole number; ``{{ days_overdue | counted("day", "days") }}`` writes it with its noun."""
    LINK = "link"
    CHOICE = "choice"
    """One of few words, to be compared and never to be shown."""


class Group(StrEnum):
    """Where a field makes sense."""

    ALWAYS = "everywhere"
    ONE = "about one invoice"
    MANY = "about several invoices"
    PAYMENT = "receipt"
    INSTALMENT = "instalments"
    PROMISE = "promises"
    PLAN = "payment plans"
    DISPUTE = "disputes"
    DECISION = "decided disputes"
    QUESTION = "answered questions"
    ASKED = "questions to the payer"


@dataclass(frozen=True, slots=True)
class Field:
    """The definition of one merge field."""

    name: str
    type: FieldType
    group: Group
    says: str
    example: str | int
    choices: tuple[str, ...] = ()


def _field(
    group: Group, says: str, example: str | int, type_: FieldType = FieldType.TEXT, choices: tuple[str, ...] = ()
) -> Any:
    default: str | int = 0 if type_ is FieldType.COUNT else ""
    about = {"group": group, "says": says, "example": example, "type": type_, "choices": choices}
    return dataclasses.field(default=default, metadata=about)


def _amount(group: Group, says: str, example: str) -> Any:
    return _field(group, says, example, FieldType.AMOUNT)


def _date(group: Group, says: str, example: str) -> Any:
    return _field(group, says, example, FieldType.DATE)


def _count(group: Group, says: str, example: int) -> Any:
    return _field(group, says, example, FieldType.COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The values of one letter, written in the reader's language."""

    customer_name: str = _field(Group.ALWAYS, "The contact's name, or the customer's where none is known", "Anna Smith")
    account_name: str = _field(Group.ALWAYS, "The customer's name", "Acme Ltd")
    merchant_name: str = _field(Group.ALWAYS, "Your company's name", "Northwind Supplies")
    merchant_contact: str = _field(Group.ALWAYS, "Whom the reader may write to or call", "ar@northwind.example")
    tone: str = _field(
        Group.ALWAYS, "The tone of the step", "Neutral", FieldType.CHOICE, ("Formal", "Neutral", "Confident")
    )

    invoice_number: str = _field(Group.ONE, "Number of the invoice", "INV-1042")
    invoice_total: str = _amount(Group.ONE, "What was billed", "€1,500.00")
    invoice_balance: str = _amount(Group.ONE, "What is still open of the invoice; empty when nothing is", "€1,250.00")
    amount_due: str = _amount(
        Group.ONE, "What is asked for now: the balance without what is promised, disputed or in a plan", "€1,250.00"
    )
    due_date: str = _date(Group.ONE, "When the amount is or was due", "March 3, 2026")
    days_overdue: int = _count(Group.ONE, "Days since then; 0 on the day itself, negative before it", 7)
    pay_link: str = _field(
        Group.ONE, "The reader's own link to the invoice's page", "https://pay.example.com/l/abc", FieldType.LINK
    )
    link_expires: str = _date(Group.ALWAYS, "Until when the links work if nobody uses them", "March 17, 2026")

    invoice_count: int = _count(Group.MANY, "How many invoices the letter is about", 3)
    overdue_count: int = _count(Group.MANY, "How many of them are past their due date", 2)
    total_due: str = _amount(Group.MANY, "What is asked for in total, each currency by itself", "€2,300.00 and $80.00")
    most_days_overdue: int = _count(Group.MANY, "Days since the oldest of them was due", 21)

    amount_paid: str = _amount(Group.PAYMENT, "What was received", "€1,250.00")
    receipt_number: str = _field(Group.PAYMENT, "Number of the receipt, which is attached", "R-2026-000017")

    instalment_number: int = _count(Group.INSTALMENT, "Which instalment it is", 2)
    instalment_count: int = _count(Group.INSTALMENT, "How many instalments the plan has", 4)

    promised_amount: str = _amount(Group.PROMISE, "What the payer said would be paid", "€500.00")
    promised_date: str = _date(Group.PROMISE, "By when", "March 20, 2026")

    plan_count: int = _count(Group.PLAN, "How many instalments the plan has", 3)
    plan_total: str = _amount(Group.PLAN, "What the instalments add up to", "€1,250.00")
    plan_first_date: str = _date(Group.PLAN, "When the first instalment is due", "April 1, 2026")
    plan_last_date: str = _date(Group.PLAN, "When the last instalment is due", "June 1, 2026")

    disputed_amount: str = _amount(Group.DISPUTE, "The part of the invoice that the payer objects to", "€300.00")
    outcome: str = _field(
        Group.DECISION,
        "How the dispute ended",
        "partly accepted",
        FieldType.CHOICE,
        ("accepted", "partly accepted", "rejected", "withdrawn"),
    )
    credit_amount: str = _amount(Group.DECISION, "What was credited; empty when nothing was", "€120.00")

    our_question: str = _field(
        Group.ASKED, "What we ask about the objection", "Which delivery note does it concern?", FieldType.PROSE
    )

    question: str = _field(Group.QUESTION, "What the payer asked", "Which order is this invoice for?", FieldType.PROSE)
    answer: str = _field(Group.QUESTION, "What was answered", "It is for your order 4711.", FieldType.PROSE)


FIELDS: Mapping[str, Field] = {
    each.name: Field(
        each.name,
        each.metadata["type"],
        each.metadata["group"],
        each.metadata["says"],
        each.metadata["example"],
        each.metadata["choices"],
    )
    for each in dataclasses.fields(Fields)
}
"""Every merge field by its name; docs/letters.md is made from it."""

_EXAMPLES: dict[str, Any] = {name: each.example for name, each in FIELDS.items()}

EXAMPLE = Fields(**_EXAMPLES)
"""What a template is tried with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice, or one instalment of its plan, in a letter."""

    number: str
    amount: str
    due_date: str
    days_overdue: int
    link: str
    instalment_number: int = 0
    """0: the invoice itself."""
    instalment_count: int = 0
    set_aside: str = ""
    """What is promised, disputed or in a plan and so is not asked for; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a payment plan."""

    number: int
    due_date: str
    amount: str
