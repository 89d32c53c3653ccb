"""`plixo forward`: people for whom a payer asked a link; listed, agreed to, or declined."""

from collections.abc import Iterator, Sequence
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import short_ids
from domain.operations.short_ids import Waiting
from domain.pay_links import forwardings
from domain.pay_links.forwarding_events import ForwardingApproved, ForwardingDenied
from domain.pay_links.forwardings import WaitingForwarding
from plixo import shell
from plixo.commands.moments import listed, told

forward_app = typer.Typer(no_args_is_help=True, help="People for whom a payer asked a link of their own.")

Which = Annotated[str, typer.Argument(help="The first characters of its id, as the list shows them.")]


@forward_app.command("list")
def list_waiting(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """List the people who wait for an answer, the oldest first."""
    found = shell.run(forwardings.waiting)
    listed(found, _lines(found), as_json=as_json, empty="no payer waits for somebody else to get a link")


@forward_app.command("approve")
def approve(which: Which) -> None:
    """Agree: that person becomes a contact without reminders and is mailed a link."""

    async def approved(core: Core) -> ForwardingApproved:
        return await forwardings.approve(core, forwarding_id=await _resolved(core, which), actor=SHELL)

    told(approved)


@forward_app.command("deny")
def deny(which: Which) -> None:
    """Decline: nobody is written to, and the payer's page says so."""

    async def denied(core: Core) -> ForwardingDenied:
        return await forwardings.deny(core, forwarding_id=await _resolved(core, which), actor=SHELL)

    told(denied)


async def _resolved(core: Core, text: str) -> UUID:
    return await short_ids.resolve(core, what=Waiting.FORWARDING, text=text)


def _lines(found: Sequence[WaitingForwarding]) -> Iterator[str]:
    for each in found:
        domain = "" if each.known_domain else ", no contact of the customer has an address there"
        yield (
            f"{short_ids.short(each.forwarding_id)}  {each.invoice_number}  {each.account_name}  "
            f"{each.name} at {each.address}{domain}; asked for by {each.asked_by}, {each.asked_at:%Y-%m-%d %H:%M} UTC"
        )
        if each.note:
            yield f"  | {each.note}"
