"""`plixo report`: the figures by which the work is judged, on the screen, as JSON, as CSV or as PDF."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.operations import report_files
from domain.operations.reports import periods, reports, sheets
from domain.operations.reports.reports import Form, Kind
from domain.operations.reports.sheets import Report, Sheet
from domain.operations.reports.wishes import Wish
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
    customer: Annotated[str, typer.Option(help="Of one customer only: number or name.")] = "",
    segment: Annotated[str, typer.Option(help="Of the customers of one segment only.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it to this file, whose name ends in .csv or .pdf.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print it as CSV.")] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a report: DSO, collected against plan, promises, disputes, exposures and more, or the weekly one of all."""
    wish = Wish(
        kind=kind,
        days=days,
        first=since.date() if since else None,
        last=until.date() if until else None,
        currency=currency.upper() if currency else None,
        customer=customer,
        segment=segment,
    )
    if out is not None:
        _write(out, wish)
        return
    made = shell.run(lambda core: report_files.made(core, wish, actor=SHELL))
    if as_json:
        shell.print_json(sheets.document(made))
    elif as_csv:
        sys.stdout.write(reports.as_csv(made).decode("utf-8-sig"))
    else:
        for line in _lines(made):
            typer.echo(line)


def _write(out: Path, wish: Wish) -> None:
    """Write a report to a file whose name says as what."""
    try:
        form = Form(out.suffix.casefold().removeprefix("."))
    except ValueError:
        raise typer.BadParameter("the file's name ends in .csv or .pdf", param_hint="--out") from None
    out.write_bytes(shell.run(lambda core: report_files.of_report(core, replace(wish, form=form), actor=SHELL)).body)
    typer.echo(f"written: {out}", err=True)


def _lines(made: Report) -> Iterator[str]:
    whose = [f"customer {_printable(made.customer)}"] if made.customer else []
    whose += [f"segment {_printable(made.segment)}"] if made.segment else []
    yield ", ".join((f"{made.title}, {made.first} to {made.last}", *whose))
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
