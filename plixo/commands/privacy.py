"""`plixo privacy …`: what is stored of one person is handed out as a zip, and erased."""

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
from domain.operations.erasing import asking, readmission, restoring, subjects
from domain.operations.erasing.events import ErasureBegun
from domain.operations.erasing.subjects import Preview, Subject
from domain.operations.privacy import PersonalData
from plixo import shell
from plixo.commands.moments import Reason, listed, told

privacy_app = typer.Typer(no_args_is_help=True, help="What is stored of a person, to hand it out or to erase it.")

Operator = Annotated[bool, typer.Option("--operator", help="An operator, by name or Slack account, not a contact.")]
Also = Annotated[
    list[str] | None,
    typer.Option(help="What else is looked for: another spelling of the name, a telephone number. May be repeated."),
]
Address = Annotated[
    list[str] | None, typer.Option("--address", help="Another address of the same person. May be repeated.")
]


@privacy_app.command()
def export(
    whom: Annotated[str, typer.Argument(help="An e-mail address, or a contact's id; of an operator the name.")],
    file: Annotated[Path, typer.Option("--zip", help="The file; one that exists is not overwritten.")],
    operator: Operator = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Write all that is stored of a person into a zip: rows as JSON, raw mails, files; the audit log notes it."""
    if file.exists():
        typer.echo(f"{file} exists. Move it, or name another file.", err=True)
        raise typer.Exit(1)
    draft = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        data = shell.run(lambda core: _written(core, draft, whom, file.name, operator=operator))
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


async def _written(core: Core, draft: Path, whom: str, name: str, *, operator: bool) -> PersonalData:
    """Write the zip where only its owner may read it, before it gets its name."""
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    collected = privacy.export_operator if operator else privacy.export
    with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        data = await collected(core, whom=whom, file_name=name, actor=SHELL)
        packed.writestr("data.json", json.dumps(data.sections, ensure_ascii=False, default=str, indent=1))
        async for each in privacy.attachments(core, data):
            packed.writestr(each.name, each.body)
    return data


@privacy_app.command()
def erase(
    whom: Annotated[str, typer.Argument(help="An e-mail address, or a contact's id; of an operator the name.")],
    reason: Reason,
    operator: Operator = False,
    address: Address = None,
    also: Also = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Erase all that is stored of a person, for good, where neither the law nor the books need it."""
    shown = shell.run(lambda core: _preview(core, whom, address or [], operator=operator))
    if dry_run or not as_json:
        listed(shown, _lines(shown), as_json=as_json, empty="")
    if dry_run:
        return
    if not shown.held and not yes:
        typer.confirm("Erase it? There is no way back.", abort=True)
    begun = shell.run(lambda core: _erased(core, whom, address or [], reason, also or [], operator=operator))
    line = f"{begun.told()}. A worker does it; `plixo privacy list` shows how far it is."
    listed(begun, [line], as_json=as_json, empty="")


@privacy_app.command("list")
def show(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the erasures: asked for, running, done."""
    found = shell.run(lambda core: asking.listed(core, actor=SHELL))
    listed(
        found,
        (
            f"#{each.number}  {each.whom}  {each.state}{f' ({each.step})' if each.state == 'running' else ''}"
            f"  {each.created_at:%Y-%m-%d}  asked by {each.asked_by}: {each.reason}"
            for each in found
        ),
        as_json=as_json,
        empty="nobody's data were erased",
    )


@privacy_app.command()
def approve(number: Annotated[int, typer.Argument(help="Of the erasure.")]) -> None:
    """Agree to an erasure that somebody else asked for; it begins."""
    told(lambda core: asking.approve(core, number=number, actor=SHELL))


@privacy_app.command()
def decline(number: Annotated[int, typer.Argument(help="Of the erasure.")], reason: Reason) -> None:
    """Say no to an erasure that somebody asked for."""
    told(lambda core: asking.decline(core, number=number, reason=reason, actor=SHELL))


@privacy_app.command()
def readmit(whom: Annotated[str, typer.Argument(help="The e-mail address.")], reason: Reason) -> None:
    """Let an address that was erased be a contact again; what had kept it from being mailed holds again."""
    told(lambda core: readmission.readmit(core, address=whom, reason=reason, actor=SHELL))


@privacy_app.command()
def again(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Erase again, after a restore, what was erased since the backup; `plixo restored begin` does so by itself."""
    try:
        begun, left = shell.run(lambda core: restoring.again(core, actor=SHELL))
    except StoreUnavailable:
        typer.echo("The store of files does not answer; it has the notes of erasures. Try again.", err=True)
        raise typer.Exit(1) from None
    lines = [f"erased again: {', '.join(f'#{each}' for each in begun)}"] if begun else []
    lines += [f"not possible yet: {', '.join(f'#{each}' for each in left)}"] if left else []
    listed({"again": begun, "left": left}, lines, as_json=as_json, empty="nothing was erased since the backup")


async def _subject(core: Core, whom: str, others: list[str], *, operator: bool) -> Subject:
    return await (subjects.operator(core, whom=whom) if operator else subjects.contact(core, whom=whom, also=others))


async def _preview(core: Core, whom: str, others: list[str], *, operator: bool) -> Preview:
    return await subjects.preview(core, await _subject(core, whom, others, operator=operator))


async def _erased(
    core: Core, whom: str, others: list[str], reason: str, also: list[str], *, operator: bool
) -> ErasureBegun:
    subject = await _subject(core, whom, others, operator=operator)
    return await asking.erase(core, subject=subject, reason=reason, also=also, actor=SHELL)


def _lines(shown: Preview) -> list[str]:
    stored = [f"{count:>8,}  {name}" for name, count in shown.stored.items()]
    kept = [f"{count:>8,}  {name}" for name, count in shown.kept.items()]
    return [
        *(
            ["What is erased:", *stored]
            if stored
            else ["Nothing is stored; the address would be remembered as erased."]
        ),
        *(["What stays, since the law or the books need it:", *kept] if kept else []),
        *(["Not yet, since there is:", *(f"          {each}" for each in shown.held)] if shown.held else []),
    ]
