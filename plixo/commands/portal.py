"""`plixo portal`: how far payers came with their links, and where they gave up."""

import csv
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.operations import funnel as funnels
from domain.operations.funnel import Counts, Funnel
from plixo import shell

COLUMNS = ("sent", "opened", "entered", "started", "finished", "paid", "planned", "disputed", "promised", "asked")


def show_funnel(
    weeks: Annotated[
        int, typer.Option(min=1, max=funnels.MOST_WEEKS, help="How many weeks, this one included.")
    ] = funnels.USUAL_WEEKS,
    chart: Annotated[Path | None, typer.Option(help="Draw it into this file, .png or .svg.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every week and segment as CSV.")] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the portal's funnel: links sent, opened, entered, started, finished, by segment and week."""
    if chart is not None and chart.suffix.lower() not in (".png", ".svg"):
        raise typer.BadParameter("the chart's file ends in .png or .svg", param_hint="--chart")
    found = shell.run(lambda core: funnels.funnel(core, actor=SHELL, weeks=weeks))
    if chart is not None:
        from domain.operations.charts import (
            funnel_chart,
        )  # loading matplotlib takes a second that other commands need not wait

        typer.echo(funnel_chart.draw(found, chart), err=True)
    if as_json:
        shell.print_json(shell.plain(found))
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(("week", "segment", *(each.name for each in fields(Counts))))
        writer.writerows((row.week, row.segment, *astuple(row.counts)) for row in found.rows)
    else:
        for line in _lines(found):
            typer.echo(line)


def _lines(found: Funnel) -> Iterator[str]:
    if not found.rows:
        yield f"no links were mailed from {found.since} to {found.until}"
        return
    head = "".join(f"{name:>10}" for name in COLUMNS)
    yield f"{'segment':24}{head}"
    yield from (_line(name, counts) for name, counts in found.by_segment().items())
    yield ""
    yield f"{'week of':24}{head}"
    yield from (_line(str(week), counts) for week, counts in found.by_week().items())
    yield ""
    yield _line("together", found.whole)
    yield _given_up(found.whole)


def _line(name: str, counts: Counts) -> str:
    return f"{name[:23]:24}" + "".join(f"{getattr(counts, each):>10,}" for each in COLUMNS)


def _given_up(whole: Counts) -> str:
    worst = whole.worst
    lost = (
        f"once opened, most were lost between {worst[0]} and {worst[1]} ({worst[2]:,})" if worst else "nobody gave up"
    )
    return f"{lost}; given up at the payment page {whole.left_at_payment:,}, at a form {whole.left_at_form:,}"
