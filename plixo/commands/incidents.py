"""`plixo incident …`: what is wrong, and opening, taking, noting, rating and ending an incident."""

from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.timeline import Entry
from domain.operations import incident_lists, incidents
from domain.operations.incident_lists import Shown
from plixo import shell
from plixo.commands.moments import harmless, listed, sums, told

incident_app = typer.Typer(
    invoke_without_command=True, help="What is wrong: incidents, how bad they are, and in whose hands."
)

Number = Annotated[int, typer.Argument(min=1, max=999_999_999, help="The incident's number.")]
Severity = Annotated[str, typer.Argument(help="P1 payments blocked, P2 degraded, P3 minor.")]
Reason = Annotated[str, typer.Option(help="Why; everybody who wonders reads it.")]


@incident_app.callback()
def show_all(context: typer.Context, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what is wrong, and what was within the last seven days."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json)


@incident_app.command("list")
def list_all(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what is wrong, and what was within the last seven days."""
    found = shell.run(incident_lists.listed)
    listed(found, (line for each in found for line in _lines(each)), as_json=as_json, empty="no incident")


@incident_app.command("show")
def show(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show one incident with its history."""

    async def work(core: Core) -> tuple[Shown, list[Entry]]:
        shown = await incident_lists.one(core, number=number)
        return shown, await incident_lists.history(core, incident_id=shown.id)

    shown, history = shell.run(work)
    if as_json:
        lines = [{"at": each.event.at, "by": each.event.actor, "told": each.event.told()} for each in history]
        shell.print_json({"incident": shell.plain(shown), "history": shell.plain(lines)})
        return
    for line in (*_lines(shown), *(f"  {_at(each)}  {each.event.actor}: {each.event.told()}" for each in history)):
        typer.echo(harmless(line))


@incident_app.command("open")
def open_one(severity: Severity, title: Annotated[str, typer.Argument(help="What is wrong, in a few words.")]) -> None:
    """Open an incident that no rule sees; P1 holds mail that asks to pay until it is over."""
    told(lambda core: incidents.open_by_hand(core, severity=severity, title=title, actor=SHELL))


@incident_app.command("take")
def take(number: Number) -> None:
    """Take an incident, so that nobody is nagged any more."""
    told(lambda core: incidents.take(core, number=number, actor=SHELL))


@incident_app.command("note")
def note(number: Number, text: Annotated[str, typer.Argument(help="What was found or done.")]) -> None:
    """Note something; the thread of the incident's message has it."""
    told(lambda core: incidents.note(core, number=number, text=text, actor=SHELL))


@incident_app.command("worse")
def worse(number: Number, reason: Reason) -> None:
    """Say that an incident is one step worse."""
    told(lambda core: incidents.worsen(core, number=number, reason=reason, actor=SHELL))


@incident_app.command("severity")
def rate(number: Number, severity: Severity, reason: Reason) -> None:
    """Say how bad an incident is."""
    told(lambda core: incidents.rate(core, number=number, severity=severity, reason=reason, actor=SHELL))


@incident_app.command("over")
def over(number: Number, reason: Reason) -> None:
    """Say that an incident is over; what it held back leaves now."""
    told(lambda core: incidents.end(core, number=number, reason=reason, actor=SHELL))


def _lines(each: Shown) -> list[str]:
    hands = "over" if each.over else f"taken by {each.owner}" if each.owner else "nobody has taken it"
    since = f"{each.opened_at:%Y-%m-%d %H:%M} UTC"
    lines = [f"{each.number:4}  {each.severity}  {each.state:5}  since {since}  {each.called}: {hands}"]
    if each.over:
        over_at = f"{each.over_at:%Y-%m-%d %H:%M} UTC" if each.over_at else ""
        return [*lines, f"{'':6}over {over_at}, by {each.over_by}: {each.outcome}"]
    lines += [f"{'':6}{signal.told()}" for signal in each.signals]
    if each.about is not None:
        lines += [f"{'':6}{each.about.means}", f"{'':6}{each.about.remedy} docs/runbooks.md#{each.about.runbook}"]
    if each.blocks:
        lines.append(f"{'':6}held back: {each.held_mails:,} mails over {sums(each.held_sums)}")
    return lines


def _at(entry: Entry) -> str:
    return f"{entry.event.at:%Y-%m-%d %H:%M} UTC"
