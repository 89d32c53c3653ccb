"""`plixo mail attachment`: what a mail brought along is written to a file, and to no file that is there already."""

import os
from pathlib import Path
from typing import Annotated

import typer

from domain.deliverability import queries
from domain.deliverability.replies import Attachment
from domain.kernel.core import Core
from plixo import shell
from plixo.commands.mail import MailId


def attachment(
    mail_id: MailId,
    place: Annotated[int, typer.Argument(min=1, help="Which attachment, as `plixo mail show` counts them from 1.")],
    to: Annotated[Path, typer.Option(help="A folder, where it keeps a safe form of its name, or a file's path.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
) -> None:
    """Save one attachment of a stored mail; strangers sent it, so open it with care."""

    async def found(core: Core) -> tuple[Attachment, bytes]:
        return await queries.attachment(core, mail_id=await queries.named(core, text=mail_id), place=place)

    kept, content = shell.run(found)
    path = to / kept.name if to.is_dir() else to
    try:
        _write(path, content, force=force)
    except FileExistsError:
        typer.echo(f"{path} is there already. Name another file, or say --force.", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{path} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{path}: {len(content):,} bytes, said to be {kept.type}")


def _write(path: Path, content: bytes, *, force: bool) -> None:
    """Write a new file; with *force* put it in the place of another in one step, and never follow a link."""
    new = path.with_name(f".{path.name[:100]}.{os.getpid()}.part") if force else path
    with new.open("xb") as out:
        out.write(content)
    if force:
        try:
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
