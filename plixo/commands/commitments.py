"""`plixo promise …`, `plixo plan …` and `plixo radar`: what payers said they would pay, and when."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.commitments import plan_queries, plans, promises, radar
from domain.commitments.events import PlanCountered, PlanRequested, PromiseMade
from domain.commitments.parties import Source
from domain.commitments.plan_queries import PlanView
from domain.commitments.terms import Frequency, Instalment, Own, Schedule
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.operations import cases
from plixo import shell
from plixo.commands.moments import Day, Number, Reason, amount, listed, told

promise_app = typer.Typer(no_args_is_help=True, help="A payer's word on an amount and a day.")
plan_app = typer.Typer(no_args_is_help=True, help="Instalments: asked for, decided, watched.")

Amount = Annotated[str, typer.Argument(help="Amount in the invoice's currency, such as 500.00.")]
First = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the first instalment.")]
Count = Annotated[int, typer.Option(min=1, max=120, help="How many instalments.")]
Every = Annotated[Frequency, typer.Option(help="How often.")]
Parts = Annotated[
    list[str] | None,
    typer.Option("--part", help="Instalments of your own instead: `2026-04-30=500.00`, once for each."),
]


@promise_app.command("make")
def make_promise(
    number: Number, promised: Amount, on: Day, note: Annotated[str, typer.Option(help="What was said.")] = ""
) -> None:
    """Note a promise; until its day and the grace after it, just this part is not asked for."""

    async def made(core: Core) -> PromiseMade:
        money = await amount(core, promised, invoice_number=number)
        return await promises.make(
            core, invoice_number=number, amount=money, on=on.date(), actor=SHELL, source=Source.SHELL, note=note
        )

    told(made)


@promise_app.command("move")
def move_promise(
    number: Number,
    promise: Annotated[UUID, typer.Argument(help="The promise's id, as `plixo promise list` shows it.")],
    promised: Amount,
    on: Day,
    note: Annotated[str, typer.Option(help="What was said.")] = "",
) -> None:
    """Move a promise to another day or amount before its day is over; it does not count as broken."""

    async def moved(core: Core) -> PromiseMade:
        money = await amount(core, promised, invoice_number=number)
        return await promises.replace(
            core, promise_id=promise, amount=money, on=on.date(), actor=SHELL, source=Source.SHELL, note=note
        )

    told(moved)


@promise_app.command("withdraw")
def withdraw_promise(promise: Annotated[UUID, typer.Argument(help="The promise's id.")], reason: Reason) -> None:
    """Take a promise back; reminders for its part go on."""
    told(lambda core: promises.withdraw(core, promise_id=promise, reason=reason, actor=SHELL))


@promise_app.command("list")
def list_promises(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show an invoice's promises."""

    async def found(core: Core) -> tuple[promises.PromiseLine, ...]:
        return await promises.of_invoice(core, invoice_id=(await cases.case(core, invoice_number=number)).invoice_id)

    lines = shell.run(found)
    listed(
        lines,
        (f"{each.promise_id}  {each.amount} by {each.promised_on}: {each.state}  {each.note}" for each in lines),
        as_json=as_json,
        empty="no promises",
    )


@plan_app.command("request")
def request_plan(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why the payer asks for instalments.")],
    first: First = None,
    count: Count = 3,
    every: Every = Frequency.MONTHLY,
    part: Parts = None,
) -> None:
    """Ask for a plan on the payer's behalf; nothing pauses before somebody approves it."""

    async def requested(core: Core) -> PlanRequested:
        wanted = await _terms(core, number, first, count, every, part)
        return await plans.request(
            core, invoice_number=number, wanted=wanted, reason=reason, actor=SHELL, source=Source.SHELL
        )

    told(requested)


@plan_app.command("counter")
def counter_plan(
    number: Number,
    first: First = None,
    count: Count = 3,
    every: Every = Frequency.MONTHLY,
    part: Parts = None,
    note: Annotated[str, typer.Option(help="What the payer is told about it.")] = "",
) -> None:
    """Offer other terms; they hold once the payer accepts them."""

    async def countered(core: Core) -> PlanCountered:
        wanted = await _terms(core, number, first, count, every, part)
        return await plans.counter(core, invoice_number=number, wanted=wanted, actor=SHELL, note=note)

    told(countered)


