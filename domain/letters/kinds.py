"""Kinds: every letter that there is, what it may say, and when it tells the truth."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.letters.fields import Group

LANGUAGES = ("en", "de", "fr", "es")
"""The languages in which every letter exists; English is the one that every deployment can fall back to."""

TONES = ("Formal", "Neutral", "Confident")
"""Where a letter has no words of its own for a tone, the neutral ones are used."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One letter."""

    name: str
    says: str
    """What it is for, for people who choose one."""
    asks: bool
    """Whether it asks for money (and so obeys every guardrail), as against answering something the payer did."""
    severity: int = 0
    """How hard it presses: 0 not yet due, 1 overdue, 2 final notice."""
    of_cadence: bool = False
    """Whether a step of a cadence may send it."""
    groups: tuple[Group, ...] = (Group.ONE,)
    """Which merge fields it may show, besides those that every letter has."""
    needs: tuple[str, ...] = ()
    """Fields without which it would not say what it is for."""
    linked: bool = True
    """Whether it leads to the invoice's page."""

    @property
    def of_several(self) -> bool:
        """Whether one mail may be about several invoices."""
        return self.asks


_INSTALMENT = (Group.ONE, Group.INSTALMENT)
_PLAN = (Group.ONE, Group.PLAN)

_ALL = (
    Kind("reminder-due", "An invoice falls due, or did so a moment ago", asks=True, of_cadence=True,
         needs=("due_date",)),
    Kind("reminder-overdue", "An invoice is past its due date", asks=True, severity=1, of_cadence=True,
         needs=("days_overdue",)),
    Kind("final-notice", "The last letter before a person takes over", asks=True, severity=2, of_cadence=True,
         needs=("days_overdue",)),
    Kind("instalment-due", "An instalment of a payment plan falls due", asks=True, groups=_INSTALMENT,
         needs=("due_date",)),
    Kind("plan-missed", "An instalment was missed", asks=True, severity=1, groups=_INSTALMENT, needs=("due_date",)),
    Kind("receipt", "Money was received; the receipt is attached", asks=False, groups=(Group.ONE, Group.PAYMENT),
         needs=("amount_paid", "receipt_number"), linked=False),
    Kind("new-link", "A fresh link was asked for", asks=False, needs=("invoice_number",)),
    Kind("promise-noted", "The payer said when money will come", asks=False, groups=(Group.ONE, Group.PROMISE),
         needs=("promised_amount", "promised_date")),
    Kind("plan-approved", "A payment plan was agreed to", asks=False, groups=_PLAN, needs=("invoice_number",)),
    Kind("plan-countered", "We propose another payment plan", asks=False, groups=_PLAN, needs=("invoice_number",)),
    Kind("plan-rejected", "A payment plan was not agreed to", asks=False, groups=_PLAN, needs=("invoice_number",)),
    Kind("dispute-received", "An objection arrived and is looked at", asks=False, groups=(Group.ONE, Group.DISPUTE),
         needs=("disputed_amount",)),
    Kind("dispute-resolved", "An objection was decided", asks=False,
         groups=(Group.ONE, Group.DISPUTE, Group.DECISION), needs=("outcome",)),
    Kind("dispute-question", "A person asks about an objection", asks=False,
         groups=(Group.ONE, Group.DISPUTE, Group.ASKED), needs=("our_question",)),
    Kind("question-answered", "A question was answered", asks=False, groups=(Group.ONE, Group.QUESTION),
         needs=("question", "answer")),
    Kind("mail-answered", "A person answered a mail", asks=False, groups=(Group.ONE, Group.QUESTION),
         needs=("answer",), linked=False),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {each.name: each for each in _ALL}
"""Every letter by its name."""


def fitting(letter: str, *, days_overdue: int) -> str:
    """Return the letter that is true today: nothing is called overdue before it is.

    A due date may have moved since the letter was planned.
    """
    if letter in ("reminder-overdue", "final-notice") and days_overdue <= 0:
        return "reminder-due"
    if letter == "plan-missed" and days_overdue <= 0:
        return "instalment-due"
    return letter
