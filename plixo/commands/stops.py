"""`plixo hold …`, `plixo exclude`, `plixo gate …` and `plixo maintenance …`: what keeps mail from leaving."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.operations import maintenance
from domain.outreach import gates, holds
from domain.outreach.gates import Holds
from domain.outreach.holds import HoldKind
from plixo import shell
from plixo.commands.moments import Reason, Until, listed, moment, moment_or_none, sums, told

hold_app = typer.Typer(no_args_is_help=True, help="Stops on one customer, invoice or contact.")
gate_app = typer.Typer(no_args_is_help=True, help="Stops before all mail, or before all that leaves by itself.")
maintenance_app = typer.Typer(no_args_is_help=True, help="Keep all mail back and close the payers' pages for a while.")

Account = Annotated[str, typer.Argument(help="The customer's number or name.")]
Name = Annotated[str, typer.Argument(help="The gate's name, such as `readiness`.")]
End = Annotated[
    datetime, typer.Option("--until", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="In the merchant's time zone.")
]
Segment = Annotated[str | None, typer.Option(help="Only this segment.")]


@hold_app.command("put")
def put_hold(
    reason: Reason,
    account: Annotated[str | None, typer.Option(help="A customer's number or name.")] = None,
    invoice: Annotated[str | None, typer.Option(help="An invoice number.")] = None,
    contact: Annotated[str | None, typer.Option(help="An e-mail address of that customer.")] = None,
    kind: Annotated[HoldKind, typer.Option(help="Why.")] = HoldKind.PAUSE,
    until: Until = None,
) -> None:
    """Stop reminders to a customer or a contact, or about an invoice."""
    told(
        lambda core: holds.put(
            core,
            kind=kind,
            reason=reason,
            actor=SHELL,
            account=account,
            invoice_number=invoice,
            email=contact,
            until=moment_or_none(core, until),
        )
    )


@hold_app.command("lift")
def lift_hold(
    hold: Annotated[UUID, typer.Argument(help="The hold's id, as `plixo hold list` shows it.")], reason: Reason
) -> None:
    """Let the reminders go on that a hold stopped."""
    told(lambda core: holds.lift(core, hold_id=hold, reason=reason, actor=SHELL))


@hold_app.command("list")
def list_holds(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the holds in force, the newest first."""
    found = shell.run(holds.in_force)
    listed(
        found,
        (
            f"{each.id}  {each.kind}  {each.account_name}  {each.invoice_number or each.contact or 'all'}  "
            f"{_until(each.until)}: {each.reason} ({each.made_by})"
            for each in found
        ),
        as_json=as_json,
        empty="no holds",
    )


def exclude(account: Account, reason: Reason) -> None:
    """Send a customer no reminders at all."""
    told(lambda core: holds.exclude(core, account=account, reason=reason, actor=SHELL))


def include(account: Account, reason: Reason) -> None:
    """Send a customer reminders again."""
    told(lambda core: holds.include(core, account=account, reason=reason, actor=SHELL))


@gate_app.command("close")
def close_gate(
    name: Name,
    reason: Reason,
    keeps: Annotated[Holds, typer.Option(help="What it keeps back.")] = Holds.AUTOPILOT,
    segment: Segment = None,
    until: Until = None,
) -> None:
    """Keep mail back."""
    told(
        lambda core: gates.close(
            core,
            name=name,
            holds=keeps,
            reason=reason,
            actor=SHELL,
            segment=segment,
            until=moment_or_none(core, until),
        )
    )


@gate_app.command("open")
def open_gate(name: Name, reason: Reason, segment: Segment = None) -> None:
    """Let go what a gate kept back; each mail is judged again."""
    told(lambda core: gates.open(core, name=name, reason=reason, actor=SHELL, segment=segment))


@gate_app.command("list")
def list_gates(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the gates that keep mail back now."""
    found = shell.run(gates.closed)
    listed(
        found,
        (f"{each.name}  {each.segment or 'all'}  {each.holds}  {_until(each.until)}: {each.reason}" for each in found),
        as_json=as_json,
        empty="no gate is closed",
    )


@maintenance_app.command("on")
def maintenance_on(reason: Reason, until: Until = None) -> None:
    """Send nothing until then; webhooks and inbound mail are still taken."""
    told(
        lambda core: gates.close(
            core,
            name=gates.MAINTENANCE,
            holds=Holds.ALL_MAIL,
            reason=reason,
            actor=SHELL,
            until=moment_or_none(core, until),
        )
    )


@maintenance_app.command("off")
def maintenance_off(
    reason: Annotated[str, typer.Option(help="Kept in the audit trail.")] = "maintenance is over",
) -> None:
    """Send again."""
    told(lambda core: maintenance.end(core, reason=reason, actor=SHELL))


@maintenance_app.command("preview")
def maintenance_preview(until: End, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Say what it would hold back until then, without switching it on."""
    found = shell.run(lambda core: maintenance.impact(core, until=moment(core, until)))
    lines = (
        f"{found.mails:,} mails are queued and {found.reminders:,} reminders fall due, over {sums(found.sums)}",
        *(f"{name}: {count:,} runs whose mail would wait" for name, count in found.slots),
        f"{found.sessions:,} payers began a visit within half an hour, {found.checkouts:,} payment pages are open",
    )
    listed(found, lines, as_json=as_json, empty="nothing")


@maintenance_app.command("prolong")
def maintenance_prolong(until: End) -> None:
    """Move its end."""
    told(lambda core: maintenance.prolong(core, until=moment(core, until), actor=SHELL))


def _until(moment: datetime | None) -> str:
    return f"until {moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "until it is lifted"
