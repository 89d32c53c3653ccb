"""Objections: file one for a payer, ask the payer about it, and decide it, in forms; what is wrong is at its field."""

from collections.abc import Mapping

from bot import asks, disputes, entered, sessions
from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.dispute_files import SOURCE
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers, dispute_forms
from bot.views import case_forms as forms
from bot.views import disputes as views
from bot.views import promises as promise_views
from domain.casework import dispute_questions
from domain.casework.refusals import NobodyToAsk, TextUnusable
from domain.commitments import dispute_endings, dispute_queries, dispute_uploads
from domain.commitments import disputes as filings
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_refusals import (
    DescriptionUnusable,
    DisputeReasonUnknown,
    DisputeTooLarge,
    ResolutionUnusable,
)
from domain.commitments.objections import Filing
from domain.commitments.refusals import AmountNotPositive, OtherCurrency, ReasonMissing
from domain.kernel import speech
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.outreach import confirmations

ASK = "dispute ask D-1A2B-3C4D which delivery note is it about?"


async def press_file(core: Core, press: Press) -> Answer:
    """Answer a click on Dispute: show the form."""
    case = await cases.case(core, invoice_id=press.subject.invoice)
    mail = await confirmations.of_account(core, account_id=case.account_id)
    return forms.dispute(
        case, most=speech.amount(case.balance), card=press.subject.card, confirmed=promise_views.confirmed(mail)
    )


async def submit_file(core: Core, filled: Filled) -> Message:
    """File the objection that was entered."""
    case = await entered.case(core, filled)
    reason = filled.values.choice("reason")
    filing = Filing(
        reason_code=reason,
        description=filled.values.needed("words", or_else=say("What do they object to? Describe it in their words.")),
        amount=entered.amount(filled.values, "amount", currency=case.balance.currency),
    )
    with entered.at_fields(
        {
            "reason": (DisputeReasonUnknown,),
            "amount": (AmountNotPositive, OtherCurrency, DisputeTooLarge),
            "words": (DescriptionUnusable,),
        }
    ):
        event = await filings.file(core, invoice_number=case.invoice_number, filing=filing, actor=filled.actor)
    files = {f"{SOURCE}{each.id}": each.name for each in filled.values.files("papers") if each.id}
    note = promise_views.confirmed(await confirmations.of_account(core, account_id=case.account_id))
    if files:
        await dispute_uploads.taken(
            core, dispute_id=event.dispute_id, files=files, chat_id=filled.slack_id, actor=filled.actor
        )
        fetching = say("The files are being fetched; the dispute shows them, and you hear of one that cannot be had.")
        note = f"{fetching} {note}"
    return answers.done(event, views.show(event.dispute_id), views.take(event.dispute_id), note=note)


async def press_resolve(core: Core, press: Press) -> Answer:
    """Answer a click on Decide: show the form, as long as there is something to decide."""
    return await _form(core, press)


async def press_right(core: Core, press: Press) -> Answer:
    """Answer a click on They are right: show the form with that said."""
    return await _form(core, press, outcome=Outcome.ACCEPTED.value)


async def press_wrong(core: Core, press: Press) -> Answer:
    """Answer a click on They are wrong: show the form with that said."""
    return await _form(core, press, outcome=Outcome.REJECTED.value)


async def _form(core: Core, press: Press, *, outcome: str = "") -> Answer:
    assert press.subject.dispute is not None, "the route asks for it"
    dispute = await dispute_queries.dispute(core, dispute_id=press.subject.dispute)
    return views.card(dispute) if dispute.sla is None else dispute_forms.resolve(dispute, outcome=outcome)


