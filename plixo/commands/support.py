"""`plixo support`: calls for help, with their files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.commitments import documents
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import short_ids, support
from domain.operations.short_ids import Waiting
from domain.operations.support import SupportCard
from domain.operations.support_events import reference
from plixo import shell
from plixo.commands.moments import listed

support_app = typer.Typer(no_args_is_help=True, help="Calls for help of payers and operators.")

Which = Annotated[str, typer.Argument(help="The first characters of its id, as the list shows them.")]


@support_app.command("list")
def list_waiting(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """List the calls for help that nobody has dealt with, the oldest first."""
    found = shell.run(lambda core: support.waiting(core, actor=SHELL))
    lines = (
        f"{short_ids.short(each.support_id)}  {each.at:%Y-%m-%d %H:%M} UTC  {each.who}"
        f"{f'  {each.invoice_number}' if each.invoice_number else ''}  {' '.join(each.begins.split())}"
        for each in found
    )
    listed(found, lines, as_json=as_json, empty="nobody waits for help")


@support_app.command("show")
def show(
    which: Which,
    save: Annotated[Path | None, typer.Option(help="Folder into which the files are written.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a call for help with what is known of the request that it is about."""

    async def found(core: Core) -> SupportCard:
        card = await support.card(core, support_id=await _resolved(core, which), actor=SHELL)
        for line in card.documents if save is not None else ():
            content = await documents.content(core, document_id=line.document_id)
            written.append((f"{line.sha256[:8]}-{Path(line.name).name}", content.body))
        return card

    written: list[tuple[str, bytes]] = []
    card = shell.run(found)
    listed(card, _lines(card), as_json=as_json, empty="")
    if save is not None:
        save.mkdir(parents=True, exist_ok=True)
        for name, body in written:
            (save / name).write_bytes(body)


@support_app.command("close")
def close(which: Which, outcome: Annotated[str, typer.Option(help="What came of it.")]) -> None:
    """Say what came of a call for help."""

    async def closed(core: Core) -> str:
        support_id = await _resolved(core, which)
        return (await support.close(core, support_id=support_id, outcome=outcome, actor=SHELL)).told()

    typer.echo(shell.run(closed) + ".")


async def _resolved(core: Core, text: str) -> UUID:
    return await short_ids.resolve(core, what=Waiting.SUPPORT, text=text)


def _lines(card: SupportCard) -> Iterator[str]:
    yield f"{reference(card.support_id)}  {card.at:%Y-%m-%d %H:%M} UTC  {card.who}  ({card.state})"
    if card.invoice_number:
        yield f"invoice {card.invoice_number}"
    if card.reply_to:
        yield f"answer to {card.reply_to}"
    yield from (f"  | {line}" for line in card.text.splitlines())
    for document in card.documents:
        standing = f", {document.state.standing}" if document.state.standing else ""
        yield f"  file {document.name} ({document.size_bytes:,} bytes{standing})"
    yield f"request {card.request_id or 'not named'}"
    for line in card.trail:
        yield f"  {line.at:%Y-%m-%d %H:%M} UTC  {line.told}"
