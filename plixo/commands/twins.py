"""`plixo twins …`, `plixo account twins`, `merge` and `dismiss`: customers that may be one under two spellings."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import accounts, merging_accounts, twins
from domain.ledger.merging_accounts import MergePreview
from domain.ledger.twin_events import AccountsMerged
from domain.ledger.twins import Side, Twin
from plixo import shell
from plixo.commands.moments import listed, told

twins_app = typer.Typer(invoke_without_command=True, help="Customers that may be one under two spellings.")

Pair = Annotated[UUID, typer.Argument(help="The pair's id, as `plixo account twins` shows it.")]


def show_twins(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show customers that may be one, the most alike first; nothing is merged by itself."""
    found, count = shell.run(lambda core: twins.waiting(core, actor=SHELL))
    listed(found, _lines(found, count), as_json=as_json, empty="no two customers seem to be the same")


@twins_app.callback()
def list_or_decide(ctx: typer.Context, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show customers that may be one, or decide about a pair."""
    if ctx.invoked_subcommand is None:
        show_twins(as_json)


@twins_app.command("merge")
def merge_pair(pair: Pair) -> None:
    """Merge the second of a pair into the first, with everything it has; this is not undone."""
    told(lambda core: twins.merge(core, twin_id=pair, actor=SHELL))


def merge(
    kept: Annotated[str, typer.Argument(help="The customer that stays: number, name or id.")],
    other: Annotated[str, typer.Argument(help="The customer that becomes part of it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would move, and change nothing.")] = False,
) -> None:
    """Merge one customer into another, with everything it has; this is not undone."""

    async def merged(core: Core) -> MergePreview | AccountsMerged:
        one, two = await accounts.find(core.database, text=kept), await accounts.find(core.database, text=other)
        if dry_run:
            return await merging_accounts.preview(core, kept_id=one.id, other_id=two.id, actor=SHELL)
        return await merging_accounts.merge(core, kept_id=one.id, other_id=two.id, actor=SHELL)

    found = shell.run(merged)
    if isinstance(found, AccountsMerged):
        typer.echo(found.told())
        return
    moves = ", ".join(f"{count} {what}" for what, count in found.moves) or "nothing"
    joined = f"; {found.contacts_joined} contacts become one each" if found.contacts_joined else ""
    typer.echo(f"{found.other_name} → {found.kept_name}: {moves}{joined}. Dry run: nothing was changed.")


@twins_app.command("dismiss")
def dismiss(pair: Pair) -> None:
    """Say that two customers are not the same; they are not proposed again."""
    told(lambda core: twins.dismiss(core, twin_id=pair, actor=SHELL))


def _lines(found: tuple[Twin, ...], count: int) -> Iterator[str]:
    for each in found:
        yield f"{each.twin_id}  {each.likeness} %  {_side(each.kept)} ← {_side(each.other)}"
        yield f"    {'; '.join(each.evidence)}"
    if count > len(found):
        yield f"… and {count - len(found)} more"


def _side(side: Side) -> str:
    return f"{side.name}{f' ({side.number})' if side.number else ''}, {side.open_invoices} open"
