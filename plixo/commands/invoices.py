"""`plixo queue`, `plixo invoice`, `plixo why`, `plixo link` and `plixo remind`, for the shell."""

from typing import Annotated

import typer

from domain.casework import queue, why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import cases
from domain.outreach import planner
from domain.pay_links import links
from plixo import shell

Number = Annotated[str, typer.Argument(help="Invoice number.")]


def show_queue(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 10,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the most urgent invoices, and why they are."""
    page = shell.run(lambda core: queue.page(core, actor=SHELL, limit=limit))
    if as_json:
        shell.print_json(
            {
                "total": page.total,
                "lines": [
                    {
                        "invoice": each.invoice_number,
                        "account": each.account_name,
                        "balance": str(each.balance.decimal),
                        "currency": each.balance.currency,
                        "days_past_due": each.days_past_due,
                        "score": each.score,
                        "reasons": each.reasons,
                        "next_action": each.next_action,
                    }
                    for each in page.lines
                ],
            }
        )
        return
    typer.echo(f"{page.total} invoices in the queue")
    for each in page.lines:
        typer.echo(
            f"{each.score:4}  {each.invoice_number}  {each.account_name}  {each.balance}  "
            f"{each.days_past_due} days past due\n"
            f"      {each.next_action}; {', '.join(each.reasons) or 'nothing urgent'}"
        )


def show_invoice(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show one invoice with everything that happened to it."""
    case = shell.run(lambda core: cases.case(core, invoice_number=number))
    if as_json:
        shell.print_json(shell.plain(case))
        return
    typer.echo(
        f"{case.invoice_number}  {case.account_name}  {case.balance} of {case.total} open  ({', '.join(case.words)})"
    )
    typer.echo(f"due {case.due_on}, {case.days_past_due} days past due")
    for contact in case.contacts:
        typer.echo(
            f"  contact {contact.address}"
            + (f", suppressed: {contact.suppressed_for}" if contact.suppressed_for else "")
        )
    for link in case.links:
        typer.echo(f"  link of {link.address}: {link.standing}, until {link.until:%Y-%m-%d %H:%M} UTC")
    for line in case.lines:
        typer.echo(f"  {line.at:%Y-%m-%d %H:%M} UTC  {line.actor}: {line.told}")


def explain(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Explain an invoice's place in the queue, and every mail that left or did not."""
    told = shell.run(lambda core: why.explain(core, invoice_number=number, actor=SHELL))
    if as_json:
        shell.print_json(shell.plain(told))
        return
    typer.echo(f"{told.invoice_number}: {told.next_action} (score {told.score})")
    for line in (*told.reasons, *told.holds, *told.mails):
        typer.echo(f"  {line}")


def regenerate_link(
    number: Number,
    show: Annotated[bool, typer.Option("--show", help="Print the address, to hand it over yourself.")] = False,
) -> None:
    """Make a new payment link and mail it; every earlier link of the invoice stops working at once."""

    async def renewed(core: Core) -> tuple[str, str]:
        event = await links.regenerate(core, invoice_number=number, actor=SHELL)
        return event.told(), links.address(core, event.link_id)

    told, address = shell.run(renewed)
    typer.echo(told)
    if show:
        typer.echo(address)


def remind() -> None:
    """Plan what is due now, without waiting for the clock."""
    typer.echo(f"{shell.run(planner.plan)} mails queued")