async def submit_resolve(core: Core, filled: Filled) -> Message:
    """End the dispute as it was entered; the payer reads the note.

    Raises:
        Misfilled: An amount is needed, or the outcome is none.
    """
    dispute_id = filled.subject.dispute
    assert dispute_id is not None, "the form's route asks for it"
    dispute = await dispute_queries.dispute(core, dispute_id=dispute_id)
    note, said = filled.values.text("note"), filled.values.choice("outcome")
    if said == dispute_forms.WITHDRAWN:
        return answers.done(await dispute_endings.withdraw(core, dispute_id=dispute_id, note=note, actor=filled.actor))
    if said not in {each.value for each in Outcome}:
        raise Misfilled({"outcome": say("How does it end?")})
    outcome = Outcome(said)
    credit = entered.amount(filled.values, "credit", currency=dispute.amount.currency)
    if outcome is Outcome.PARTLY_ACCEPTED and credit is None:
        raise Misfilled({"credit": say("How much is credited?")})
    with entered.at_fields({"note": (ReasonMissing,), "credit": (ResolutionUnusable, OtherCurrency)}):
        event = await dispute_endings.resolve(
            core,
            dispute_id=dispute_id,
            outcome=outcome,
            note=note,
            actor=filled.actor,
            credit=credit if outcome is Outcome.PARTLY_ACCEPTED else None,
        )
    return answers.done(event, views.show(dispute_id))


async def ask(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute ask D-1A2B-3C4D text…``: the text goes to the payer by mail."""
    dispute_id = await disputes.first(core, ask.words, ASK)
    said = asks.reason(ask.words[1:], why=say("What do you want to know? The payer reads it."), example=ASK)
    event = await dispute_questions.ask(core, dispute_id=dispute_id, text=said, actor=ask.actor)
    return answers.done(event, views.show(dispute_id))


async def press_ask(core: Core, press: Press) -> Answer:
    """Answer a click on Ask the customer: show the form, as long as somebody can be asked.

    Raises:
        NobodyToAsk: No contact of the customer can be mailed.
    """
    assert press.subject.dispute is not None, "the route asks for it"
    dispute = await dispute_queries.dispute(core, dispute_id=press.subject.dispute)
    if dispute.sla is None or not views.ask(dispute):
        return views.card(dispute)
    to = await dispute_questions.recipients(core, dispute_id=dispute.dispute_id)
    if not to:
        raise NobodyToAsk
    return dispute_forms.ask(dispute, to)


async def submit_ask(core: Core, filled: Filled) -> Message:
    """Mail the question that was written."""
    dispute_id = filled.subject.dispute
    assert dispute_id is not None, "the form's route asks for it"
    said = filled.values.needed("question", or_else=say("What do you want to know? The payer reads it."))
    with entered.at_fields({"question": (TextUnusable,), "contact": (NobodyToAsk,)}):
        event = await dispute_questions.ask(
            core, dispute_id=dispute_id, text=said, actor=filled.actor,
            contact_id=entered.chosen(filled.values, "contact", or_else=say("Who is asked?")),
        )  # fmt: skip
    return answers.done(event, views.show(dispute_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.DISPUTES, "dispute ask", "INV|D-… text…", Permission.WORK_QUEUE,
        phrase("asks the customer about it by mail"), ASK, ask,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.DISPUTE_CASE: Route(Permission.WORK_QUEUE, sessions.pressed(press_file), ("invoice",), opens=True),
    Action.ASK_PAYER: Route(Permission.WORK_QUEUE, press_ask, ("dispute",), opens=True),
    Action.RESOLVE_DISPUTE: Route(Permission.VIEW, press_resolve, ("dispute",), opens=True),
    Action.DISPUTE_RIGHT: Route(Permission.VIEW, press_right, ("dispute",), opens=True),
    Action.DISPUTE_WRONG: Route(Permission.VIEW, press_wrong, ("dispute",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.DISPUTE_CASE: Form(Permission.WORK_QUEUE, sessions.filled(submit_file)),
    FormId.ASK_PAYER: Form(Permission.WORK_QUEUE, submit_ask, ("dispute",)),
    FormId.RESOLVE_DISPUTE: Form(Permission.VIEW, submit_resolve, ("dispute",)),
}
"""Who may decide, the domain says: whoever works the queue, or approves credits."""
