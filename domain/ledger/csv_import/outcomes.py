"""Outcomes: what an import comes to, in numbers, reasons and examples."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.kernel.money import Money
from domain.kernel.speech import joined, phrase, say
from domain.kernel.transactions import Row, Transaction
from domain.ledger import words
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.faults import WHAT_TO_DO
from domain.ledger.csv_import.requests import Lowered
from domain.ledger.csv_import.survey import Layout

EXAMPLES = 10
"""Changes, and conflicts, of which the first are told in words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of an import; ``new`` to ``left_out`` add up to ``read``."""

    read: int
    new: int
    changed: int
    unchanged: int
    conflicting: int
    rejected: int
    left_out: int
    reasons: dict[str, int]
    """How many rows conflict, are rejected or left out for which reason; told by ``what_to_do``."""
    customers_new: int
    customers_changed: int
    contacts_new: int
    contacts_changed: int
    absent: int
    """Open invoices of the ledger that the file does not have."""
    credits_new: int
    credits_changed: int
    """Credit notes and money on account; they are among the rows that are new or changed, too."""
    credited: int
    """Invoices from which the books took credit notes of the file off."""
    lowered: int
    """Invoices that fell for a cause that the file does not tell."""
    recognised: int
    """Numbers of invoices and customers that a spreadsheet had changed, taken for what they were."""
    examples: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def changes_nothing(self) -> bool:
        """Tell whether the ledger would be the same afterwards."""
        return not (self.new or self.changed)

    def told_reasons(self) -> Iterator[tuple[str, int, str]]:
        """Yield each reason with its number and what to do, the most frequent first."""
        for code, count in sorted(self.reasons.items(), key=lambda each: (-each[1], each[0])):
            yield code, count, WHAT_TO_DO[code]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would come to, and how the file was read."""

    kind: str
    file_name: str
    layout: Layout
    outcome: Outcome


_EXAMPLES = """
    SELECT each.*, coalesce(c.minor, 0) AS credited_minor,
           (SELECT string_agg(r.number, ', ' ORDER BY r.line) FROM import_credit_use u
            JOIN import_credit r ON r.number_key = u.credit_key WHERE u.invoice_key = each.number_key) AS credit_notes
    FROM (
        SELECT row_number() OVER (PARTITION BY conflict IS NULL ORDER BY line) AS nth, *
        FROM import_known WHERE conflict IS NOT NULL OR redated OR paid) each
    LEFT JOIN import_credited c ON c.number_key = each.number_key AND each.conflict IS NULL
    WHERE nth <= %s ORDER BY line
"""

_CONFLICTS = """
    SELECT conflict AS code, count(*) AS count FROM import_known WHERE conflict IS NOT NULL GROUP BY conflict
"""


async def conflicts(tx: Transaction) -> Counter[str]:
    """Return how many rows conflict with the ledger, and why."""
    return Counter({row["code"]: row["count"] for row in await tx.rows(_CONFLICTS)})


async def dropped(tx: Transaction) -> Counter[str]:
    """Return how many rows were rejected by comparing them, and why."""
    rows = await tx.rows("SELECT code, count(*) AS count FROM import_dropped GROUP BY code")
    return Counter({row["code"]: row["count"] for row in rows})


async def examples(tx: Transaction, *, lowered: Lowered) -> tuple[str, ...]:
    """Return the first changes and the first conflicts in words."""
    return tuple(_told(row, lowered) for row in await tx.rows(_EXAMPLES, (EXAMPLES,)))


def _told(row: Row, lowered: Lowered) -> str:
    told = _conflict(row) if row["conflict"] else joined(", ", list(_changes(row, lowered)))
    return say("line {line}, {number}: {told}", line=str(row["line"]), number=row["number"], told=told)


def _conflict(row: Row) -> str:
    match row["conflict"]:
        case "other_total":
            return say(
                "the file has a total of {there}, the ledger {here}",
                there=_money(row, "file_total"),
                here=_money(row, "total_minor"),
            )
        case "other_currency":
            return say("the file has {there}, the ledger {here}", there=row["file_currency"], here=row["currency"])
        case "less_open_here":
            return say(
                "the file has {there} open, the ledger {here}",
                there=_money(row, "open_minor"),
                here=_money(row, "stored_open"),
            )
        case "other_customer":
            return say("belongs to another customer in the ledger")
        case "closed_here":
            return say("{state} in the ledger", state=words.invoice_state(str(row["state"])))
        case _:
            return say(
                "void or written off in the file, open in the ledger; `plixo void {number}` ends it",
                number=row["number"],
            )


_FELL = {
    Lowered.UNKNOWN: phrase("{amount} lowered in the books, cause unknown"),
    Lowered.PAYMENT: phrase("{amount} paid, as you said"),
    Lowered.CREDIT: phrase("{amount} credited, as you said"),
}


def _changes(row: Row, lowered: Lowered) -> Iterator[str]:
    if row["paid"]:
        rest = Money(row["stored_open"] - row["open_minor"] - row["credited_minor"], row["currency"])
        if row["credited_minor"]:
            yield say("{amount} credited ({notes})", amount=_money(row, "credited_minor"), notes=row["credit_notes"])
        if rest:
            yield say("{amount} paid", amount=rest) if row["told_paid"] else say(_FELL[lowered], amount=rest)
        yield (
            say("{amount} left", amount=_money(row, "open_minor"))
            if row["open_minor"]
            else words.invoice_state("settled")
        )
    if row["redated"] and row["stored_due"] != row["due_on"]:
        yield words.due_date_changed(row["stored_due"], row["due_on"])
    if row["redated"] and row["stored_issued"] != row["issued_on"]:
        yield words.invoice_date_changed(row["stored_issued"], row["issued_on"])


def _money(row: Row, column: str) -> Money:
    return Money(row[column], row["currency"])


_ATTRIBUTES = {
    Field.COUNTRY: phrase("country"),
    Field.LANGUAGE: phrase("language"),
    Field.ZONE: phrase("time zone"),
    Field.INDUSTRY: phrase("industry"),
    Field.RISK: phrase("risk (low, medium, high)"),
    Field.TAGS: phrase("tags"),
    Field.ROLE: phrase("role (billing, escalation, other)"),
}


def notes(layout: Layout, unknown: dict[Field, str], people: dict[str, Any]) -> tuple[str, ...]:
    """Return what else should be known: what was not taken although its row was."""
    told = [
        say(
            "{header}: {text} and its like name no {attribute}; taken without it",
            header=layout.columns.header(field),
            text=repr(text),
            attribute=say(_ATTRIBUTES[field]),
        )
        for field, text in unknown.items()
    ]
    if people["contacts_removed"]:
        told.append(
            say("addresses that were removed from their customers stay removed: {n}", n=people["contacts_removed"])
        )
    if people["contacts_erased"]:
        told.append(
            say(
                "addresses whose data were erased on request are not taken, and not mailed: {n}; "
                "`plixo privacy readmit ADDRESS` takes one up again",
                n=people["contacts_erased"],
            )
        )
    return tuple(told)
