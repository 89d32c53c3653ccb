"""`plixo payments …` and `plixo stray …`: how things stand with Stripe, and money there that fits no entry of ours."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.pay_links import provider_health, strays
from domain.pay_links.provider_health import ProviderHealth
from plixo import shell
from plixo.commands.moments import Number, Reason, listed, told

payments_app = typer.Typer(no_args_is_help=True, help="Whether Stripe can be relied upon.")
stray_app = typer.Typer(no_args_is_help=True, help="Money at Stripe that fits no entry of ours.")

StrayId = Annotated[UUID, typer.Argument(help="The money's id, as `plixo stray list` shows it.")]


@payments_app.command("status")
def show_status(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show when Stripe was last heard of, and what stands in the way of payments."""
    found = shell.run(provider_health.health)
    listed(found, _status(found), as_json=as_json, empty="")


@stray_app.command("list")
def list_strays(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the money at Stripe that waits for a decision."""
    found = shell.run(lambda core: strays.waiting(core, actor=SHELL, limit=100))
    listed(
        found,
        (
            f"{each.id}  {each.happened_at:%Y-%m-%d}  {each.kind} of {each.amount}  {each.object_id}  {each.about}\n"
            f"    {each.note}" + (f"; names {each.invoice_number}" if each.invoice_number else "")
            for each in found.strays
        ),
        as_json=as_json,
        empty="all money at Stripe is in the ledger",
    )


@stray_app.command("book")
def book_stray(stray: StrayId, number: Number) -> None:
    """Enter the money into the ledger, on an invoice."""
    told(lambda core: strays.book(core, stray_id=stray, invoice_number=number, actor=SHELL))


@stray_app.command("dismiss")
def dismiss_stray(stray: StrayId, reason: Reason) -> None:
    """Leave the money out of the ledger, for a reason."""
    told(lambda core: strays.dismiss(core, stray_id=stray, reason=reason, actor=SHELL))


def _status(found: ProviderHealth) -> Iterator[str]:
    yield "ready" if found.ready else "not ready" if found.problems else "no event has arrived yet"
    for each in found.problems:
        yield f"! {each.what}\n    {each.remedy}"
    last = f"{found.last_event_at:%Y-%m-%d %H:%M} UTC, {found.last_event_kind}" if found.last_event_at else "never"
    yield f"last event by webhook: {last}"
    yield f"events of the last day that no webhook brought: {found.fetched}"
    yield f"list of events read: {f'{found.polled_at:%Y-%m-%d %H:%M} UTC' if found.polled_at else 'not yet'}"
    yield f"money compared: {f'{found.compared_at:%Y-%m-%d %H:%M} UTC' if found.compared_at else 'not yet'}"
    yield f"bank debit: {found.bank_debit or 'not ordered yet'}"
    yield f"money that fits no entry: {found.strays}"
