"""The queue: every open invoice with one next best action and a score that explains itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.casework.facts import facts, parameters
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points that an invoice gets when the SQL condition holds, and the reason as people read it."""

    points: int
    when: str
    reason: str


SCORE = (
    ScoreRule(100, "NOT mailable", "no contact that may be mailed"),
    ScoreRule(80, "reversed", "a payment went back"),
    ScoreRule(70, "unread_mail", "the customer wrote, unread"),
    ScoreRule(60, "declined", "a payment was declined"),
    ScoreRule(50, "coalesce(enrolment_state = 'finished', false)", "all reminders were sent"),
    ScoreRule(40, "days_past_due > 90", "more than 90 days past due"),
    ScoreRule(30, "days_past_due BETWEEN 61 AND 90", "61 to 90 days past due"),
    ScoreRule(20, "days_past_due BETWEEN 31 AND 60", "31 to 60 days past due"),
    ScoreRule(10, "days_past_due BETWEEN 1 AND 30", "1 to 30 days past due"),
    ScoreRule(15, "open_major >= 10000", "10,000 or more open"),
    ScoreRule(5, "open_major BETWEEN 1000 AND 9999", "1,000 or more open"),
    ScoreRule(5, "part_paid", "partly paid"),
)
"""What makes an invoice urgent. Amounts are of the invoice's own currency; no rate is assumed."""

IN_QUEUE = "state = 'open' AND NOT processing AND NOT excluded"
"""Stopping conditions: settled, written off, void, a payment under way, the account excluded."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One invoice in the queue."""

    invoice_id: UUID
    invoice_number: str
    account_name: str
    balance: Money
    days_past_due: int
    score: int
    reasons: tuple[str, ...]
    next_action: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The most urgent invoices, and how many there are in all."""

    total: int
    lines: tuple[QueueLine, ...]


def _points() -> str:
    return " + ".join(f"CASE WHEN {rule.when} THEN {rule.points} ELSE 0 END" for rule in SCORE)


def _flags() -> str:
    return ", ".join(f"({rule.when}) AS rule_{number}" for number, rule in enumerate(SCORE))


def scored(where: str = "") -> str:
    """Return the SELECT of the facts with the score and one column for each rule."""
    return f"SELECT facts.*, {_points()} AS score, {_flags()} FROM ({facts(where)}) facts"


def reasons(row: dict[str, Any]) -> tuple[str, ...]:
    """Return why the row has its score, the weightiest first."""
    held = [rule for number, rule in enumerate(SCORE) if row[f"rule_{number}"]]
    return tuple(f"{rule.reason} (+{rule.points})" for rule in held)


def next_action(row: dict[str, Any], core: Core) -> str:
    """Return the one thing to do next about the invoice."""
    if row["state"] != "open":
        return f"Nothing: the invoice is {str(row['state']).replace('_', ' ')}"
    if row["processing"]:
        return "Wait: a bank debit is under way"
    if row["excluded"]:
        return "Nothing: the account is excluded from collection"
    for wanted, action in (
        (not row["has_contact"], "Add a contact: nobody is on file"),
        (not row["mailable"], "Find another contact: every address on file is suppressed"),
        (row["reversed"], "Call: a payment went back"),
        (row["unread_mail"], "Read and answer the customer's mail"),
        (row["declined"], "Help with the payment: it was declined"),
        (row["enrolment_state"] == "finished", "Call: all reminders were sent"),
    ):
        if wanted:
            return action
    at: datetime | None = row["next_action_at"]
    if at is None or at <= core.clock.now():
        return "Wait: a reminder leaves with the next planning"
    return f"Wait: the next reminder leaves on {at.astimezone(core.merchant.zone):%Y-%m-%d}"


async def page(core: Core, *, actor: Actor, limit: int = 10) -> Queue:
    """Return the *limit* most urgent invoices.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    today = local_date(core.clock, core.merchant.zone)
    rows = await core.database.rows(
        f"SELECT *, count(*) OVER () AS total FROM ({scored()}) scored WHERE {IN_QUEUE}"
        " ORDER BY score DESC, open_minor DESC, due_on, number LIMIT %(limit)s",
        parameters(today, limit=max(1, min(limit, 100))),
    )
    lines = tuple(
        QueueLine(
            invoice_id=row["id"],
            invoice_number=row["number"],
            account_name=row["account_name"],
            balance=Money(row["open_minor"], row["currency"]),
            days_past_due=row["days_past_due"],
            score=row["score"],
            reasons=reasons(row),
            next_action=next_action(row, core),
        )
        for row in rows
    )
    return Queue(total=int(rows[0]["total"]) if rows else 0, lines=lines)
