"""Forms about one case, which stands above: put it off, note a promise or a call, file a dispute, hand it over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from bot import blocks, entered, ids, inputs, text
from bot.blocks import Block
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views.snoozes import OTHER
from domain.casework.phone_calls import CallOutcome
from domain.commitments.dispute_reasons import DOCUMENTS, REASONS
from domain.commitments.documents import LARGEST, MOST
from domain.commitments.pauses import Paused
from domain.operations.cases import Case

NOTE_LENGTH = 500

ALL = "all that is open"


def about(case: Case | None, *, card: Literal[True] | None = None) -> Subject:
    """Return what a form about the case is about."""
    return Subject(invoice=case.invoice_id if case else None, card=card)


def head(case: Case | None) -> Block:
    """Return the case in two lines; without one the field in which it is looked up."""
    if case is None:
        return inputs.search(
            entered.INVOICE,
            "Invoice",
            choices=ids.ChoiceId.INVOICES,
            placeholder="A number, or the customer's name",
            hint="Open invoices; those with that number first.",
        )
    name = f"*{text.foreign(case.invoice_number)}*  {text.foreign(case.account_name)}"
    return blocks.section(f"{name}\n{case.balance} open, {text.overdue(case.days_past_due)}")


def snooze(
    case: Case | None, *, ends: Sequence[tuple[str, str, datetime]], card: Literal[True] | None, other: bool = False
) -> Modal:
    """Return the form that puts a case off; *ends* are the usual ones, by name and as they are called.

    With *other* none of them is meant, as after a click on "Another day".
    """
    options = [Option(said, name) for name, said, _ in ends]
    first = OTHER if other else ends[1][0]
    return Modal(
        title="Snooze",
        form=FormId.SNOOZE,
        submit="Snooze",
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.radio("end", "Until when?", [*options, Option("Another day", OTHER)], initial=first),
            inputs.day("on", "The other day", optional=True, hint="A day given here counts, whatever is chosen above."),
            inputs.clock("at", "At what time?", optional=True, hint="When the office opens, unless you say another."),
            inputs.text("reason", "Why?", most=NOTE_LENGTH, placeholder="They are at a fair until Thursday"),
            blocks.context("A payment, a reply, a dispute or a broken promise brings it back before."),
        ),
    )


def promise(
    case: Case | None,
    *,
    paused: Paused | None = None,
    on: date | None = None,
    card: Literal[True] | None = None,
    confirmed: str = "",
) -> Modal:
    """Return the form that notes a payer's word; *confirmed* says to whom a mail about it goes."""
    why = f" ({text.said(paused.why, limit=300)})" if paused and paused.why else ""
    may = (blocks.context(f"{paused.chaseable} may be promised{why}."),) if paused else ()
    return Modal(
        title="Note a promise",
        form=FormId.PROMISE,
        submit="Note the promise",
        subject=about(case, card=card),
        blocks=(
            head(case),
            *may,
            inputs.text(
                "amount",
                "How much?",
                initial=_figure(paused),
                hint="In the invoice's currency. Empty: all that may be promised.",
                most=40,
                optional=True,
            ),
            inputs.day("on", "By which day?", initial=on),
            inputs.text("note", "What did they say?", lines=True, most=NOTE_LENGTH, optional=True),
            blocks.context("Reminders for it pause; when the money does not come, the case is back on top."),
            *([blocks.context(text.said(confirmed))] if confirmed else ()),
        ),
    )


def dispute(case: Case | None, *, most: str = "", card: Literal[True] | None = None, confirmed: str = "") -> Modal:
    """Return the form that files an objection for a payer; *confirmed* says to whom a mail about it goes."""
    reasons = [Option(each.title, each.code, _needs(each.requires, each.hours)) for each in REASONS]
    return Modal(
        title="File a dispute",
        form=FormId.DISPUTE_CASE,
        submit="File it",
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.select("reason", "What is wrong?", reasons),
            inputs.text(
                "amount", "How much of it?", hint=f"Empty: {most or ALL}.", placeholder=most, most=40, optional=True
            ),
            inputs.text("words", "In their words", lines=True, most=3_000),
            inputs.files(
                "papers",
                "Files",
                kinds=("pdf", "png", "jpg", "jpeg"),
                most=MOST,
                hint=f"What they sent: PDF, PNG or JPEG, up to {LARGEST // 1024 // 1024} MB each.",
            ),
            blocks.context("Only that part is not asked for; the rest goes on. Somebody answers by the deadline."),
            *([blocks.context(text.said(confirmed))] if confirmed else ()),
        ),
    )


def call(case: Case | None, *, card: Literal[True] | None = None) -> Modal:
    """Return the form that notes a call."""
    return Modal(
        title="Log a call",
        form=FormId.LOG_CALL,
        submit="Log the call",
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.radio(
                "outcome",
                "What came of it?",
                [Option(each.value.capitalize(), each.name) for each in CallOutcome],
                initial=CallOutcome.SPOKE.name,
            ),
            inputs.text("note", "Note", lines=True, most=NOTE_LENGTH, optional=True),
            inputs.day(
                "on",
                "Follow up on",
                optional=True,
                hint="Until then the case is put off. Empty: it stays in the queue.",
            ),
        ),
    )


def hand_over(case: Case | None, *, card: Literal[True] | None = None) -> Modal:
    """Return the form that passes a case on."""
    return Modal(
        title="Hand the case over",
        form=FormId.HAND_OVER,
        submit="Hand it over",
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.person("person", "To whom?"),
            inputs.text("words", "What is to be done?", lines=True, most=NOTE_LENGTH),
            blocks.context("They get a task and are told in the case's thread; you give the case back thereby."),
        ),
    )


def link() -> Modal:
    """Return the form that makes a new payment link."""
    return Modal(
        title="New payment link",
        form=FormId.LINK,
        submit="Send a new link",
        blocks=(
            head(None),
            blocks.context("Every earlier link of the invoice stops working, and the customer is mailed the new one."),
        ),
    )


def find_invoice() -> Modal:
    """Return the form that finds an invoice."""
    return Modal(title="Find an invoice", form=FormId.FIND_INVOICE, submit="Show it", blocks=(head(None),))


def _figure(paused: Paused | None) -> str:
    return f"{paused.chaseable.decimal}" if paused and paused.chaseable else ""


def _needs(requires: Sequence[str], hours: int) -> str:
    needed = f"needs {', '.join(DOCUMENTS[each] for each in requires)}; " if requires else ""
    return f"{needed}answered within {hours} office hours"
