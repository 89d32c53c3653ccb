"""Words of the import: how a file is read and what it comes to, as lines for people and as a document for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from domain.ledger.csv_import import DateOrder, DecimalMark, ImportRequest, Layout, Outcome, columns
from domain.ledger.csv_import.headers import Reason
from domain.ledger.csv_import.mappings import KnownLayout

_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day",
           "serial": "numbers of days, as spreadsheets count them"}  # fmt: skip
_REASONS: Mapping[Reason, str] = {
    Reason.CLEAR: "",
    Reason.VAGUE: " (could mean it, and nothing is clearer)",
    Reason.SAID: " (as you said)",
    Reason.SAVED: " (as was kept)",
}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def reading(encoding: str, delimiter: str, order: DateOrder | None, mark: DecimalMark | None) -> list[str]:
    """Return how the texts of a file are read."""
    how = [encoding.removesuffix("-sig").upper(), f"{_DELIMITERS[delimiter]} between cells"]
    if order is not None:
        how.append(f"dates as {_ORDERS[order]}")
    if mark is not None:
        how.append(f"decimal {mark}")
    return how


def layout(file_name: str, found: Layout) -> Iterator[str]:
    """Yield how the file is read: the preview of its columns, why each was taken, and its first values."""
    how = reading(found.encoding, found.delimiter, found.date_order, found.decimal_mark)
    if found.currency is not None:
        how.append(f"{found.currency} where a row names no currency")
    if found.above:
        how.append(f"headers in line {found.above + 1}")
    yield f"{shown(file_name)}: {', '.join(how)}"
    if found.known is not None:
        yield f"  layout known as {found.known.name}, by {found.known.kept_by}, {found.known.kept_at:%Y-%m-%d}"
    places = found.columns.places
    width = max(len(columns.KNOWN[field].title) for field in places)
    for field, place in places.items():
        why = _REASONS[found.columns.reasons[field]]
        yield f"  {columns.KNOWN[field].title:{width}} ← {found.columns.headers[place]}{why}{_samples(found, place)}"
    used = set(places.values())
    for place, header in enumerate(found.columns.headers):
        if header and place not in used:
            yield f"  {'not used':{width}} ← {header}{_samples(found, place)}"


def _samples(found: Layout, place: int) -> str:
    values = found.samples[place] if place < len(found.samples) else ()
    return f": {', '.join(values)}" if values else ""


def mappings(found: Sequence[KnownLayout]) -> Iterator[str]:
    """Yield the layouts that are kept, a line each."""
    if not found:
        yield "No layout is kept. Say --save NAME when you import a file that had to be explained."
    for each in found:
        kept = each.answers
        said = [f"{header} = {field}" for header, field in kept.columns]
        said += [
            f"{word} {value}"
            for word, value in (
                ("currency", kept.currency),
                ("dates", kept.date_order),
                ("decimal", kept.decimal_mark),
                ("encoding", kept.encoding),
                ("delimiter", kept.delimiter),
            )
            if value
        ]
        yield shown(
            f"{each.name} ({each.kind}), by {each.kept_by}, {each.kept_at:%Y-%m-%d}, last used "
            f"{each.used_at:%Y-%m-%d}: {'; '.join(said) or 'nothing had to be said'}"
        )


def outcome(found: Outcome, *, log: Path | None, absent: Path | None, dry_run: bool) -> Iterator[str]:
    """Yield what the file comes to."""
    left_out = f", {found.left_out:,} left out" if found.left_out else ""
    yield (
        f"{found.read:,} rows read: {found.new:,} new, {found.changed:,} changed, {found.unchanged:,} unchanged, "
        f"{found.conflicting:,} conflicting, {found.rejected:,} rejected{left_out}"
    )
    for code, count, meaning in found.told_reasons():
        yield f"  {count:,} {code}: {meaning}"
    yield (
        f"Customers: {found.customers_new:,} new, {found.customers_changed:,} changed. "
        f"Contacts: {found.contacts_new:,} new, {found.contacts_changed:,} changed."
    )
    if found.credits_new or found.credits_changed:
        yield f"Credit notes among them: {found.credits_new:,} new, {found.credits_changed:,} changed."
    if found.credited or found.lowered:
        yield f"Lowered by credit notes: {found.credited:,} invoices; without a cause in the file: {found.lowered:,}."
    if found.recognised:
        yield f"{found.recognised:,} numbers that a spreadsheet had changed were recognised."
    for line in (*found.examples, *found.notes):
        yield f"  {shown(line)}"
    if absent is not None:
        yield f"{found.absent:,} open invoices are not in this full export; they are left alone and listed in {absent}"
    elif found.absent:
        yield f"{found.absent:,} open invoices of the ledger are not among these rows; they are left alone."
    if log is not None:
        yield f"Rejected rows: {log}"
    if dry_run:
        yield "Dry run: nothing was changed."
    elif found.changes_nothing:
        yield "Nothing had to be changed."
    else:
        yield "Imported."


def document(
    request: ImportRequest, how: Layout, found: Outcome, *, log: Path | None, absent: Path | None, dry_run: bool
) -> dict[str, Any]:
    """Return the same as one JSON document."""
    return {
        "file": request.file_name,
        "of": request.kind,
        "dry_run": dry_run,
        "applied": not dry_run and not found.changes_nothing,
        "as_of": request.as_of,
        "encoding": how.encoding.removesuffix("-sig"),
        "delimiter": how.delimiter,
        "date_order": how.date_order,
        "decimal_mark": how.decimal_mark,
        "currency": how.currency,
        "header_line": how.above + 1,
        "layout": how.known.name if how.known is not None else None,
        "columns": {field: how.columns.header(field) for field in how.columns.places},
        "taken_by": {field: reason.value for field, reason in how.columns.reasons.items()},
        "samples": dict(zip(how.columns.headers, how.samples, strict=False)),
        "not_used": how.columns.ignored,
        **{name: value for name, value in asdict(found).items() if name != "reasons"},
        "reasons": [
            {"code": code, "rows": count, "what_to_do": meaning} for code, count, meaning in found.told_reasons()
        ],
        "rejects": str(log) if log is not None else None,
        "absent_rows": str(absent) if absent is not None else None,
    }


def shown(text: str) -> str:
    """Return a text that no terminal obeys."""
    return "".join(each if each.isprintable() else "�" for each in text)
