"""`plixo lowered …`: invoices that ledger files lowered without saying why, and what a person tells of them."""

from datetime import datetime
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import falls
from domain.ledger.falls import Cause
from domain.ledger.import_events import FallDecided
from plixo import shell
from plixo.commands.moments import Number, amount, day, listed, told

fall_app = typer.Typer(no_args_is_help=True, help="What ledger files took off invoices without saying why.")


@fall_app.command("list")
def list_falls(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the invoices that fell for a cause that nobody has told, the largest amounts first."""
    found = shell.run(lambda core: falls.waiting(core, actor=SHELL))
    lines = [
        f"{each.invoice_number}  {each.account_name}  {each.amount} lowered on {each.fell_on}, {each.balance} open"
        for each in found.lines
    ]
    listed(found, [*lines, f"{found.found:,} in all"] if lines else [], as_json=as_json, empty="none")


@fall_app.command("tell")
def tell_cause(
    number: Number,
    cause: Annotated[Cause, typer.Option("--as", help="What it was.")],
    typed: Annotated[
        str | None, typer.Option("--amount", help="Such as 25.00; without it all that is unknown.")
    ] = None,
    reason: Annotated[str, typer.Option(help="How you know; needed but for a payment.")] = "",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of a payment: its day.")] = None,
) -> None:
    """Tell what it was: a payment, a credit, or a correction of the books, which makes it owed again."""

    async def decided(core: Core) -> FallDecided:
        money = await amount(core, typed, invoice_number=number) if typed is not None else None
        received_on = day(on) if on is not None else None
        return await falls.decide(
            core, invoice_number=number, cause=cause, amount=money, reason=reason, received_on=received_on, actor=SHELL
        )

    told(decided)
