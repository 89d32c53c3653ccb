"""Kinds: what a file holds, told by its headers; of a file that could be several things it is asked."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO

from domain.cash_application import advice_words, bank_words, camt_entries
from domain.cash_application.advice_words import AdviceField
from domain.cash_application.bank_words import BankField
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger.control.words import BUCKET_FIELDS, ControlField
from domain.ledger.control.words import WORDS as CONTROL_WORDS
from domain.ledger.csv_import import header_lines, sources
from domain.ledger.csv_import.columns import VOCABULARIES, Field
from domain.ledger.csv_import.headers import Vocabulary
from domain.ledger.csv_import.requests import Kind
from domain.operations.imports.said import Asked, ImportKind, Question

_HEAD = 1 << 16
"""Bytes of the beginning of a file that are looked at."""

_LINES = 60
"""Lines among which the headers are looked for; banks put many above them."""

_LEAST_BUCKETS = 3
"""Columns of an ageing report that no other file has."""

_FEW = 3
"""Of so many fields it is said that one of them is needed."""

_CUSTOMER = {Field.CUSTOMER_NUMBER, Field.CUSTOMER_NAME}
_ABOUT = {
    ImportKind.INVOICES: phrase("invoices, with their customers"),
    ImportKind.CONTACTS: phrase("customers and contacts"),
    ImportKind.CONTROL: phrase("control totals: the ageing of your books"),
    ImportKind.BANK: phrase("a bank statement"),
    ImportKind.REMITTANCE: phrase("a remittance advice"),
}

_WORDS: Mapping[ImportKind, Vocabulary[Any]] = {
    ImportKind.INVOICES: VOCABULARIES[Kind.INVOICES],
    ImportKind.CONTACTS: VOCABULARIES[Kind.CONTACTS],
    ImportKind.CONTROL: CONTROL_WORDS,
    ImportKind.BANK: bank_words.WORDS,
    ImportKind.REMITTANCE: advice_words.WORDS,
}


async def recognised(core: Core, file: BinaryIO) -> tuple[ImportKind, ...]:
    """Return what the file may be: one kind where that is clear, several or none where a person has to say it."""
    file.seek(0)
    head = file.read(_HEAD)
    if head[:1024].lstrip().startswith(b"%PDF"):
        return (ImportKind.REMITTANCE,)
    if camt_entries.is_xml(file):
        return (ImportKind.BANK,)
    if kept := await _kept(core, file):
        return kept
    found = [kinds for line in _lines(head) for cells in _cut(line) if (kinds := _kinds(cells))]
    return min(found, key=len) if found else ()


def question(fits: tuple[ImportKind, ...]) -> Question:
    """Return the question what the file is; those kinds first that it may be."""
    ordered = (*fits, *(each for each in ImportKind if each not in fits))
    why = (
        say("Its headers are those of {kinds}.", kinds=_either([say(_ABOUT[each]) for each in fits]))
        if fits
        else say("Its headers tell of no kind that is known.")
    )
    return Question(what=Asked.KIND, text=say("What does the file hold?"), why=why, choices=ordered)


def _either(kinds: list[str]) -> str:
    told = kinds[0]
    for each in kinds[1:]:
        told = say("{kinds} and of {other}", kinds=told, other=each)
    return told


async def _kept(core: Core, file: BinaryIO) -> tuple[ImportKind, ...]:
    """Return the one kind under which a layout with these headers is kept, if it is one."""
    keys = list(header_lines.keys(file).values())
    rows = await core.database.rows("SELECT DISTINCT kind FROM import_mapping WHERE header_key = ANY(%s)", (keys,))
    return (ImportKind(rows[0]["kind"]),) if len(rows) == 1 else ()


def _lines(head: bytes) -> Iterator[str]:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8", errors="ignore").replace("\0", "").lstrip("\ufeff")
    yield from (line for line in re.split(r"\r\n|\r|\n", text)[:_LINES] if line.strip())


def _cut(line: str) -> Iterator[list[str]]:
    """Yield the cells of a line for each delimiter that it has."""
    for sign in sources.DELIMITERS.values():
        if sign in line:
            try:
                yield next(csv.reader([line], delimiter=sign), [])
            except csv.Error:
                continue


def _kinds(cells: list[str]) -> tuple[ImportKind, ...]:
    """Return the kinds of files of which these cells are the headers."""
    ledger = _meant(VOCABULARIES[Kind.INVOICES], cells)
    control, bank = _meant(CONTROL_WORDS, cells), _meant(bank_words.WORDS, cells)
    advice = _meant(advice_words.WORDS, cells)
    invoices = _complete(VOCABULARIES[Kind.INVOICES], ledger)
    buckets = len(control.keys() & set(BUCKET_FIELDS)) >= _LEAST_BUCKETS
    listed = Field.INVOICE_NUMBER in ledger and Field.DUE in ledger
    fits = {
        ImportKind.INVOICES: invoices,
        ImportKind.CONTACTS: not listed
        and bool(_CUSTOMER & ledger.keys())
        and bool({Field.EMAIL, Field.CONTACT_NAME} & ledger.keys()),
        ImportKind.CONTROL: buckets or (not invoices and _is_report(control)),
        ImportKind.BANK: not listed and not buckets and _is_statement(bank),
        ImportKind.REMITTANCE: not listed and not buckets and _is_advice(advice) and not _is_statement(bank),
    }
    return tuple(kind for kind, fitting in fits.items() if fitting)


def _is_report(found: Mapping[Any, int]) -> bool:
    by_bucket = {ControlField.BUCKET, ControlField.AMOUNT} <= found.keys()
    return by_bucket or {ControlField.NUMBER, ControlField.DUE, ControlField.BALANCE} <= found.keys()


def _is_statement(found: Mapping[Any, int]) -> bool:
    """Tell whether the headers are a bank's: a day, an amount, and whose or what for."""
    about = {BankField.PAYER, BankField.REFERENCE, BankField.PAYER_ACCOUNT, BankField.TRANSACTION}
    dated = any(found.get(each, 1) == 0 for each in (BankField.BOOKED, BankField.VALUED))
    return _complete(bank_words.WORDS, found) and bool(about & found.keys()) and (dated or BankField.BALANCE in found)


