"""`plixo import control …`, `plixo ledger ageing`, `plixo ledger parity`: our ageing beside that of the books."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import ageing, control, parity
from domain.ledger.ageing import Ageing
from domain.ledger.control import AsOfMissing, ControlFile, ControlLayout, ControlOutcome
from domain.ledger.control.layouts import BucketUnclear
from domain.ledger.csv_import import DateOrder, DecimalMark, QuestionOpen
from domain.ledger.parity import Parity
from plixo import shell
from plixo.commands import asking, import_words, imports, moments, progress_bars, reject_files

OfDay = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day at whose end the figures were true.")
]


def take(
    file: imports.File,
    as_of: OfDay = None,
    dry_run: imports.DryRun = False,
    currency: Annotated[str | None, typer.Option(help="Currency of rows that name none (ISO 4217).")] = None,
    date_order: Annotated[
        DateOrder | None, typer.Option(help="Order of day, month, year, where no date tells it.")
    ] = None,
    decimal_mark: Annotated[
        DecimalMark | None, typer.Option(help="Mark before the decimals, where no amount tells it.")
    ] = None,
    columns: imports.Columns = None,
    encoding: imports.Encoding = None,
    delimiter: imports.Delimiter = None,
    rejects: imports.Rejects = None,
    save: imports.Save = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Import your books' own ageing, to be compared with ours: a row for each currency, bucket or invoice."""
    said = ControlFile(
        file_name=file.name,
        path=file,
        as_of=as_of.date() if as_of else None,
        currency=currency,
        date_order=date_order,
        decimal_mark=decimal_mark,
        columns=imports.pairs(columns or []),
        encoding=encoding,
        delimiter=delimiter,
    )
    log = rejects or file.with_name(f"{file.stem}.rejects.csv")
    reject_files.require_free(log, source=file)
    layouts: list[ControlLayout] = []

    def seen(layout: ControlLayout) -> None:
        layouts.append(layout)
        if not as_json:
            imports.print_lines(_layout(said.file_name, layout))

    with tempfile.TemporaryFile() as rejected:
        sink = cast("BinaryIO", rejected)
        found = shell.run(lambda core: _asked(core, said, sink, seen, dry_run=dry_run, save=save))
        kept = reject_files.replace(log, sink, dry_run=dry_run)
    if as_json:
        shell.print_json(_document(said, layouts[-1], found, log=kept, dry_run=dry_run))
        return
    imports.print_lines(_outcome(found, log=kept, dry_run=dry_run))


