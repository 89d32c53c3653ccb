"""`plixo privacy export`: everything that is stored of one person outside the company, as a zip for that person."""

import json
import os
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.ports import StoreUnavailable
from domain.operations import privacy
from domain.operations.privacy import PersonalData
from plixo import shell
from plixo.commands.moments import listed

privacy_app = typer.Typer(no_args_is_help=True, help="What is stored of a person.")


@privacy_app.callback()
def _group() -> None:
    """Keep the command's own name, also while it is the only one."""


@privacy_app.command()
def export(
    whom: Annotated[str, typer.Argument(help="An e-mail address, or a contact's id.")],
    file: Annotated[Path, typer.Option("--zip", help="The file; one that exists is not overwritten.")],
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Write all that is stored of a person into a zip: rows as JSON, raw mails, files; the audit log notes it."""
    if file.exists():
        typer.echo(f"{file} exists. Move it, or name another file.", err=True)
        raise typer.Exit(1)
    draft = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        data = shell.run(lambda core: _written(core, draft, whom, file.name))
        draft.replace(file)
    except StoreUnavailable:
        typer.echo("The store of files does not answer. Try again later; nothing was written.", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{file} could not be written ({error.strerror}).", err=True)
        raise typer.Exit(1) from None
    finally:
        draft.unlink(missing_ok=True)
    shown = {"file": str(file), "rows": data.rows, "mails": len(data.mails), "files": len(data.files)}
    line = f"{data.rows:,} rows, {len(data.mails):,} raw mails and {len(data.files):,} files are in {file}"
    listed(shown, [line], as_json=as_json, empty="")


async def _written(core: Core, draft: Path, whom: str, name: str) -> PersonalData:
    """Write the zip where only its owner may read it, before it gets its name."""
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        data = await privacy.export(core, whom=whom, file_name=name, actor=SHELL)
        packed.writestr("data.json", json.dumps(data.sections, ensure_ascii=False, default=str, indent=1))
        async for each in privacy.attachments(core, data):
            packed.writestr(each.name, each.body)
    return data
