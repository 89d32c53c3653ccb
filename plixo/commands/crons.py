"""`plixo cron …`: what happens by the clock, pausing one and letting it go on."""

from datetime import datetime
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.operations import cron_dangers, cron_lists, cron_pauses
from domain.operations.cron_lists import Standing
from plixo import shell
from plixo.commands.moments import listed, moment, told

cron_app = typer.Typer(
    invoke_without_command=True, help="What happens by the clock: when, what was missed, and what is paused."
)

Name = Annotated[str, typer.Argument(help="The cron's name, such as `plan-reminders`.")]


@cron_app.callback()
def show(context: typer.Context, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show every cron."""
    if context.invoked_subcommand is not None:
        return
    found = shell.run(cron_lists.standings)
    listed(found, (line for each in found for line in _lines(each)), as_json=as_json, empty="no crons")


@cron_app.command("pause")
def pause(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why; whoever wonders reads it.")],
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Until when, in the merchant's time zone."),
    ],
) -> None:
    """Keep a cron from running until then; it goes on by itself and catches up by one run."""
    told(lambda core: cron_pauses.pause(core, name=name, until=moment(core, until), reason=reason, actor=SHELL))
    if warning := cron_dangers.WARNINGS.get(name.strip().casefold()):
        typer.echo(f"meanwhile: {warning}", err=True)


@cron_app.command("resume")
def resume(name: Name, reason: Annotated[str, typer.Option(help="Kept in the audit trail.")] = "") -> None:
    """Let a paused cron run again; what it missed is caught up within a minute."""
    told(lambda core: cron_pauses.resume(core, name=name, reason=reason, actor=SHELL))


def _lines(each: Standing) -> list[str]:
    state = "paused" if each.pause else "late" if each.late else "runs"
    times = f"last {_at(each.last)}, next {_at(each.next)}"
    lines = [f"{each.cron.name:18} {each.cron.schedule:13} {state:7} {times}: {each.cron.does}"]
    if each.pause is not None:
        lines.append(f"{'':18} paused by {each.pause.made_by} until {_at(each.pause.until)}: {each.pause.reason}")
    if each.missed and (each.pause or each.late):
        lines.append(f"{'':18} {each.missed:,} missed; one run catches up")
    return lines


def _at(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"
