"""Plans: instalments noted for a payer, approved, countered, rejected or ended."""

import re
from collections.abc import Mapping

from bot import asks, reasons, words
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
from domain.commitments.terms import Frequency, Instalment, Own, Schedule, Terms
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.operations import cases

EXAMPLE = "plan INV-1042 3 monthly from 2026-04-01 their main customer went bankrupt"
COUNTER = "plan counter INV-1042 2 monthly from 2026-04-01 three months are too long"

RHYTHMS = {
    "weekly": Frequency.WEEKLY,
    "week": Frequency.WEEKLY,
    "biweekly": Frequency.BIWEEKLY,
    "fortnightly": Frequency.BIWEEKLY,
    "monthly": Frequency.MONTHLY,
    "month": Frequency.MONTHLY,
    "months": Frequency.MONTHLY,
    "weeks": Frequency.WEEKLY,
}

_AND = {"and", "+", "then", ","}


async def plan(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan INV-1042 3 monthly from 2026-04-01 reason…``, or show the invoice's plan.

    Raises:
        Misunderstood: Invoice, number, rhythm, first day or reason is missing.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    if not rest:
        return await _shown(core, number)
    wanted, reason = await _terms(core, number, rest, example=EXAMPLE)
    why = asks.reason(reason, why="Why do they need a plan?", example=EXAMPLE)
    event = await plans.request(
        core, invoice_number=number, wanted=wanted, reason=why, actor=ask.actor, source=Source.OPERATOR
    )
    who = "a Controller" if event.needs_controller else "somebody else who may approve"
    return answers.done(event, views.show(event.invoice_id), note=f"It waits for {who}; nothing pauses until then.")


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan list``: the requests that wait."""
    del ask
    return views.waiting(await plan_queries.waiting(core))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan approve INV-1042``."""
    number = asks.invoice_number(ask.words, example="plan approve INV-1042")
    return answers.done(await plans.approve(core, invoice_number=number, actor=ask.actor))


async def accept(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan accept INV-1042``: the payer said yes to what we offered."""
    number = asks.invoice_number(ask.words, example="plan accept INV-1042")
    return answers.done(await plans.accept(core, invoice_number=number, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan reject INV-1042 reason…``."""
    example = "plan reject INV-1042 the last instalment would come too late"
    number, rest = asks.leading_number(ask.words, example=example)
    reason = asks.reason(rest, why="Why? The customer reads it.", example=example)
    return answers.done(await plans.reject(core, invoice_number=number, reason=reason, actor=ask.actor))


async def cancel(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan cancel INV-1042 reason…``."""
    example = "plan cancel INV-1042 they pay all at once"
    number, rest = asks.leading_number(ask.words, example=example)
    reason = asks.reason(rest, why="Why is it cancelled?", example=example)
    return answers.done(await plans.cancel(core, invoice_number=number, reason=reason, actor=ask.actor))


async def default(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan default INV-1042 reason…``: the whole balance is due again."""
    example = "plan default INV-1042 two instalments are missing"
    number, rest = asks.leading_number(ask.words, example=example)
    reason = asks.reason(rest, why="Why is it given up?", example=example)
    return answers.done(await plans.default(core, invoice_number=number, reason=reason, actor=ask.actor))


async def counter(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo plan counter INV-1042 2 monthly from 2026-04-01 note…``."""
    number, rest = asks.leading_number(ask.words, example=COUNTER)
    wanted, note = await _terms(core, number, rest, example=COUNTER)
    event = await plans.counter(core, invoice_number=number, wanted=wanted, note=" ".join(note), actor=ask.actor)
    return answers.done(event, note="The customer is offered these terms; they hold once accepted.")


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
    reason = reasons.given(filled.values, views.REASONS, or_else="Why? The customer reads it.")
    number = await _number(core, filled)
    return answers.done(await plans.reject(core, invoice_number=number, reason=reason, actor=filled.actor))


async def press_counter(core: Core, press: Press) -> Answer:
    """Answer a click on Counter…: ask for the terms that we would agree to."""
    view = await _pressed(core, press)
    return views.counter_form(view) if view.state is PlanState.REQUESTED else views.card(view)


async def submit_counter(core: Core, filled: Filled) -> Message:
    """Take the terms that the customer is offered."""
    values, count = filled.values, filled.values.text("count")
    first_on, rhythm = values.day("first"), RHYTHMS.get(values.choice("rhythm"))
    missing = {
        "count": "" if count.isascii() and count.isdigit() and len(count) <= 3 else "A number of instalments, like 3.",
        "rhythm": "" if rhythm else "How far apart are they?",
        "first": "" if first_on else "From which day?",
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
    return answers.done(event, note="The customer is offered these terms; they hold once accepted.")


async def _pressed(core: Core, press: Press) -> plan_queries.PlanView:
    assert press.subject.invoice is not None, "the route asks for it"
    view = await plan_queries.of_invoice(core, invoice_id=press.subject.invoice)
    if view is None:
        raise Misunderstood("There is no plan about that invoice any more.")
    return view


async def _number(core: Core, filled: Filled) -> str:
    assert filled.subject.invoice is not None, "the form's route asks for it"
    return await cases.number(core, invoice_id=filled.subject.invoice)


async def _shown(core: Core, number: str) -> Message:
    case = await cases.case(core, invoice_number=number)
    view = await plan_queries.of_invoice(core, invoice_id=case.invoice_id)
    if view is None:
        return answers.said(f"There is no plan about {case.invoice_number}. Note one: `/plixo {EXAMPLE}`.")
    return views.card(view)


async def _terms(core: Core, number: str, rest: tuple[str, ...], *, example: str) -> tuple[Terms, tuple[str, ...]]:
    """Read instalments: ``3 monthly from DAY``, or each with its own amount and day, joined by ``and``."""
    if rest and re.fullmatch(r"\d{1,3}x?", rest[0]) and len(rest) > 1 and rest[1].casefold() in RHYTHMS:
        return _schedule(core, rest, example)
    return await _own(core, number, rest, example)


def _schedule(core: Core, rest: tuple[str, ...], example: str) -> tuple[Terms, tuple[str, ...]]:
    count, rhythm = int(rest[0].strip("xX")), RHYTHMS[rest[1].casefold()]
    behind = rest[2:]
    if behind and behind[0].casefold() in {"from", "starting", "ab"}:
        behind = behind[1:]
    read = words.leading_day(behind, today=local_date(core.clock, core.merchant.zone))
    if read is None:
        raise Misunderstood(f"From which day? For example `/plixo {example}`.")
    return Schedule(read[0], count, rhythm), behind[read[1] :]


async def _own(core: Core, number: str, rest: tuple[str, ...], example: str) -> tuple[Terms, tuple[str, ...]]:
    currency = (await cases.case(core, invoice_number=number)).balance.currency
    today = local_date(core.clock, core.merchant.zone)
    found: list[Instalment] = []
    while rest:
        read = words.terms(rest, currency=currency, today=today)
        if read.amount is None or read.day is None:
            break
        found.append(Instalment(read.day, read.amount))
        rest = tuple(read.rest.split())
        if not rest or rest[0].casefold() not in _AND:
            break
        rest = rest[1:]
    if not found:
        own = "plan counter" if "counter" in example else "plan"
        raise Misunderstood(
            f"Which instalments? For example `/plixo {example}`, or each by itself: "
            f"`/plixo {own} {number} 500 on 2026-04-01 and 750 on 2026-05-01 …`."
        )
    return Own(tuple(found)), rest


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PROMISES,
        "plan",
        "INV N weekly|monthly from DAY reason…",
        Permission.WORK_QUEUE,
        "notes a payer's wish for instalments, or shows the plan",
        EXAMPLE,
        plan,
    ),
    command(
        Group.PROMISES, "plan list", "", Permission.VIEW, "lists plans that wait for a decision", "plan list", listed
    ),
    command(
        Group.PROMISES, "plan approve", "INV", Permission.APPROVE, "lets a plan run", "plan approve INV-1042", approve
    ),
    command(
        Group.PROMISES,
        "plan reject",
        "INV reason…",
        Permission.APPROVE,
        "declines a plan",
        "plan reject INV-1042 too slow",
        reject,
    ),
    command(
        Group.PROMISES,
        "plan counter",
        "INV N weekly|monthly from DAY [note…]",
        Permission.APPROVE,
        "offers other terms",
        COUNTER,
        counter,
    ),
    command(
        Group.PROMISES,
        "plan accept",
        "INV",
        Permission.WORK_QUEUE,
        "the payer took our offer",
        "plan accept INV-1042",
        accept,
    ),
    command(
        Group.PROMISES,
        "plan cancel",
        "INV reason…",
        Permission.WORK_QUEUE,
        "takes a plan back",
        "plan cancel INV-1042 they pay at once",
        cancel,
    ),
    command(
        Group.PROMISES,
        "plan default",
        "INV reason…",
        Permission.APPROVE,
        "gives a running plan up",
        "plan default INV-1042 two instalments are missing",
        default,
    ),
)

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
