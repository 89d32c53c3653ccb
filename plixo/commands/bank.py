"""`plixo import bank …`, `plixo cash import …`: statements of the merchant's bank accounts, as CSV or camt.053."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import typer

from domain.cash_application import bank_import
from domain.cash_application.bank_import import BankOutcome, Layout
from domain.cash_application.bank_layouts import BankFile
from domain.cash_application.bank_questions import BankAccountUnclear
from domain.cash_application.bank_words import KNOWN
from domain.cash_application.camt_rows import CamtLayout
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.csv_import import DateOrder, DecimalMark, QuestionOpen
from plixo import shell
from plixo.commands import asking, import_words, imports, progress_bars, reject_files


def bank(
    file: imports.File,
    account: Annotated[str, typer.Option(help="What you call the bank account, where the file does not tell.")] = "",
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
    """Import the movements of a bank account, from CSV or camt.053; what overlaps with an earlier file comes once."""
    said = BankFile(
        file_name=file.name,
        path=file,
        account=account.strip(),
        currency=currency,
        date_order=date_order,
        decimal_mark=decimal_mark,
        columns=imports.pairs(columns or []),
        encoding=encoding,
        delimiter=delimiter,
    )
    log = rejects or file.with_name(f"{file.stem}.rejects.csv")
    reject_files.require_free(log, source=file)
    layouts: list[Layout] = []

    def seen(layout: Layout) -> None:
        layouts.append(layout)
        if not as_json:
            imports.print_lines(_layout(said.file_name, layout))

    with tempfile.TemporaryFile() as rejected:
        found = shell.run(
            lambda core: _asked(core, said, cast("BinaryIO", rejected), seen, dry_run=dry_run, save=save), waits=True
        )
        kept = reject_files.replace(log, cast("BinaryIO", rejected), dry_run=dry_run)
    if as_json:
        shell.print_json(_document(said, layouts[-1], found, log=kept, dry_run=dry_run))
    else:
        imports.print_lines(_outcome(found, log=kept, dry_run=dry_run))


async def _asked(
    core: Core,
    said: BankFile,
    rejected: BinaryIO,
    seen: Callable[[Layout], None],
    *,
    dry_run: bool,
    save: str | None,
) -> BankOutcome:
    """Do the work; what the file does not tell is asked when a person sits there, else it is refused."""

    async def done(said: BankFile) -> BankOutcome:
        with progress_bars.progress_bar(said.file_name) as progress:
            how: dict[str, Any] = {"actor": SHELL, "rejected": rejected, "progress": progress, "seen": seen}
            if dry_run:
                return await bank_import.preview(core, said, **how)
            return (await bank_import.apply(core, said, keep_as=save, **how))[0]

    return await asking.until_told(said, done, own=_own)


def _own(said: BankFile, question: QuestionOpen, answer: str) -> BankFile | None:
    """Take the answer to what is asked about bank statements only."""
    return replace(said, account=answer) if isinstance(question, BankAccountUnclear) else None


def _layout(file_name: str, found: Layout) -> Iterator[str]:
    """Yield how the statement is read: the preview of its columns."""
    if isinstance(found, CamtLayout):
        accounts = ", ".join(found.accounts[:5]) or "no account"
        yield f"{import_words.shown(file_name)}: camt.053, {found.rows:,} entries of {accounts}"
        return
    told = import_words.reading(found.encoding, found.place.delimiter, found.date_order, found.decimal_mark)
    if found.currency:
        told.append(f"in {found.currency}")
    if found.place.above:
        told.append(f"header in line {found.place.above + 1}")
    yield f"{import_words.shown(file_name)}: {', '.join(told)}"
    width = max(len(KNOWN[field].title) for field in found.columns.places)
    for field, place in found.columns.places.items():
        headers = [found.columns.headers[at] for at in (place, *found.columns.more.get(field, ()))]
        yield f"  {KNOWN[field].title:{width}} ← {', '.join(headers)}"
    if found.columns.ignored:
        yield f"  not used: {', '.join(found.columns.ignored)}"


def _outcome(found: BankOutcome, *, log: Path | None, dry_run: bool) -> Iterator[str]:
    """Yield what the statement comes to."""
    left_out = f", {found.left_out:,} left out" if found.left_out else ""
    yield f"{found.read:,} rows read: {found.new:,} new, {found.known:,} known, {found.rejected:,} rejected{left_out}"
    for code, count, meaning in found.told_reasons():
        yield f"  {count:,} {code}: {meaning}"
    if found.doubted:
        yield f"  {found.doubted:,} of the new ones wait for a person whatever they match: `plixo cash list` says why"
    for each in found.came_in:
        yield f"  new, came in: {each}"
    for each in found.went_out:
        yield f"  new, went out: {-each}"
    if log is not None:
        yield f"Rejected rows: {log}"
    if dry_run:
        yield "Dry run: nothing was changed."
    else:
        yield "Imported." if found.new else "Nothing new in it."


def _document(said: BankFile, how: Layout, found: BankOutcome, *, log: Path | None, dry_run: bool) -> dict[str, Any]:
    """Return the same as one JSON document."""
    return {
        "file": said.file_name,
        "of": "bank",
        "dry_run": dry_run,
        "applied": not dry_run and bool(found.new),
        **_read_as(how),
        **{name: value for name, value in asdict(found).items() if name not in ("reasons", "came_in", "went_out")},
        "came_in": found.came_in,
        "went_out": found.went_out,
        "reasons": [
            {"code": code, "rows": count, "what_to_do": meaning} for code, count, meaning in found.told_reasons()
        ],
        "rejects": str(log) if log is not None else None,
    }


def _read_as(how: Layout) -> dict[str, Any]:
    if isinstance(how, CamtLayout):
        return {"format": "camt.053", "entries": how.rows}
    return {
        "format": "csv",
        "encoding": how.encoding.removesuffix("-sig"),
        "delimiter": how.place.delimiter,
        "header_line": how.place.above + 1,
        "date_order": how.date_order,
        "decimal_mark": how.decimal_mark,
        "currency": how.currency,
        "columns": {field: how.columns.header(field) for field in how.columns.places},
        "not_used": how.columns.ignored,
    }
