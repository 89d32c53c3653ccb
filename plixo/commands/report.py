"""`plixo report`: the figures by which the work is judged, on the screen, as JSON, or as CSV."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.operations.reports import periods, reports, sheets
from domain.operations.reports.reports import Kind
from domain.operations.reports.sheets import Report, Sheet
from plixo import shell

_DAY = "%Y-%m-%d"


def show_report(
    kind: Annotated[Kind, typer.Argument(help="Which report.")] = Kind.WEEKLY,
    days: Annotated[int | None, typer.Option(min=1, max=periods.LONGEST, help="Of how many days.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=[_DAY], help="The first day.")] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=[_DAY], help="The last day; yesterday unless you say it.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Of one currency only (ISO 4217).")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print it as CSV.")] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a report: DSO, collected against plan, promises, disputes, exposures and more, or the weekly one of all."""
    made = shell.run(
        lambda core: reports.report(
            core,
            kind=kind,
            actor=SHELL,
            days=days,
            first=since.date() if since else None,
            last=until.date() if until else None,
            currency=currency.upper() if currency else None,
        )
    )
    if as_json:
        shell.print_json(sheets.document(made))
    elif as_csv:
        sys.stdout.write(reports.as_csv(made).decode("utf-8-sig"))
    else:
        for line in _lines(made):
            typer.echo(line)


def _lines(made: Report) -> Iterator[str]:
    yield f"{made.title}, {made.first} to {made.last}"
    for each in made.sheets:
        yield ""
        yield from _sheet(each)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"{sheet.title}{f' ({sheet.note})' if sheet.note else ''}"
    if not sheet.rows:
        yield "  nothing"
        return
    rows = [tuple(_printable(sheets.shown(cell)) for cell in row) for row in sheet.rows]
    widths = [max(len(row[at]) for row in (sheet.columns, *rows)) for at in range(len(sheet.columns))]
    for row in (sheet.columns, *rows):
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _printable(text: str) -> str:
    """Return a cell without marks that would move the terminal's cursor."""
    return "".join(each if each.isprintable() else " " for each in text)[:60]
