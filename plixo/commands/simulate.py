"""`plixo simulate`: replay a policy over the imported history, as a table, a chart, CSV or JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.outreach import simulation
from domain.outreach.simulation_results import LEADS, Day, Simulation
from plixo import shell
from plixo.commands import policy as policy_files

PICTURES = (".png", ".svg")

MONTHS_SHOWN = 36
"""A longer time is shown by years."""


def simulate(
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A policy file; default: the policy in force.")
    ] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    operators: Annotated[int, typer.Option(min=1, max=simulation.MAX_OPERATORS, help="People who share work.")] = 1,
    lag: Annotated[int, typer.Option(min=0, max=simulation.MAX_LAG, help="Days until a payment is known here.")] = 0,
    chart: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw a chart: FILE.png or FILE.svg.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write one line for each day.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show what a policy would have sent over the imported history; sends nothing and writes nothing to the ledger."""
    if chart is not None and chart.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"A chart's name ends with {' or '.join(PICTURES)}.", param_hint="--chart")
    document = policy_files.read_file(policy) if policy is not None else None
    result = shell.run(
        lambda core: simulation.simulate(
            core,
            document=document,
            label=policy.name if policy is not None else "",
            since=since.date() if since else None,
            until=until.date() if until else None,
            operators=operators,
            lag=lag,
        )
    )
    if csv_file is not None:
        csv_file.write_text(day_lines(result), encoding="utf-8")
    described = None
    if chart is not None:
        from plixo import simulation_chart  # loads matplotlib, which nothing else of the shell needs

        described = simulation_chart.draw(result, chart)
    if as_json:
        shell.print_json({**shell.plain(result), "mails": result.mails, "items": result.items, "chart": described})
        return
    show(result, Console(width=None if typer.get_text_stream("stdout").isatty() else 110, highlight=False))
    if csv_file is not None:
        typer.echo(f"{len(result.days)} days written to {csv_file}")
    if chart is not None:
        typer.echo(f"Chart written to {chart}: {described}")


def day_lines(result: Simulation) -> str:
    """Return one line of CSV for each day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("day", "mails", "invoices_in_mails", "drafts", "escalations", "contacts_missing"))
    writer.writerows(
        (each.day.isoformat(), each.mails, each.items, each.drafts, each.escalations, each.contacts_missing)
        for each in result.days
    )
    return out.getvalue()


def show(result: Simulation, console: Console) -> None:
    """Print the result as tables."""
    lag = f", payments known after {result.lag_days} days" if result.lag_days else ""
    console.print(
        f"[bold]{result.policy}[/bold], {result.since} to {result.until}{lag}: "
        f"{result.invoices:,} invoices of {result.customers:,} customers"
    )
    console.print(by_period(result))
    console.print(by_letter(result))
    console.print(by_lead(result))
    for line in notes(result):
        console.print(line)


def notes(result: Simulation) -> Sequence[str]:
    """Return what has to be known beside the tables."""
    work = result.workload
    lines = [
        _late(result),
        f"Paid without a reminder: {result.unreminded:,} invoices. Open at the end: {result.still_open:,}.",
        f"Work for {work.operators} operator{'s' if work.operators > 1 else ''}: {work.a_day:.1f} a day for each on "
        f"{work.working_days:,} working days ({work.drafts:,} drafts to approve, {work.escalations:,} invoices to take "
        f"over, {work.contacts_missing:,} contacts to find)"
        + (f"; the busiest day, {work.busiest_day}, brings each {work.busiest:,}." if work.busiest_day else "."),
    ]
    if result.needs:
        lines.append(f"Drafts to approve because of: {_counted(result.needs)}.")
    if result.waits:
        lines.append(f"Mails put off: {_counted(result.waits)}.")
    if result.without_segment:
        lines.append(f"{result.without_segment:,} open invoices are in no segment and get no reminders.")
    if result.customers_without_contact:
        lines.append(
            f"{result.customers_without_contact:,} customers have no contact on file; "
            "each is replayed as if it had one."
        )
    return lines


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _late(result: Simulation) -> str:
    if not result.late:
        return "[green]Nobody would have been chased after paying.[/green]"
    named = ", ".join(
        f"{each.invoice_number} (paid {each.paid_on}, mailed {each.mailed_on})" for each in result.late_examples[:5]
    )
    return f"[red]{result.late:,} reminders would have come after the payment[/red], such as {named}."


def by_period(result: Simulation) -> Table:
    """Return mails and work by month, or by year where there are many months."""
    months = len({(each.day.year, each.day.month) for each in result.days})
    form = "%Y-%m" if months <= MONTHS_SHOWN else "%Y"
    table = _table("by month" if form == "%Y-%m" else "by year", "", "mails", "invoices in them", "most mails a day",
                   "drafts", "taken over", "contacts to find")  # fmt: skip
    periods: dict[str, list[Day]] = {}
    for each in result.days:
        periods.setdefault(each.day.strftime(form), []).append(each)
    for name, days in periods.items():
        table.add_row(name, *(f"{number:,}" for number in _sums(days)))
    table.add_section()
    table.add_row("all", *(f"{number:,}" for number in _sums(result.days)))
    return table


def _sums(days: Sequence[Day]) -> tuple[int, ...]:
    return (
        sum(each.mails for each in days),
        sum(each.items for each in days),
        max((each.mails for each in days), default=0),
        sum(each.drafts for each in days),
        sum(each.escalations for each in days),
        sum(each.contacts_missing for each in days),
    )


def by_letter(result: Simulation) -> Table:
    """Return how often each letter would have left."""
    table = _table("by letter", "", "mails", "invoices")
    for each in result.letters:
        table.add_row(each.letter, f"{each.mails:,}", f"{each.items:,}")
    return table


def by_lead(result: Simulation) -> Table:
    """Return how long before the payment the reminders came."""
    middle = "" if result.median_lead is None else f" (middle: {result.median_lead:g} days before)"
    table = _table(f"reminders and payments{middle}", "", "invoices reminded")
    for name, _, _ in LEADS:
        table.add_row(name, f"{result.leads.get(name, 0):,}")
    table.add_row("not paid by the end", f"{result.unpaid:,}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for place, each in enumerate(columns):
        table.add_column(each, justify="right" if place else "left")
    return table