@plan_app.command("approve")
def approve_plan(number: Number) -> None:
    """Let the plan that was asked for run."""
    told(lambda core: plans.approve(core, invoice_number=number, actor=SHELL))


@plan_app.command("accept")
def accept_plan(number: Number) -> None:
    """Take the terms that were offered, on the payer's behalf."""
    told(lambda core: plans.accept(core, invoice_number=number, actor=SHELL))


@plan_app.command("reject")
def reject_plan(number: Number, reason: Reason) -> None:
    """Decline a plan; the payer is told, and reminders go on."""
    told(lambda core: plans.reject(core, invoice_number=number, reason=reason, actor=SHELL))


@plan_app.command("cancel")
def cancel_plan(number: Number, reason: Reason) -> None:
    """Take a plan back."""
    told(lambda core: plans.cancel(core, invoice_number=number, reason=reason, actor=SHELL))


@plan_app.command("default")
def default_plan(number: Number, reason: Reason) -> None:
    """Give a running plan up: the whole balance is due again."""
    told(lambda core: plans.default(core, invoice_number=number, reason=reason, actor=SHELL))


@plan_app.command("show")
def show_plan(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show an invoice's plan, with how each instalment stands."""

    async def found(core: Core) -> PlanView | None:
        return await plan_queries.of_invoice(
            core, invoice_id=(await cases.case(core, invoice_number=number)).invoice_id
        )

    plan = shell.run(found)
    listed(plan, _plan_lines(plan), as_json=as_json, empty="no plan")


@plan_app.command("list")
def list_plans(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the requests that nobody has decided, the oldest first."""
    waiting = shell.run(plan_queries.waiting)
    listed(
        waiting,
        (
            f"{each.invoice_number}  {each.account_name}  {each.covers} in {each.parts} parts, {each.first_on} to "
            f"{each.last_on}: {each.reason}{'  (needs a Controller)' if each.needs_controller else ''}"
            for each in waiting
        ),
        as_json=as_json,
        empty="no plan waits for a decision",
    )


def show_radar(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the Commitment Radar: promises due or broken and plans near default, the most at risk first."""
    found = shell.run(radar.radar)
    listed(
        found,
        (
            f"{each.invoice_number}  {each.account_name}  {each.at_risk}  {each.blip} ({each.on}): {each.reason}"
            for each in found.lines
        ),
        as_json=as_json,
        empty="nothing on the radar today",
    )


def _plan_lines(plan: PlanView | None) -> Iterator[str]:
    if plan is None:
        return
    yield f"{plan.invoice_number}  {plan.account_name}  {plan.covers}, {plan.frequency}: {plan.state}"
    yield f"asked for by {plan.made_by}: {plan.reason}"
    for each in plan.instalments:
        standing = "missed" if each.missed else "paid" if not each.unpaid else f"{each.unpaid} to pay"
        yield f"  {each.position}/{each.parts}  {each.due_on}  {each.amount}  {standing}"


async def _terms(
    core: Core, number: str, first: datetime | None, count: int, every: Frequency, parts: list[str] | None
) -> Schedule | Own:
    if parts:
        return Own(tuple([await _part(core, number, each) for each in parts]))
    if first is None or every is Frequency.OWN:
        raise typer.BadParameter("say --first, or --part once for each instalment")
    return Schedule(first_on=first.date(), count=count, frequency=every)


async def _part(core: Core, number: str, typed: str) -> Instalment:
    on, _, how_much = typed.partition("=")
    try:
        due_on = date.fromisoformat(on)
    except ValueError:
        raise typer.BadParameter(f"{typed!r} is not like 2026-04-30=500.00") from None
    money: Money = await amount(core, how_much, invoice_number=number)
    return Instalment(due_on=due_on, amount=money)
