"""`plixo suppress`, `plixo unsuppress` and `plixo suppression …`: addresses and domains that must not be mailed."""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from domain.deliverability import evidence, suppression_lists, suppression_loads, suppressions
from domain.deliverability.suppression_loads import FAULTS, LoadFile, LoadOutcome
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.csv_import import rejects
from plixo import shell
from plixo.commands import reject_files
from plixo.commands.moments import Reason, Until, listed, moment_or_none, told

suppression_app = typer.Typer(no_args_is_help=True, help="Addresses and domains that must not be mailed.")

Whom = Annotated[str, typer.Argument(help="An e-mail address, or a domain as `@acme.example`.")]


def suppress(
    address: Whom,
    reason: Reason,
    kind: Annotated[Why, typer.Option(help="What sort of reason it is.")] = Why.MANUAL,
    until: Until = None,
) -> None:
    """Stop all mail to an address or a domain."""
    told(
        lambda core: suppressions.add(
            core, whom=address, reason=kind, note=reason, until=moment_or_none(core, until), actor=SHELL
        )
    )


def unsuppress(address: Whom, reason: Reason) -> None:
    """Let a suppressed address or domain be mailed again."""
    told(lambda core: suppressions.lift(core, address=address, reason=reason, actor=SHELL))


@suppression_app.command()
def show(address: Whom, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what keeps an address back, and every mail that said something of it."""

    async def found(core: Core) -> dict[str, object]:
        key = suppressions.target(address).key
        return {
            "suppressions": shell.plain(await suppression_lists.explain(core, address=address)),
            "evidence": shell.plain(await evidence.of_address(core, address=address)),
            "bounce_days": await evidence.bounce_days(core, core.database, address_key=key),
        }

    document = shell.run(found)
    if as_json:
        shell.print_json(document)
        return
    for name in ("suppressions", "evidence"):
        rows = document[name]
        assert isinstance(rows, list)
        typer.echo(f"{name}: {len(rows)}")
        for row in rows:
            typer.echo("  " + ", ".join(f"{key} {value}" for key, value in row.items() if value not in (None, "")))
    typer.echo(f"bounce days: {document['bounce_days']} of {evidence.BOUNCE_DAYS}")


@suppression_app.command("list")
def list_suppressions(
    text: Annotated[str, typer.Argument(help="A part of the address; nothing for all.")] = "",
    kind: Annotated[Why | None, typer.Option(help="Only those for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=suppression_lists.MAX_LISTED, help="How many.")] = 50,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show suppressions in force, the newest first."""
    reason = kind.value if kind else None
    found = shell.run(lambda core: suppression_lists.in_force(core, reason=reason, text=text, limit=limit))
    listed(
        found,
        (
            f"{each.since:%Y-%m-%d}  {each.reason:12}  {each.address}"
            f"{f'  until {each.until:%Y-%m-%d}' if each.until else ''}  {each.note or each.rule}"
            for each in found
        ),
        as_json=as_json,
        empty="no such address is suppressed",
    )


@suppression_app.command()
def load(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file with a column for the address.")
    ],
    reason: Annotated[str, typer.Option(help="Why, of rows that do not say it; kept in the audit trail.")] = "",
    kind: Annotated[Why, typer.Option(help="The sort of reason of rows that name none.")] = Why.MANUAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Character set, such as cp1252.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates the columns.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Suppress what a file lists, such as another system's suppression list; the same file twice changes nothing."""
    said = LoadFile(file.name, path=file, reason=kind, note=reason, encoding=encoding, delimiter=delimiter)
    log = file.with_name(f"{file.stem}.rejects.csv")
    reject_files.require_free(log, source=file)
    outcome = shell.run(lambda core: suppression_loads.load(core, said, actor=SHELL, dry_run=dry_run))
    kept = reject_files.replace(log, _log(outcome), dry_run=dry_run)
    if as_json:
        shell.print_json({**shell.plain(outcome), "rejects": str(kept) if kept else None, "dry_run": dry_run})
        return
    typer.echo(
        f"{outcome.read:,} rows: {outcome.new:,} new, {outcome.known:,} known before, {outcome.rejected:,} rejected"
    )
    for code, count in sorted(outcome.reasons.items()):
        typer.echo(f"  {count:,} {code}: {FAULTS[code]}")
    if kept is not None:
        typer.echo(f"Rejected rows are in {kept}.")
    if dry_run:
        typer.echo("Nothing was changed.")


def _log(outcome: LoadOutcome) -> io.BytesIO:
    """Return the reject log of a load; empty when every row was taken."""
    if not outcome.rejects:
        return io.BytesIO()
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(rejects.HEADERS)
    for each in outcome.rejects:
        out.writerow((each.line, "", rejects.harmless(each.value), each.code, FAULTS[each.code]))
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