def _is_advice(found: Mapping[Any, int]) -> bool:
    """Tell whether the headers are an advice's: an invoice beside what is paid on it."""
    paid = found.get(AdviceField.AMOUNT) == 0 or AdviceField.DEDUCTION in found
    return _complete(advice_words.WORDS, found) and found.get(AdviceField.NUMBER) == 0 and paid


def _meant(words: Vocabulary[Any], cells: list[str]) -> dict[StrEnum, int]:
    """Return the fields that the cells name, with 0 for a clear name and 1 for one that only could mean it."""
    found: dict[StrEnum, int] = {}
    for cell in cells[:500]:
        meant = words.means.get(words.fold(cell.strip().strip('"')))
        if meant is not None:
            found[meant[0]] = min(meant[1], found.get(meant[0], 1))
    return found


def _complete(words: Vocabulary[Any], found: Mapping[Any, int]) -> bool:
    return all(any(each in found for each in group) for group in words.required)


@dataclass(frozen=True, slots=True)
class FieldOf:
    """What a column of a file can hold."""

    name: str
    title: str
    needed: bool = False
    """Whether the file cannot be read without it."""
    instead: tuple[str, ...] = ()
    """Titles of the others of which one is enough, where one of several is needed."""


def fields_of(kind: ImportKind) -> tuple[FieldOf, ...]:
    """Return what the columns of such a file can hold."""
    words, groups = _WORDS[kind], _WORDS[kind].required
    return tuple(
        FieldOf(
            each.value,
            say(words.known[each].title),
            needed=(each,) in groups,
            instead=tuple(
                say(words.known[other].title)
                for group in groups
                if each in group and len(group) <= _FEW
                for other in group
                if other is not each
            ),
        )
        for each in words.fields
    )
