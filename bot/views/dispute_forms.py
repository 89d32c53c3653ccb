"""Forms of a dispute: what is objected to stands above, and the payer reads the words below."""

from collections.abc import Mapping, Sequence

from bot import blocks, inputs, text
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views import disputes
from domain.casework.dispute_questions import LONGEST, Recipient
from domain.commitments.dispute_endings import NOTE_LENGTH, Outcome
from domain.commitments.dispute_queries import DisputeView
from domain.kernel.speech import phrase, say, say_as

WITHDRAWN = "withdrawn"

OUTCOMES: Mapping[str, str] = {
    Outcome.ACCEPTED.value: phrase("Accepted: all of it is credited"),
    Outcome.PARTLY_ACCEPTED.value: phrase("Accepted in part: an amount is credited"),
    Outcome.REJECTED.value: phrase("Rejected: it is asked for again"),
    WITHDRAWN: phrase("Withdrawn by the customer"),
}


def ask(dispute: DisputeView, to: Sequence[Recipient]) -> Modal:
    """Return the form in which the payer is asked."""
    about = {"reference": dispute.reference, "invoice": text.foreign(dispute.invoice_number)}
    people = [
        Option(text.plain(", ".join(filter(None, (each.name, each.address))), limit=70), str(each.contact_id))
        for each in to
    ]
    return Modal(
        title=say("Ask the customer"),
        form=FormId.ASK_PAYER,
        submit=say("Send"),
        subject=Subject(dispute=dispute.dispute_id),
        blocks=(
            blocks.section(f"{say('*Dispute {reference} about {invoice}*', **about)}\n{disputes.disputed(dispute)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            inputs.select("contact", say("Who is asked"), people, initial=people[0].value),
            inputs.text(
                "question",
                say("Your question"),
                lines=True,
                most=min(LONGEST, 3_000),
                hint=say("It leaves at once as a mail in their language, with your words as they are."),
            ),
            blocks.context(
                say("Until they answer the dispute's time stands still, for some days at most; what they write comes"
                    " back to this invoice.")
            ),
        ),
    )  # fmt: skip


def resolve(dispute: DisputeView, *, outcome: str = "") -> Modal:
    """Return the form that decides it; *outcome* is what was said before, where something was."""
    about = {"reference": dispute.reference, "invoice": text.foreign(dispute.invoice_number)}
    head = (
        say("*Test dispute {reference} about {invoice}*", **about)
        if dispute.is_test
        else say("*Dispute {reference} about {invoice}*", **about)
    )
    outcomes = [Option(say(does), name) for name, does in OUTCOMES.items()]
    return Modal(
        title=say("Decide the dispute"),
        form=FormId.RESOLVE_DISPUTE,
        submit=say_as("a dispute", "Decide"),
        subject=Subject(dispute=dispute.dispute_id),
        blocks=(
            blocks.section(f"{head}\n{disputes.disputed(dispute)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            inputs.radio("outcome", say("How does it end?"), outcomes, initial=outcome),
            inputs.text(
                "credit",
                say("How much is credited?"),
                hint=say("Only when it is accepted in part; less than {amount}.", amount=dispute.amount),
                most=40,
                optional=True,
            ),
            inputs.text(
                "note",
                say("Why?"),
                lines=True,
                most=NOTE_LENGTH,
                hint=say("The customer reads it. It may stay empty when they withdrew it."),
                optional=True,
            ),
            blocks.context(say("A credit is approved by somebody else first; until then that part is not asked for.")),
        ),
    )
