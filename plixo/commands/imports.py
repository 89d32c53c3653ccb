"""`plixo import …`: ledgers and contacts from CSV files, with a preview, a summary and a log of rejected rows."""

import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID, uuid4

import typer

from domain.cash_application import file_templates
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import control, csv_import
from domain.ledger.csv_import import ImportRequest, Kind, Layout, Lowered, Outcome, QuestionOpen, refusals
from plixo import shell
from plixo.commands import asking, import_words, reject_files
from plixo.commands.progress_bars import progress_bar

import_app = typer.Typer(no_args_is_help=True, help="Import invoices, customers and contacts from CSV files.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="HEADER=FIELD", help="What a column holds, or `ignore`. May be given many times."),
]
Encoding = Annotated[str | None, typer.Option(help="Character set, such as cp1252, where it is not UTF-8.")]
Delimiter = Annotated[str | None, typer.Option(help="comma, semicolon, tab or pipe, where it is unclear.")]
Rejects = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Where rejected rows are told. Default: FILE.rejects.csv beside it.")
]
Full = Annotated[
    bool, typer.Option("--full", help="The file has every open invoice: list those that it lacks, beside it.")
]
Save = Annotated[
    str | None,
    typer.Option("--save", metavar="NAME", help="Keep what is said about the layout, for files with the same header."),
]
HeaderLine = Annotated[
    int | None, typer.Option("--header-line", min=1, help="The line with the headers, where others stand above it.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="Take the file as of that day: what was settled later is open.",
    ),
]


