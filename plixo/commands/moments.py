"""What several commands of the shell read alike: moments, days, amounts, and how events and lists are printed."""

import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any

import typer

from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from plixo import shell

Number = Annotated[str, typer.Argument(help="Invoice number.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the audit trail.")]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Until when, in the merchant's time zone."),
]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day, such as 2026-04-30.")]


def told(work: Callable[[Core], Awaitable[Event | None]], *, nothing: str = "nothing changed") -> None:
    """Run a command and print the fact that came of it."""
    event = shell.run(work)
    typer.echo(harmless(event.told()) if event is not None else nothing)


def listed(found: Any, lines: Iterable[str], *, as_json: bool, empty: str) -> None:
    """Print a read model as JSON, or its lines, or that there is nothing."""
    if as_json:
        shell.print_json(shell.plain(found))
        return
    nothing = True
    for line in lines:
        typer.echo(harmless(line))
        nothing = False
    if nothing:
        typer.echo(empty)


def harmless(text: str) -> str:
    """Return a text, which may quote strangers, without what a terminal would act on or show the wrong way round."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cf", "Cs"})


def moment(core: Core, typed: datetime) -> datetime:
    """Return a moment that was typed without a zone, which is the merchant's."""
    return typed.replace(tzinfo=core.merchant.zone)


def moment_or_none(core: Core, typed: datetime | None) -> datetime | None:
    """Return the same for an option that may be missing."""
    return moment(core, typed) if typed is not None else None


def day(typed: datetime) -> date:
    """Return the day that was typed; a day has no zone."""
    return typed.date()


async def amount(core: Core, typed: str, *, invoice_number: str) -> Money:
    """Return an amount in the invoice's currency.

    Raises:
        InvoiceNotFound: No invoice has that number.
        AmountMalformed: It is no amount such as 1250.50.
    """
    row = await core.database.row(
        "SELECT currency FROM invoice WHERE number_key = %s", (invoices.number_key(invoice_number),)
    )
    if row is None:
        raise InvoiceNotFound(invoice_number)
    return Money.of(typed, row["currency"])


def sums(amounts: Iterable[Money]) -> str:
    """Return amounts of several currencies side by side, for they are never added up."""
    return " + ".join(str(each) for each in amounts) or "nothing"
