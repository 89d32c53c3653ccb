"""`plixo statement`: what happened on a customer's account, on the screen, as PDF or as CSV."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import statement_papers, statements
from domain.ledger.statements import Book, Statement
from plixo import shell
from plixo.commands.moments import listed

Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day. Default: 90 days before the last.")
]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day. Default: today.")]


def show_statement(
    account: Annotated[str, typer.Argument(help="The customer's number or name.")],
    since: Since = None,
    until: Until = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it to this file as PDF, in the customer's language.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write it to this file as CSV.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a customer's statement of account: what was invoiced, paid and credited, and what is open."""

    async def written(core: Core) -> tuple[Statement, bytes]:
        found = await statements.statement(
            core,
            account=account,
            since=since.date() if since else None,
            until=until.date() if until else None,
            actor=SHELL,
        )
        return found, await statement_papers.pdf(core, found) if pdf is not None else b""

    found, paper = shell.run(written)
    if pdf is not None:
        pdf.write_bytes(paper)
    if csv is not None:
        csv.write_bytes(statement_papers.as_csv(found))
    for file in (pdf, csv):
        if file is not None:
            typer.echo(f"written: {file}", err=True)
    if as_json or (pdf is None and csv is None):
        listed(found, _lines(found), as_json=as_json, empty="nothing happened and nothing is open")


def _lines(found: Statement) -> Iterator[str]:
    for book in found.books:
        yield f"{found.account_name}, {book.currency}, {found.since} to {found.until}"
        yield from _entries(book)
        if found.up_to_date:
            yield from _open(book)


def _entries(book: Book) -> Iterator[str]:
    yield f"  {'':10}  {'opening balance':40}  {'':>18}  {book.opening!s:>18}"
    for line in book.lines:
        what = " ".join(part for part in (line.kind.replace("_", " "), line.number, line.method) if part)
        yield f"  {line.day}  {what[:40]:40}  {line.amount!s:>18}  {line.balance!s:>18}"
    if book.further.count:
        rest = f"{book.further.count} further entries"
        yield f"  {'':10}  {rest:40}  {Money(book.further.minor, book.currency)!s:>18}"
    yield f"  {'':10}  {'closing balance':40}  {'':>18}  {book.closing!s:>18}"


def _open(book: Book) -> Iterator[str]:
    for each in book.open_invoices:
        late = f"{each.days_past_due} days late" if each.days_past_due > 0 else "not due"
        yield f"  open: {each.number}, due {each.due_on} ({late}), {each.open} of {each.total}"
    if book.open_further:
        left, minor = (
            sum(each) for each in zip(*((f.count, f.minor) for f in book.open_further.values()), strict=True)
        )
        yield f"  open: {left} further invoices, {Money(minor, book.currency)}"
    if book.to_credit:
        yield f"  to the customer's credit: {book.to_credit}"
    yield f"  to pay: {book.owed}"
