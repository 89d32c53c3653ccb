"""`plixo account …`, `plixo task …`, `plixo snooze`, `plixo contact …` and `plixo workload`: who works on what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.casework import absences, accounts, assignments, snoozes, task_lists, tasks, workloads
from domain.casework.accounts import Customer
from domain.casework.tasks import TaskKind
from domain.kernel.actor import SHELL
from domain.ledger import contacts
from domain.ledger.contacts import ContactRole
from plixo import shell
from plixo.commands.moments import Number, Reason, listed, moment, sums, told

account_app = typer.Typer(no_args_is_help=True, help="A customer: everything that is known, and whose it is.")
task_app = typer.Typer(no_args_is_help=True, help="What only a person can do.")
contact_app = typer.Typer(no_args_is_help=True, help="Whom at a customer we write to.")
away_app = typer.Typer(no_args_is_help=True, help="Who is away, and who stands in.")

Account = Annotated[str, typer.Argument(help="The customer's number or name.")]
Task = Annotated[UUID, typer.Argument(help="The task's id, as `plixo task list` shows it.")]
SlackId = Annotated[str, typer.Argument(help="Slack user id, such as U02ANNA.")]
Moment = Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="In the merchant's time zone.")]


@account_app.command("show")
def show_account(account: Account, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show a customer: open invoices, ageing, promises, plans, disputes, tasks, holds, contacts and mails."""
    found = shell.run(lambda core: accounts.show(core, account=account, actor=SHELL))
    listed(found, _customer(found), as_json=as_json, empty="")


@account_app.command("assign")
def assign_account(account: Account, slack_id: SlackId) -> None:
    """Make a person the owner of a customer."""
    told(lambda core: assignments.assign(core, account=account, slack_id=slack_id, actor=SHELL))


@account_app.command("hand-over")
def hand_over(from_slack_id: SlackId, to_slack_id: SlackId) -> None:
    """Make every customer of one person another's, for good."""
    told(lambda core: assignments.hand_over(core, from_slack_id=from_slack_id, to_slack_id=to_slack_id, actor=SHELL))


@task_app.command("list")
def list_tasks(
    kind: Annotated[TaskKind | None, typer.Option(help="Only these.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the open tasks, the most at risk first."""
    page = shell.run(lambda core: task_lists.page(core, actor=SHELL, kind=kind, limit=100))
    listed(
        page,
        (
            f"{each.id}  {each.kind}  {each.account_name}  {each.invoice_number or ''}  {sums(each.at_risk)}\n"
            f"    {each.reason}"
            for each in page.lines
        ),
        as_json=as_json,
        empty="no open tasks",
    )


@task_app.command("add")
def add_task(kind: TaskKind, number: Number, reason: Reason) -> None:
    """Open a task about the customer of an invoice."""
    told(
        lambda core: tasks.add(core, kind=kind, invoice_number=number, reason=reason, actor=SHELL),
        nothing="the same task is open already",
    )


@task_app.command("done")
def finish_task(task: Task, outcome: Annotated[str, typer.Option(help="What came of it.")]) -> None:
    """Say that a task is done."""
    told(lambda core: tasks.finish(core, task_id=task, outcome=outcome, actor=SHELL))


@task_app.command("drop")
def drop_task(task: Task, reason: Reason) -> None:
    """Give a task up."""
    told(lambda core: tasks.drop(core, task_id=task, reason=reason, actor=SHELL))


def snooze(number: Number, until: Moment, reason: Reason) -> None:
    """Take an invoice out of the queue until a moment, or until something happens."""
    told(
        lambda core: snoozes.snooze(core, invoice_number=number, until=moment(core, until), reason=reason, actor=SHELL)
    )


def wake(number: Number) -> None:
    """Put a snoozed invoice back into the queue."""
    told(lambda core: snoozes.wake(core, invoice_number=number, actor=SHELL))


@contact_app.command("add")
def add_contact(
    account: Account,
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    role: Annotated[ContactRole, typer.Option(help="What is sent to them.")] = ContactRole.BILLING,
) -> None:
    """Add a contact to a customer."""
    told(lambda core: contacts.add(core, account=account, email=email, name=name, role=role, actor=SHELL))


@contact_app.command("remove")
def remove_contact(account: Account, email: Annotated[str, typer.Argument(help="The e-mail address.")]) -> None:
    """Remove a contact of a customer; what was mailed to it stays in the history."""
    told(lambda core: contacts.remove(core, account=account, email=email, actor=SHELL))


@away_app.command("plan")
def plan_absence(
    slack_id: SlackId,
    deputy: Annotated[str, typer.Option(help="Slack user id of the deputy.")],
    begin: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From when.")],
    until: Moment,
) -> None:
    """Plan that a person is away; their work goes to the deputy meanwhile."""
    told(
        lambda core: absences.plan(
            core,
            deputy_slack_id=deputy,
            from_at=moment(core, begin),
            until=moment(core, until),
            actor=SHELL,
            slack_id=slack_id,
        )
    )


@away_app.command("cancel")
def cancel_absence(slack_id: SlackId) -> None:
    """End a person's absence, or take back the next one that is planned."""
    told(lambda core: absences.cancel(core, actor=SHELL, slack_id=slack_id))


@away_app.command("list")
def list_absences(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show who is away or will be."""
    found = shell.run(lambda core: absences.listed(core, actor=SHELL))
    listed(
        found,
        (
            f"{each.person}: {each.from_at:%Y-%m-%d %H:%M} to {each.until:%Y-%m-%d %H:%M} UTC, {each.deputy} stands in"
            for each in found
        ),
        as_json=as_json,
        empty="nobody is away",
    )


def show_workloads(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show every operator's workload, the heaviest first."""
    found = shell.run(lambda core: workloads.workloads(core, actor=SHELL))
    listed(
        found,
        (
            f"{each.person or 'nobody':20} {each.accounts:5} customers  {each.waiting:5} cases, {each.urgent} urgent  "
            f"{each.tasks:4} tasks  {each.exposure_told}"
            for each in found
        ),
        as_json=as_json,
        empty="no work",
    )


def _customer(found: Customer) -> Iterator[str]:
    yield f"{found.name}  {found.number or ''}  {found.country or ''}  owner: {found.owner or 'nobody'}"
    for each in found.exposure:
        buckets = ", ".join(f"{name}: {money}" for name, money in each.buckets if money)
        yield f"open {each.total}, overdue {each.overdue} ({buckets})"
    if found.in_all:
        yield f"in all {found.in_all}"
    for invoice in found.invoices:
        paused = f"; {invoice.paused}" if invoice.paused else ""
        yield f"  {invoice.number}  {invoice.balance}  due {invoice.due_on}, {invoice.days_past_due} days past{paused}"
    for contact in found.contacts:
        suppressed = f", suppressed: {contact.suppressed_for}" if contact.suppressed_for else ""
        yield f"  contact {contact.address} ({contact.role}){suppressed}"
    for line in (*found.agreed, *found.holds, *found.mails):
        yield f"  {line}"
    for task in found.tasks:
        yield f"  task: {task.kind}, {task.reason}"