@import_app.command()
def invoices(
    file: File,
    dry_run: DryRun = False,
    full: Full = False,
    as_of: AsOf = None,
    currency: Annotated[str | None, typer.Option(help="Currency of rows that name none (ISO 4217).")] = None,
    date_order: Annotated[
        csv_import.DateOrder | None, typer.Option(help="Order of day, month, year, where no date tells it.")
    ] = None,
    decimal_mark: Annotated[
        csv_import.DecimalMark | None, typer.Option(help="Mark before the decimals, where no amount tells it.")
    ] = None,
    columns: Columns = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_line: HeaderLine = None,
    lowered: Annotated[
        Lowered,
        typer.Option(help="What lowered invoices that fell without a credit note or payment in the file, if known."),
    ] = Lowered.UNKNOWN,
    save: Save = None,
    rejects: Rejects = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Import invoices with their customers and contacts; the same file twice changes nothing."""
    request = ImportRequest(
        kind=Kind.INVOICES,
        file_name=file.name,
        path=file,
        full=full,
        as_of=as_of.date() if as_of else None,
        currency=currency.strip().upper() if currency else None,
        date_order=date_order,
        decimal_mark=decimal_mark,
        columns=pairs(columns or []),
        encoding=encoding,
        delimiter=delimiter,
        header_line=header_line,
        lowered=lowered,
    )
    _import(request, file, rejects, save=save, dry_run=dry_run, as_json=as_json)


@import_app.command()
def contacts(
    file: File,
    dry_run: DryRun = False,
    columns: Columns = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_line: HeaderLine = None,
    save: Save = None,
    rejects: Rejects = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Import customers and their contacts; the same file twice changes nothing."""
    request = ImportRequest(
        kind=Kind.CONTACTS,
        file_name=file.name,
        path=file,
        columns=pairs(columns or []),
        encoding=encoding,
        delimiter=delimiter,
        header_line=header_line,
    )
    _import(request, file, rejects, save=save, dry_run=dry_run, as_json=as_json)


class TemplateOf(StrEnum):
    """What there are templates of."""

    INVOICES = "invoices"
    CONTACTS = "contacts"
    BANK = "bank"
    REMITTANCE = "remittance"
    CONTROL = "control"


@import_app.command()
def template(
    kind: Annotated[TemplateOf, typer.Argument(help="What the file is to hold.")],
    examples: Annotated[bool, typer.Option("--examples", help="With rows that show how.")] = False,
) -> None:
    """Print a CSV file with the headers that the import knows."""
    if kind is TemplateOf.CONTROL:
        typer.echo(control.template(examples=examples), nl=False)
    elif kind in (TemplateOf.BANK, TemplateOf.REMITTANCE):
        typer.echo(file_templates.template(kind, examples=examples), nl=False)
    else:
        typer.echo(csv_import.template(Kind(kind), examples=examples), nl=False)


def pairs(texts: list[str]) -> tuple[tuple[str, str], ...]:
    """Return what was said about columns as pairs of header and field."""
    parted = [text.rpartition("=") for text in texts]
    for text, (header, _, meant) in zip(texts, parted, strict=True):
        if not header.strip() or not meant.strip():
            raise typer.BadParameter(f"{text!r} is not of the form HEADER=FIELD.", param_hint="--map")
    return tuple((header, meant) for header, _, meant in parted)


def _import(
    request: ImportRequest, file: Path, rejects: Path | None, *, save: str | None, dry_run: bool, as_json: bool
) -> None:
    log = rejects or file.with_name(f"{file.stem}.rejects.csv")
    reject_files.require_free(log, source=file)
    lacking = file.with_name(f"{file.stem}.absent.csv")
    if request.full:
        reject_files.require_free(lacking, source=file)
    layouts: list[Layout] = []

    def seen(layout: Layout) -> None:
        layouts.append(layout)
        if not as_json:
            print_lines(import_words.layout(request.file_name, layout))

    with tempfile.TemporaryFile() as rejected, tempfile.TemporaryFile() as absent:
        lists = cast("BinaryIO", rejected), cast("BinaryIO", absent)
        work = _Work(request, *lists, seen, dry_run=dry_run, save=save)
        outcome = _interruptible(work)
        kept = reject_files.replace(log, lists[0], dry_run=dry_run)
        listed = reject_files.replace(lacking, lists[1], dry_run=dry_run) if request.full else None
    if as_json:
        shell.print_json(import_words.document(request, layouts[-1], outcome, log=kept, absent=listed, dry_run=dry_run))
    else:
        print_lines(import_words.outcome(outcome, log=kept, absent=listed, dry_run=dry_run))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        typer.echo(line)


@dataclass(frozen=True)
class _Work:
    """One import, with what is to become of its reject log and of what is said about its layout."""

    request: ImportRequest
    rejected: BinaryIO
    absent: BinaryIO
    seen: Callable[[Layout], None]
    dry_run: bool
    save: str | None
    batch_id: UUID = field(default_factory=uuid4)


def _interruptible(work: _Work) -> Outcome:
    """Do the work; on Ctrl-C say what became of it, and end with code 130."""
    try:
        return shell.run(lambda core: _asked(core, work), waits=True)
    except KeyboardInterrupt:
        applied = shell.run(lambda core: csv_import.was_applied(core, work.batch_id))
        typer.echo(
            "Cancelled too late: the import was applied, whole." if applied else "Cancelled: nothing was changed.",
            err=True,
        )
        raise typer.Exit(130) from None


async def _asked(core: Core, work: _Work) -> Outcome:
    """Do the work; what the file does not tell is asked when a person sits there, else it is refused."""
    asked = False
    while True:
        try:
            outcome = await _done(core, work)
        except QuestionOpen as question:
            if not sys.stdin.isatty():
                raise
            work, asked = replace(work, request=asking.answered(work.request, question)), True
            continue
        if asked and not work.dry_run and work.save is None:
            await _keep(core, work)
        return outcome


async def _keep(core: Core, work: _Work) -> None:
    """Ask whether the answers are to be kept, and under which name."""
    words = "Keep these answers for files with the same header? A name for them, or nothing"
    while name := str(typer.prompt(words, default="", show_default=False, err=True)).strip():
        try:
            await csv_import.keep(core, work.request, name=name, actor=SHELL)
        except refusals.OptionUnusable as no:
            typer.echo(str(no), err=True)
            continue
        return


async def _done(core: Core, work: _Work) -> Outcome:
    with progress_bar(work.request.file_name) as progress:

        def seen(layout: Layout) -> None:
            progress.rows(layout.rows / layout.size)
            work.seen(layout)

        how: dict[str, Any] = {"actor": SHELL, "rejected": work.rejected, "absent": work.absent,
                               "progress": progress, "seen": seen}  # fmt: skip
        if work.dry_run:
            return (await csv_import.preview(core, work.request, **how)).outcome
        event = await csv_import.apply(core, work.request, keep_as=work.save, batch_id=work.batch_id, **how)
        return Outcome(**{each.name: getattr(event, each.name) for each in fields(Outcome)})