def show_ageing(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what is open by currency and days past due, with what customers have to their credit beside it."""
    found = shell.run(lambda core: ageing.now(core, actor=SHELL))
    moments.listed(found, _ageing(found), as_json=as_json, empty="nothing is open")


def show_parity(
    csv: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write the invoices that differ.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Compare our ageing with the latest control totals. Exit code 1 when it differs, or there are none."""

    async def compared(core: Core) -> tuple[Parity | None, int | None]:
        found = await parity.latest(core, actor=SHELL)
        if csv is None:
            return found, None
        with csv.open("xb") as sink:
            return found, await parity.write_csv(core, sink, actor=SHELL)

    try:
        found, written = shell.run(compared, waits=True)
    except FileExistsError:
        typer.echo(f"{csv} exists already; name another file.", err=True)
        raise typer.Exit(1) from None
    if as_json:
        shell.print_json(document(found))
    else:
        imports.print_lines(_parity(found))
        if written is not None:
            typer.echo(f"{written} differing invoices: {csv}")
    if found is None or not found.agrees:
        raise typer.Exit(1)


async def _asked(
    core: Core,
    said: ControlFile,
    rejected: BinaryIO,
    seen: Callable[[ControlLayout], None],
    *,
    dry_run: bool,
    save: str | None,
) -> ControlOutcome:
    """Do the work; what the file does not tell is asked when a person sits there, else it is refused."""

    async def done(said: ControlFile) -> ControlOutcome:
        with progress_bars.progress_bar(said.file_name) as progress:
            how: dict[str, Any] = {"actor": SHELL, "rejected": rejected, "progress": progress, "seen": seen}
            if dry_run:
                return await control.preview(core, said, **how)
            return (await control.apply(core, said, keep_as=save, **how))[0]

    return await asking.until_told(said, done, own=_own)


def _own(said: ControlFile, question: QuestionOpen, answer: str) -> ControlFile | None:
    """Take the answer to what is asked about control totals only."""
    match question:
        case AsOfMissing():
            return replace(said, as_of=_day(answer))
        case BucketUnclear(header=header):
            return replace(said, columns=(*said.columns, (header, answer)))
        case _:
            return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        typer.echo("Write the day as 2026-03-31.", err=True)
        return None


def _layout(file_name: str, found: ControlLayout) -> Iterator[str]:
    """Yield how the report is read."""
    told = import_words.reading(found.encoding, found.delimiter, found.date_order, found.decimal_mark)
    if found.currency:
        told.append(f"in {found.currency}")
    yield f"{import_words.shown(file_name)}: {', '.join(told)}; {found.shape.value}, as of {found.as_of}"
    width = max(len(control.KNOWN[field].title) for field in found.columns.places)
    for field, place in found.columns.places.items():
        headers = [found.columns.headers[at] for at in (place, *found.columns.more.get(field, ()))]
        yield f"  {control.KNOWN[field].title:{width}} ← {', '.join(headers)}"
    if found.columns.ignored:
        yield f"  not used: {', '.join(found.columns.ignored)}"


def _outcome(found: ControlOutcome, *, log: Path | None, dry_run: bool) -> Iterator[str]:
    """Yield what the report comes to."""
    left_out = f", {found.left_out:,} left out" if found.left_out else ""
    invoices = f"; {found.invoices:,} invoices" if found.invoices else ""
    yield f"{found.read:,} rows read, {found.rejected:,} rejected{left_out}{invoices}"
    for code, count, meaning in found.told_reasons():
        yield f"  {count:,} {code}: {meaning}"
    for each in found.totals:
        buckets = ", ".join(
            f"{name} {amount}" for name, amount in zip(ageing.BUCKETS, each.buckets or (), strict=False)
        )
        yield f"  {each.total}{f': {buckets}' if buckets else ''}{f'; credits {each.credits}' if each.credits else ''}"
    if log is not None:
        yield f"Rejected rows: {log}"
    if dry_run:
        yield "Dry run: nothing was changed."
    elif found.known:
        yield "Nothing new in it."
    else:
        yield "Imported; `plixo ledger parity` compares." if found.totals else "Nothing was taken."


def _document(
    said: ControlFile, how: ControlLayout, found: ControlOutcome, *, log: Path | None, dry_run: bool
) -> dict[str, Any]:
    """Return the same as one JSON document."""
    return {
        "file": said.file_name,
        "of": "control",
        "dry_run": dry_run,
        "applied": not dry_run and not found.known and bool(found.totals),
        "columns": {field: how.columns.header(field) for field in how.columns.places},
        "not_used": how.columns.ignored,
        **{name: value for name, value in asdict(found).items() if name not in ("reasons", "totals")},
        "totals": shell.plain(found.totals),
        "reasons": [
            {"code": code, "rows": count, "what_to_do": meaning} for code, count, meaning in found.told_reasons()
        ],
        "rejects": str(log) if log is not None else None,
    }


def _ageing(found: Ageing) -> Iterator[str]:
    for each in found.currencies:
        yield f"{each.total.amount} open in {each.total.invoices:,} invoices, as of {found.as_of}"
        for bucket in each.buckets:
            yield f"  {bucket.name:8} {bucket.amount}  ({bucket.invoices:,})"
        yield f"  beside it, to customers' credit: unapplied {each.unapplied}, credit notes {each.credit_notes}"


def _parity(found: Parity | None) -> Iterator[str]:
    """Yield how the two sides compare."""
    if found is None:
        yield "No control totals were imported yet: plixo import control FILE --as-of DAY"
        return
    yield f"{found.file_name}, as of {found.as_of}: {found.verdict} (allowed: {found.allowed.normalize():f} %)"
    if found.is_old:
        yield f"  The figures are {found.age_days} days old; what happened since makes a difference. Import today's."
    if found.rejected:
        yield f"  {found.rejected} rows of it were rejected, and are missing from its totals."
    for each in found.currencies:
        for figure in each.figures:
            yield f"  {each.currency} {'ok     ' if figure.agrees else 'DIFFERS'} {figure.told()}, {figure.difference}"
        if each.credits_here or each.credits_there:
            yield f"  {each.currency} credit, beside it: {each.credits_here} here, {each.credits_there or 'not told'}"
        if each.taken_off:
            yield "  The totals agree once credit is taken off: let the books report it in a column of its own."
    for line in found.invoices:
        yield f"  {line.told()}"
    if found.invoices_differing > len(found.invoices):
        yield f"  … and {found.invoices_differing - len(found.invoices):,} more; --csv FILE writes them"


def document(found: Parity | None) -> Any:
    """Return a comparison as JSON knows it, with what is computed from its figures."""
    if found is None:
        return None
    currencies = [
        {
            **shell.plain(each),
            "agrees": each.agrees,
            "figures": [
                {**shell.plain(figure), "difference": shell.plain(figure.difference), "percent": str(figure.percent),
                 "agrees": figure.agrees}
                for figure in each.figures
            ],
        }
        for each in found.currencies
    ]  # fmt: skip
    return {**shell.plain(found), "currencies": currencies, "verdict": found.verdict, "is_old": found.is_old}
