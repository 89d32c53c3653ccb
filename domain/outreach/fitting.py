"""Fitting: which letter suits an invoice today, and which of a mail's invoices gives the mail its letter. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from domain import letters
from domain.kernel.dates import days_past_due
from domain.outreach.facts import ItemFacts

DUE, OVERDUE = "reminder-due", "reminder-overdue"


def fitted(item: ItemFacts) -> ItemFacts:
    """Return the invoice with the letter that is true today, and otherwise never a harsher one than was planned.

    A mail may have waited past the due date, or an import may have moved that: "will be due" must not reach somebody
    who is late, and "is overdue" nobody who is not.
    """
    days = days_past_due(item.due_on, item.today)
    letter = OVERDUE if item.letter == DUE and days > 0 else letters.fitting(item.letter, days_overdue=days)
    return item if letter == item.letter else replace(item, letter=letter, severity=letters.KINDS[letter].severity)


def leading(items: Sequence[ItemFacts]) -> ItemFacts:
    """Return the invoice whose letter and tone the mail gets: the most severe, then the longest overdue."""
    return min(items, key=lambda each: (-each.severity, each.due_on, each.number))
