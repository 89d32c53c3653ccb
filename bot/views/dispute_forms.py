"""The form that decides a dispute: what is objected to stands above, and the payer reads the words below."""

from bot import blocks, inputs, text
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from domain.commitments.dispute_endings import NOTE_LENGTH, Outcome
from domain.commitments.dispute_queries import DisputeView

WITHDRAWN = "withdrawn"

OUTCOMES = (
    Option("Accepted: all of it is credited", Outcome.ACCEPTED.value),
    Option("Accepted in part: an amount is credited", Outcome.PARTLY_ACCEPTED.value),
    Option("Rejected: it is asked for again", Outcome.REJECTED.value),
    Option("Withdrawn by the customer", WITHDRAWN),
)


def resolve(dispute: DisputeView) -> Modal:
    """Return the form."""
    test = "Test dispute" if dispute.is_test else "Dispute"
    head = f"*{test} {dispute.reference} about {text.foreign(dispute.invoice_number)}*"
    return Modal(
        title="Decide the dispute",
        form=FormId.RESOLVE_DISPUTE,
        submit="Decide",
        subject=Subject(dispute=dispute.dispute_id),
        blocks=(
            blocks.section(f"{head}\n{dispute.amount} of {dispute.balance} open · {text.said(dispute.reason)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            inputs.radio("outcome", "How does it end?", OUTCOMES),
            inputs.text(
                "credit",
                "How much is credited?",
                hint=f"Only when it is accepted in part; less than {dispute.amount}.",
                most=40,
                optional=True,
            ),
            inputs.text(
                "note",
                "Why?",
                lines=True,
                most=NOTE_LENGTH,
                hint="The customer reads it. It may stay empty when they withdrew it.",
                optional=True,
            ),
            blocks.context("A credit is approved by somebody else first; until then that part is not asked for."),
        ),
    )
