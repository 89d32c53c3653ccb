"""`plixo audit …`: the audit log on the screen, and a part of it as a file for a spreadsheet."""

import os
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import audit, audit_export
from domain.operations.audit import ActCard, Log
from domain.operations.audit_events import AuditExported
from domain.operations.audit_export import Span
from domain.people import people
from domain.people.refusals import NobodyCalled
from plixo import shell
from plixo.commands.moments import listed

audit_app = typer.Typer(no_args_is_help=True, help="Who did what and when; nobody can change it.")

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day, in the merchant's time zone.")]
LastDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; it is in it.")]

_ENTRY = re.compile(r"#?(\d{1,15})")
_REQUEST = re.compile(r"[a-hj-np-z2-9]{10}")


@audit_app.command()
def show(
    what: Annotated[str, typer.Argument(help="An act (`#4711`), a request id, an invoice, or a person's name.")],
    since: Day = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show one act with before and after, or the newest acts of a person, an invoice or a request."""
    found = shell.run(lambda core: _found(core, what.strip(), since.date() if since else None))
    if isinstance(found, ActCard):
        listed(found, _card(found), as_json=as_json, empty="")
        return
    lines = [f"#{each.id:<8} {each.at:%Y-%m-%d %H:%M} UTC  {each.actor}: {each.told}" for each in found.acts]
    listed(found, lines, as_json=as_json, empty=f"the audit log has nothing of {found.about}")


@audit_app.command()
def export(
    csv: Annotated[Path, typer.Option(help="The file; one that exists is not overwritten.")],
    by: Annotated[str, typer.Option(help="Only this person's acts, or those of `Plixo` or `command line`.")] = "",
    since: Day = None,
    until: LastDay = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Write a part of the audit log into a file for a spreadsheet; that it was done is in the log as well."""
    if csv.exists():
        typer.echo(f"{csv} exists. Move it, or name another file.", err=True)
        raise typer.Exit(1)
    draft = csv.with_name(f"{csv.name}.{os.getpid()}.part")
    try:
        event = shell.run(lambda core: _written(core, draft, by, since, until))
        draft.replace(csv)
    except OSError as error:
        typer.echo(f"{csv} could not be written ({error.strerror}).", err=True)
        raise typer.Exit(1) from None
    finally:
        draft.unlink(missing_ok=True)
    shown = {"file": str(csv), "entries": event.entries, "through": event.through}
    listed(shown, [f"{event.entries:,} acts are in {csv}"], as_json=as_json, empty="")


async def _written(core: Core, draft: Path, by: str, since: datetime | None, until: datetime | None) -> AuditExported:
    person, who = await _whose(core, by)
    span = Span(
        person_id=person,
        who=who,
        since=_begin(core, since.date()) if since else None,
        until=_begin(core, until.date() + timedelta(days=1)) if until else None,
    )
    with draft.open("w", encoding="utf-8", newline="") as file:  # before it is written down: it must be possible
        event = await audit_export.begin(core, span=span, actor=SHELL)
        await audit_export.write(core, export=event, sink=file.write)
    return event


async def _whose(core: Core, by: str) -> tuple[UUID | None, str]:
    if not by:
        return None, ""
    try:
        person = await people.named(core, text=by.lstrip("@"))
    except NobodyCalled:
        if await audit_export.acted(core, who=by):
            return None, by
        raise
    return person.id, person.name


async def _found(core: Core, what: str, since: date | None) -> ActCard | Log:
    """Return what is meant: an act by its number, else an invoice, a request, a person, in this order."""
    begin = _begin(core, since) if since else None
    number = _ENTRY.fullmatch(what)
    if number and what.startswith("#"):
        return await audit.act(core, number=int(number[1]), actor=SHELL)
    try:
        invoice_id = await audit.invoice_id(core, number=what)
    except InvoiceNotFound:
        if number:
            return await audit.act(core, number=int(number[1]), actor=SHELL)
        if _REQUEST.fullmatch(what):
            return await audit.of_request(core, request_id=what, actor=SHELL)
        person = await people.named(core, text=what.lstrip("@"))
        return await audit.of_person(core, person_id=person.id, actor=SHELL, since=begin)
    return await audit.of_invoice(core, invoice_id=invoice_id, actor=SHELL, since=begin)


def _card(card: ActCard) -> list[str]:
    act = card.act
    lines = [
        f"#{act.id}  {act.told}",
        f"who      {act.actor} ({act.actor_kind})",
        f"when     {act.at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    lines += [f"request  {act.request_id}"] if act.request_id else []
    lines += [
        f"{each.name}: {f'{each.before} -> ' if each.before is not None else ''}{each.value}" for each in card.parts
    ]
    return lines + [f"also     #{each.id}  {each.told}" for each in card.together]


def _begin(core: Core, day: date) -> datetime:
    return datetime.combine(day, time(0), core.merchant.zone)
