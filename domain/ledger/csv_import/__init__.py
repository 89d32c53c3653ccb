"""Import of ledgers: invoices and contacts from CSV files, previewed as a difference, taken whole or not at all."""

from domain.ledger.csv_import.importing import apply, keep, preview, was_applied
from domain.ledger.csv_import.outcomes import Outcome, Preview
from domain.ledger.csv_import.refusals import ImportRefused, QuestionOpen
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, ImportRequest, Kind, Lowered, Progress
from domain.ledger.csv_import.survey import Layout
from domain.ledger.csv_import.templates import template

__all__ = [
    "DateOrder",
    "DecimalMark",
    "ImportRefused",
    "ImportRequest",
    "Kind",
    "Layout",
    "Lowered",
    "Outcome",
    "Preview",
    "Progress",
    "QuestionOpen",
    "apply",
    "keep",
    "preview",
    "template",
    "was_applied",
]
