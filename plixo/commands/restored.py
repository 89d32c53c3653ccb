"""`plixo restored …`: after a restore from a backup, decide what may leave, so that nothing is sent twice."""

from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.ports import StoreUnavailable
from domain.operations import restorations
from domain.operations.erasing import restoring
from plixo import shell
from plixo.commands.moments import Reason, listed, told

restored_app = typer.Typer(no_args_is_help=True, help="What to do after the database was restored from a backup.")


@restored_app.command()
def begin(reason: Reason) -> None:
    """Keep all mail back and put aside what was under way in the backup; run it before any part is started."""
    told(lambda core: restorations.begin(core, reason=reason, actor=SHELL))
    try:
        begun, left = shell.run(lambda core: restoring.again(core, actor=SHELL))
    except StoreUnavailable:
        typer.echo(
            "Erasures since the backup are not known: the store of files does not answer. When it does: "
            "`plixo privacy again`.",
            err=True,
        )
        raise typer.Exit(1) from None
    if begun:
        typer.echo(f"erased again, since the backup does not know it: {', '.join(f'#{each}' for each in begun)}")
    if left:
        typer.echo(f"to be erased again later, by `plixo privacy again`: {', '.join(f'#{each}' for each in left)}")


@restored_app.command("list")
def show(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the mails that may have left after the backup was made."""
    found = shell.run(restorations.aside)
    listed(
        found,
        (
            f"{each.id}  {each.queued_at:%Y-%m-%d %H:%M} UTC  {each.letter}  {each.invoice_number}  to {each.sent_to}"
            for each in found
        ),
        as_json=as_json,
        empty="no mail waits for a decision",
    )


@restored_app.command()
def release(
    mail: Annotated[UUID | None, typer.Argument(help="The mail's id, as `plixo restored list` shows it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Send a mail that is known not to have left; what is not released is never sent."""
    if (mail is None) is not everything:
        typer.echo("Name one mail, or say --all.", err=True)
        raise typer.Exit(2)
    count = shell.run(lambda core: restorations.release(core, actor=SHELL, mailing_id=mail))
    if not count:
        typer.echo("No such mail waits, or another reminder to its contact is pending.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{count} {'mail' if count == 1 else 'mails'} released")


@restored_app.command()
def end(reason: Reason) -> None:
    """Let mail flow again; what was made anew since the restore, and may have left before, is put aside."""
    told(lambda core: restorations.end(core, reason=reason, actor=SHELL))
