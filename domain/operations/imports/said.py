"""What is said about a file that was handed in, and the questions that it leaves open."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.cash_application.advice_tables import AdviceOptions
from domain.cash_application.bank_layouts import BankFile
from domain.cash_application.bank_questions import BankAccountUnclear
from domain.kernel.money import CurrencyUnknown, digits
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, joined, phrase, say
from domain.ledger.control import AsOfMissing, ControlFile
from domain.ledger.control.layouts import BucketUnclear
from domain.ledger.csv_import import DateOrder, DecimalMark, ImportRequest, QuestionOpen, refusals
from domain.operations.imports.findings import cut
from domain.operations.imports.refusals import AnswerUnusable

LONGEST_ANSWER = 200
MOST_CHOICES = 100
"""Choices of one question that are kept: as many as a menu takes."""


class ImportKind(StrEnum):
    """What a file holds."""

    INVOICES = "invoices"
    CONTACTS = "contacts"
    CONTROL = "control"
    BANK = "bank"
    REMITTANCE = "remittance"


CALLED = {
    ImportKind.INVOICES: phrase("invoices"),
    ImportKind.CONTACTS: phrase("customers and contacts"),
    ImportKind.CONTROL: phrase("control totals of your books"),
    ImportKind.BANK: phrase("movements of a bank account"),
    ImportKind.REMITTANCE: phrase("a remittance advice"),
}
"""What is in a file of each kind, in words."""


class Asked(StrEnum):
    """What a question is about."""

    KIND = phrase("kind")
    CURRENCY = phrase("currency")
    DATE_ORDER = phrase("date order")
    DECIMAL_MARK = phrase("decimal mark")
    ENCODING = phrase("encoding")
    DELIMITER = phrase("delimiter")
    COLUMN = phrase("column")
    ACCOUNT = phrase("bank account")
    AS_OF = phrase("day")
    BUCKET = phrase("bucket")


class Question(BaseModel):
    """One thing that the file does not tell, and what may be answered."""

    model_config = ConfigDict(frozen=True)

    what: Asked
    text: Sentence
    why: Sentence
    """What the file has instead."""
    choices: tuple[str, ...] = ()
    """Nothing where it is free text; the headers of the file where it is about a column."""
    about: str = ""
    """The field or header that it is about."""


class Said(BaseModel):
    """What was said about a file; nothing where the file tells it."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[tuple[str, str], ...] = ()
    currency: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    encoding: str | None = None
    delimiter: str | None = None
    account: str = ""
    as_of: date | None = None
    full: bool = False
    keep_as: str = ""
    """The name under which the answers are kept for files with the same headers, when the import is applied."""

    def ledger_file(self, kind: ImportKind, name: str, stream: Any) -> ImportRequest:
        """Return the file as one of invoices or contacts."""
        return ImportRequest(
            kind=kind.value,
            file_name=name,
            stream=stream,
            full=self.full and kind is ImportKind.INVOICES,
            currency=self.currency,
            date_order=self.date_order,
            decimal_mark=self.decimal_mark,
            columns=self.columns,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )

    def control_file(self, name: str, stream: Any) -> ControlFile:
        """Return the file as a report of the merchant's own ageing."""
        return ControlFile(name, None, stream, as_of=self.as_of, **self._table())

    def bank_file(self, name: str, stream: Any) -> BankFile:
        """Return the file as a bank statement."""
        return BankFile(name, None, stream, account=self.account, **self._table())

    def advice(self) -> AdviceOptions:
        """Return what was said about a remittance advice."""
        return AdviceOptions(**self._table())

    def _table(self) -> dict[str, Any]:
        names = ("columns", "currency", "date_order", "decimal_mark", "encoding", "delimiter")
        return {name: getattr(self, name) for name in names}


_TEXTS = {Asked.DATE_ORDER: phrase("In which order are the dates written?")}
"""What is asked otherwise where the answers are shown with an example."""


def question(of: QuestionOpen) -> Question:
    """Return a question of the import as it is kept."""
    what, about = _about(of)
    text = say(_TEXTS[what]) if what in _TEXTS else of.question
    return Question(
        what=what,
        text=cut(text, 1_000),
        why=cut(of.reason, 1_500),
        choices=of.choices[:MOST_CHOICES],
        about=about[:200],
    )


def _about(of: QuestionOpen) -> tuple[Asked, str]:
    match of:
        case refusals.CurrencyMissing():
            return Asked.CURRENCY, ""
        case refusals.DateOrderOpen():
            return Asked.DATE_ORDER, ""
        case refusals.DecimalMarkOpen():
            return Asked.DECIMAL_MARK, ""
        case refusals.EncodingUnknown():
            return Asked.ENCODING, ""
        case refusals.DelimiterUnclear():
            return Asked.DELIMITER, ""
        case refusals.ColumnMissing(field=field) | refusals.ColumnUnclear(field=field):
            return Asked.COLUMN, field
        case BankAccountUnclear():
            return Asked.ACCOUNT, ""
        case AsOfMissing():
            return Asked.AS_OF, ""
        case BucketUnclear(header=header):
            return Asked.BUCKET, header
        case _:
            raise of


def answered(said: Said, asked: Question, answer: str) -> Said:
    """Return what is said with the answer in it.

    Raises:
        AnswerUnusable: It is none of the choices, or cannot be what is asked for.
    """
    told = " ".join(answer.split())[:LONGEST_ANSWER]
    if not told:
        raise AnswerUnusable(again(asked.text))
    match asked.what:
        case Asked.CURRENCY:
            change: dict[str, Any] = {"currency": _currency(told)}
        case Asked.DATE_ORDER:
            change = {"date_order": DateOrder(_chosen(asked, told))}
        case Asked.DECIMAL_MARK:
            change = {"decimal_mark": DecimalMark(_chosen(asked, told))}
        case Asked.ENCODING:
            change = {"encoding": told}
        case Asked.DELIMITER:
            change = {"delimiter": _chosen(asked, told)}
        case Asked.COLUMN:
            change = {"columns": (*said.columns, (_chosen(asked, told), asked.about))}
        case Asked.BUCKET:
            change = {"columns": (*said.columns, (asked.about, _chosen(asked, told)))}
        case Asked.ACCOUNT:
            change = {"account": told}
        case Asked.AS_OF:
            change = {"as_of": _day(told)}
        case Asked.KIND:
            change = {}
    return said.model_copy(update=change)


def _chosen(asked: Question, told: str) -> str:
    """Return the choice that is meant, whatever its case."""
    choices = {" ".join(each.split()).casefold(): each for each in asked.choices}
    if told.casefold() not in choices:
        none = say("{text} is none of the answers.", text=repr(told))
        raise AnswerUnusable(joined(" ", [none, again(asked.text)]))
    return choices[told.casefold()]


def _currency(told: str) -> str:
    try:
        digits(told.upper())
    except CurrencyUnknown as error:
        raise AnswerUnusable(str(error)) from None
    return told.upper()


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise AnswerUnusable(say("Write the day as {example}.", example="2026-03-31")) from None


__all__ = ["CALLED", "Asked", "ImportKind", "Question", "Said", "answered", "question"]
