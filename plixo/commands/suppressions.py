"""`plixo suppress`, `plixo unsuppress` and `plixo suppression …`: addresses and domains that must not be mailed."""

import csv
import io
from contextlib import suppress as suppress_error
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.deliverability import evidence, suppression_ends, suppression_lists, suppression_loads, suppressions
from domain.deliverability.suppression_loads import FAULTS, LoadFile, LoadOutcome
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.csv_import import rejects
from plixo import shell
from plixo.commands import reject_files
from plixo.commands.moments import Reason, listed, told
from plixo.commands.suppression_words import Heard, lines

suppression_app = typer.Typer(no_args_is_help=True, help="Addresses and domains that must not be mailed.")

DAY = "%Y-%m-%d"

Whom = Annotated[str, typer.Argument(help="An e-mail address, or a domain as `@acme.example`.")]


def suppress(
    address: Whom,
    reason: Reason,
    kind: Annotated[Why, typer.Option(help="What sort of reason it is.")] = Why.MANUAL,
    until: Annotated[
        str | None,
        typer.Option(help="The last day, such as 2026-04-30, or a moment, 2026-04-30T14:00, in the merchant's zone."),
    ] = None,
) -> None:
    """Stop all mail to an address or a domain."""
    end = _End.of(until) if until else None
    told(
        lambda core: suppressions.add(
            core, whom=address, reason=kind, note=reason, until=end.at(core) if end else None, actor=SHELL
        )
    )


@dataclass(frozen=True, slots=True)
class _End:
    """An end that was typed: a day, which it lasts whole, or a moment."""

    typed: datetime
    whole_day: bool

    @classmethod
    def of(cls, text: str) -> "_End":
        """Read it; what cannot be read ends the command with code 2."""
        for form in (DAY, "%Y-%m-%dT%H:%M"):
            with suppress_error(ValueError):
                return cls(datetime.strptime(text.strip(), form), form == DAY)  # noqa: DTZ007 - the merchant's zone
        raise typer.BadParameter(f"{text!r} is neither a day nor a moment.", param_hint="--until")

    def at(self, core: Core) -> datetime:
        """Return when it is over, by the merchant's clock."""
        if self.whole_day:
            return suppression_ends.end_of(core, self.typed.date())
        return self.typed.replace(tzinfo=core.merchant.zone)


def unsuppress(address: Whom, reason: Reason) -> None:
    """Let a suppressed address or domain be mailed again."""
    told(lambda core: suppressions.lift(core, address=address, reason=reason, actor=SHELL))


@suppression_app.command()
def show(address: Whom, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what keeps an address back, and every mail that said something of it."""

    async def found(core: Core) -> Heard:
        key = suppressions.target(address).key
        return Heard(
            key,
            await suppression_lists.explain(core, address=address),
            await evidence.of_address(core, address=address),
            await evidence.bounce_days(core, core.database, address_key=key),
            core.merchant.zone,
        )

    heard = shell.run(found)
    if as_json:
        parts = {"suppressions": heard.suppressions, "evidence": heard.evidence, "bounce_days": heard.days}
        shell.print_json({name: shell.plain(each) for name, each in parts.items()})
        return
    for line in lines(heard):
        typer.echo(line)


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
    outcome = shell.run(lambda core: suppression_loads.load(core, said, actor=SHELL, dry_run=dry_run), waits=True)
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
        out.writerow(
            (each.line, rejects.harmless(each.column), rejects.harmless(each.value), each.code, FAULTS[each.code])
        )
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
