"""Plans: instalments noted for a payer, approved, countered, rejected or ended."""

from collections.abc import Mapping

from bot import asks, plan_words, reasons
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import plans as views
from domain.commitments import plan_queries, plans
from domain.commitments.parties import Source
from domain.commitments.states import PlanState
from domain.commitments.terms import Schedule
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases

EXAMPLE = "plan INV-1042 3 monthly from 2026-04-01 their main customer went bankrupt"
COUNTER = "plan counter INV-1042 2 monthly from 2026-04-01 three months are too long"


async def plan(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan INV-1042 3 monthly from 2026-04-01 reason…``, or show the invoice's plan.

    Raises:
        Misunderstood: Invoice, number, rhythm, first day or reason is missing.
    """
    number, rest = await plan_words.leading(core, ask, EXAMPLE)
    if not rest:
        return await _shown(core, number)
    wanted, reason = await plan_words.terms(core, number, rest, example=EXAMPLE)
    why = asks.reason(reason, why=say("Why do they need a plan?"), example=EXAMPLE)
    event = await plans.request(
        core, invoice_number=number, wanted=wanted, reason=why, actor=ask.actor, source=Source.OPERATOR
    )
    note = (
        say("It waits for a Controller; nothing pauses until then.")
        if event.needs_controller
        else say("It waits for somebody else who may approve; nothing pauses until then.")
    )
    return answers.done(event, views.show(event.invoice_id), note=note)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan list``: the requests that wait."""
    del ask
    return views.waiting(await plan_queries.waiting(core))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan approve INV-1042``, or by the reference that the payer has: ``P-1A2B-3C4D``."""
    number = await plan_words.invoice(core, asks.invoice_number(ask.words, example="plan approve INV-1042"))
    return answers.done(await plans.approve(core, invoice_number=number, actor=ask.actor))


async def accept(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan accept INV-1042``: the payer said yes to what we offered."""
    number = await plan_words.invoice(core, asks.invoice_number(ask.words, example="plan accept INV-1042"))
    return answers.done(await plans.accept(core, invoice_number=number, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan reject INV-1042 reason…``."""
    example = "plan reject INV-1042 the last instalment would come too late"
    number, rest = await plan_words.leading(core, ask, example)
    reason = asks.reason(rest, why=say("Why? The customer reads it."), example=example)
    return answers.done(await plans.reject(core, invoice_number=number, reason=reason, actor=ask.actor))


async def cancel(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan cancel INV-1042 reason…``."""
    example = "plan cancel INV-1042 they pay all at once"
    number, rest = await plan_words.leading(core, ask, example)
    reason = asks.reason(rest, why=say("Why is it cancelled?"), example=example)
    return answers.done(await plans.cancel(core, invoice_number=number, reason=reason, actor=ask.actor))


async def default(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan default INV-1042 reason…``: the whole balance is due again."""
    example = "plan default INV-1042 two instalments are missing"
    number, rest = await plan_words.leading(core, ask, example)
    reason = asks.reason(rest, why=say("Why is it given up?"), example=example)
    return answers.done(await plans.default(core, invoice_number=number, reason=reason, actor=ask.actor))


async def counter(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan counter INV-1042 2 monthly from 2026-04-01 note…``."""
    number, rest = await plan_words.leading(core, ask, COUNTER)
    wanted, note = await plan_words.terms(core, number, rest, example=COUNTER)
    event = await plans.counter(core, invoice_number=number, wanted=wanted, note=" ".join(note), actor=ask.actor)
    return answers.done(event, note=say("The customer is offered these terms; they hold once accepted."))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Show plan."""
    assert press.subject.invoice is not None, "the route asks for it"
    return await _shown(core, await cases.number(core, invoice_id=press.subject.invoice))


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve: of the very terms that were shown."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    event = await plans.approve(core, invoice_number=number, actor=press.actor, stamp=press.subject.seen)
    return answers.done(event, replaces=True)


async def press_reject(core: Core, press: Press) -> Answer:
    """Answer a click on Reject…: the customer reads the reason, so it is asked for."""
    view = await _pressed(core, press)
    return views.reject_form(view) if view.state is PlanState.REQUESTED else views.card(view)


async def submit_reject(core: Core, filled: Filled) -> Message:
    """Take the reason why a plan is declined."""
    reason = reasons.given(filled.values, views.REASONS, or_else=say("Why? The customer reads it."))
    number = await _number(core, filled)
    return answers.done(await plans.reject(core, invoice_number=number, reason=reason, actor=filled.actor))


async def press_counter(core: Core, press: Press) -> Answer:
    """Answer a click on Counter…: ask for the terms that we would agree to."""
    view = await _pressed(core, press)
    return views.counter_form(view) if view.state is PlanState.REQUESTED else views.card(view)


async def submit_counter(core: Core, filled: Filled) -> Message:
    """Take the terms that the customer is offered."""
    values, count = filled.values, filled.values.text("count")
    first_on, rhythm = values.day("first"), plan_words.RHYTHMS.get(values.choice("rhythm"))
    counts = count.isascii() and count.isdigit() and len(count) <= 3
    missing = {
        "count": "" if counts else say("A number of instalments, like 3."),
        "rhythm": "" if rhythm else say("How far apart are they?"),
        "first": "" if first_on else say("From which day?"),
    }
    if first_on is None or rhythm is None or any(missing.values()):
        raise Misfilled({field: said for field, said in missing.items() if said})
    event = await plans.counter(
        core,
        invoice_number=await _number(core, filled),
        wanted=Schedule(first_on, int(count), rhythm),
        note=values.text("note"),
        actor=filled.actor,
        stamp=filled.subject.seen,
    )
    return answers.done(event, note=say("The customer is offered these terms; they hold once accepted."))


async def _pressed(core: Core, press: Press) -> plan_queries.PlanView:
    assert press.subject.invoice is not None, "the route asks for it"
    view = await plan_queries.of_invoice(core, invoice_id=press.subject.invoice)
    if view is None:
        raise Misunderstood(say("There is no plan about that invoice any more."))
    return view


async def _number(core: Core, filled: Filled) -> str:
    assert filled.subject.invoice is not None, "the form's route asks for it"
    return await cases.number(core, invoice_id=filled.subject.invoice)


async def _shown(core: Core, number: str) -> Message:
    case = await cases.case(core, invoice_number=number)
    view = await plan_queries.of_invoice(core, invoice_id=case.invoice_id)
    if view is None:
        return answers.said(
            say(
                "There is no plan about {invoice}. Note one: `/plixo {example}`.",
                invoice=case.invoice_number,
                example=EXAMPLE,
            )
        )
    return views.card(view)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PROMISES, "plan", "INV N weekly|monthly from DAY reason…", Permission.WORK_QUEUE,
        phrase("notes a payer's wish for instalments, or shows the plan"), EXAMPLE, plan,
    ),
    command(
        Group.PROMISES, "plan list", "", Permission.VIEW,
        phrase("lists plans that wait for a decision"), "plan list", listed,
    ),
    command(
        Group.PROMISES, "plan approve", "INV|P-…", Permission.APPROVE,
        phrase("lets a plan run"), "plan approve INV-1042", approve,
    ),
    command(
        Group.PROMISES, "plan reject", "INV|P-… reason…", Permission.APPROVE,
        phrase("declines a plan"), "plan reject INV-1042 too slow", reject,
    ),
    command(
        Group.PROMISES, "plan counter", "INV|P-… N weekly|monthly from DAY [note…]", Permission.APPROVE,
        phrase("offers other terms"), COUNTER, counter,
    ),
    command(
        Group.PROMISES, "plan accept", "INV|P-…", Permission.WORK_QUEUE,
        phrase("the payer took our offer"), "plan accept INV-1042", accept,
    ),
    command(
        Group.PROMISES, "plan cancel", "INV|P-… reason…", Permission.WORK_QUEUE,
        phrase("takes a plan back"), "plan cancel INV-1042 they pay at once", cancel,
    ),
    command(
        Group.PROMISES, "plan default", "INV|P-… reason…", Permission.APPROVE,
        phrase("gives a running plan up"), "plan default INV-1042 two instalments are missing", default,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_PLAN: Route(Permission.VIEW, press_show, ("invoice",)),
    Action.APPROVE_PLAN: Route(Permission.APPROVE, press_approve, ("invoice", "seen")),
    Action.REJECT_PLAN: Route(Permission.APPROVE, press_reject, ("invoice",), opens=True),
    Action.COUNTER_PLAN: Route(Permission.APPROVE, press_counter, ("invoice",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.REJECT_PLAN: Form(Permission.APPROVE, submit_reject, ("invoice",)),
    FormId.COUNTER_PLAN: Form(Permission.APPROVE, submit_counter, ("invoice", "seen")),
}
