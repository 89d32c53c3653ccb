"""Forms about one case, which stands above: put it off, note a promise or a call, file a dispute, hand it over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from bot import blocks, entered, ids, inputs, text
from bot.blocks import Block
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views import states
from bot.views.snoozes import OTHER
from domain.casework.phone_calls import CallOutcome
from domain.commitments.dispute_reasons import REASONS, document
from domain.commitments.documents import LARGEST, MOST
from domain.commitments.pauses import Paused
from domain.kernel import sentences
from domain.kernel.speech import phrase, say
from domain.operations.cases import Case

NOTE_LENGTH = 500

ALL = phrase("all that is open")


def about(case: Case | None, *, card: Literal[True] | None = None) -> Subject:
    """Return what a form about the case is about."""
    return Subject(invoice=case.invoice_id if case else None, card=card)


def head(case: Case | None) -> Block:
    """Return the case in two lines; without one the field in which it is looked up."""
    if case is None:
        return inputs.search(
            entered.INVOICE,
            say("Invoice"),
            choices=ids.ChoiceId.INVOICES,
            placeholder=say("A number, or the customer's name"),
            hint=say("Open invoices; those with that number first."),
        )
    name = f"*{text.foreign(case.invoice_number)}*  {text.foreign(case.account_name)}"
    return blocks.section(f"{name}\n{_stands(case)}")


def _stands(case: Case) -> str:
    return say("{balance} open, {overdue}", balance=case.balance, overdue=text.overdue(case.days_past_due))


def snooze(
    case: Case | None, *, ends: Sequence[tuple[str, str, datetime]], card: Literal[True] | None, other: bool = False
) -> Modal:
    """Return the form that puts a case off; *ends* are the usual ones, by name and as they are called.

    With *other* none of them is meant, as after a click on "Another day".
    """
    options = [Option(said, name) for name, said, _ in ends]
    first = OTHER if other else ends[1][0]
    return Modal(
        title=say("Snooze"),
        form=FormId.SNOOZE,
        submit=say("Snooze"),
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.radio("end", say("Until when?"), [*options, Option(say("Another day"), OTHER)], initial=first),
            inputs.day(
                "on",
                say("The other day"),
                optional=True,
                hint=say("A day given here counts, whatever is chosen above."),
            ),
            inputs.clock(
                "at", say("At what time?"), optional=True, hint=say("When the office opens, unless you say another.")
            ),
            inputs.text("reason", say("Why?"), most=NOTE_LENGTH, placeholder=say("They are at a fair until Thursday")),
            blocks.context(say("A payment, a reply, a dispute or a broken promise brings it back before.")),
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
    may = (blocks.context(_may_be_promised(paused)),) if paused else ()
    return Modal(
        title=say("Note a promise"),
        form=FormId.PROMISE,
        submit=say("Note the promise"),
        subject=about(case, card=card),
        blocks=(
            head(case),
            *may,
            inputs.text(
                "amount",
                say("How much?"),
                initial=_figure(paused),
                hint=say("In the invoice's currency. Empty: all that may be promised."),
                most=40,
                optional=True,
            ),
            inputs.day("on", say("By which day?"), initial=on),
            inputs.text("note", say("What did they say?"), lines=True, most=NOTE_LENGTH, optional=True),
            blocks.context(say("Reminders for it pause; when the money does not come, the case is back on top.")),
            *([blocks.context(text.said(confirmed))] if confirmed else ()),
        ),
    )


def dispute(case: Case | None, *, most: str = "", card: Literal[True] | None = None, confirmed: str = "") -> Modal:
    """Return the form that files an objection for a payer; *confirmed* says to whom a mail about it goes."""
    reasons = [Option(each.title, each.code, _needs(each.requires, each.hours)) for each in REASONS]
    return Modal(
        title=say("File a dispute"),
        form=FormId.DISPUTE_CASE,
        submit=say("File it"),
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.select("reason", say("What is wrong?"), reasons),
            inputs.text(
                "amount",
                say("How much of it?"),
                hint=say("Empty: {most}.", most=most or say(ALL)),
                placeholder=most,
                most=40,
                optional=True,
            ),
            inputs.text("words", say("In their words"), lines=True, most=3_000),
            inputs.files(
                "papers",
                say("Files"),
                kinds=("pdf", "png", "jpg", "jpeg"),
                most=MOST,
                hint=say("What they sent: PDF, PNG or JPEG, up to {n} MB each.", n=LARGEST // 1024 // 1024),
            ),
            blocks.context(say("Only that part is not asked for; the rest goes on. Somebody answers by the deadline.")),
            *([blocks.context(text.said(confirmed))] if confirmed else ()),
        ),
    )


def call(case: Case | None, *, card: Literal[True] | None = None) -> Modal:
    """Return the form that notes a call."""
    return Modal(
        title=say("Log a call"),
        form=FormId.LOG_CALL,
        submit=say("Log the call"),
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.radio(
                "outcome",
                say("What came of it?"),
                [Option(states.capital(say(each.value)), each.name) for each in CallOutcome],
                initial=CallOutcome.SPOKE.name,
            ),
            inputs.text("note", say("Note"), lines=True, most=NOTE_LENGTH, optional=True),
            inputs.day(
                "on",
                say("Follow up on"),
                optional=True,
                hint=say("Until then the case is put off. Empty: it stays in the queue."),
            ),
        ),
    )


def hand_over(case: Case | None, *, card: Literal[True] | None = None) -> Modal:
    """Return the form that passes a case on."""
    return Modal(
        title=say("Hand the case over"),
        form=FormId.HAND_OVER,
        submit=say("Hand it over"),
        subject=about(case, card=card),
        blocks=(
            head(case),
            inputs.person("person", say("To whom?")),
            inputs.text("words", say("What is to be done?"), lines=True, most=NOTE_LENGTH),
            blocks.context(say("They get a task and are told in the case's thread; you give the case back thereby.")),
        ),
    )


def link() -> Modal:
    """Return the form that makes a new payment link."""
    return Modal(
        title=say("New payment link"),
        form=FormId.LINK,
        submit=say("Send new link"),
        blocks=(
            head(None),
            blocks.context(
                say("Every earlier link of the invoice stops working, and the customer is mailed the new one.")
            ),
        ),
    )


def find_invoice() -> Modal:
    """Return the form that finds an invoice."""
    return Modal(title=say("Find an invoice"), form=FormId.FIND_INVOICE, submit=say("Show it"), blocks=(head(None),))


def _may_be_promised(paused: Paused) -> str:
    if not paused.why:
        return say("{amount} may be promised.", amount=paused.chaseable)
    why = text.said(sentences.said(paused.why), limit=300)
    return say("{amount} may be promised ({why}).", amount=paused.chaseable, why=why)


def _figure(paused: Paused | None) -> str:
    return text.figure(paused.chaseable) if paused and paused.chaseable else ""


def _needs(requires: Sequence[str], hours: int) -> str:
    if not requires:
        return say("answered within {n} office hours", n=hours)
    papers = ", ".join(document(each) for each in requires)
    return say("needs {papers}; answered within {n} office hours", papers=papers, n=hours)
