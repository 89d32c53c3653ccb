"""Faults of ageing reports: why a row waits or is left out, with what to do about it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from domain.kernel.speech import phrase
from domain.ledger.csv_import import faults

_SHARED = ("ragged_row", "quotes_broken", "cell_too_long", "currency_missing", "currency_unknown",
           "currency_contradicts", "amount_malformed", "amount_too_large", "too_many_decimals", "date_malformed",
           "due_missing", "too_long", "control_characters", "number_missing")  # fmt: skip

REJECTED: Mapping[str, str] = {
    **{code: faults.REJECTED[code] for code in _SHARED},
    "amount_too_large": phrase("No total is that large; put the amount right."),
    "number_missing": phrase("Give the invoice its number, or leave the row out when it adds up others."),
    "due_missing": phrase("Give the due date: without it nobody can tell the bucket."),
    "amount_missing": phrase("Give the amount."),
    "bucket_unknown": phrase(
        "Use the buckets current, 1-30, 31-60, 61-90 and 91+ (or over 90), in days past the due date."
    ),
    "total_contradicts": phrase(
        "The buckets do not add up to the row's total; both figures are shown. Put one of them right, "
        "or say with --map which columns are buckets."
    ),
    "totals_line_differs": phrase(
        "The rows do not add up to the line of totals; both figures are shown. Rows may be missing "
        "from the file, or were rejected."
    ),
}
"""Rows in the reject log. What they would have added is missing from the totals, and the comparison says so."""

LEFT_OUT: Mapping[str, str] = {
    "totals": phrase("A line that adds up others; it was compared with them."),
    "subtotal": phrase("A line that adds up some of the others."),
    "nothing_open": phrase("Nothing is open."),
    "remark": phrase("No amount at all."),
}
"""Rows that are in order and add nothing."""

WHAT_TO_DO: Mapping[str, str] = {**REJECTED, **LEFT_OUT}


class ControlFault(faults.Fault):
    """Say what is wrong with one cell of a report's row."""

    CODES: ClassVar[Mapping[str, str]] = REJECTED

    def __init__(self, field: StrEnum | None, value: str, code: str) -> None:
        super().__init__(field, value, code)


class NothingAdded(Exception):
    """Say that a row is in order and adds nothing."""

    def __init__(self, reason: str) -> None:
        assert reason in LEFT_OUT, reason
        self.reason = reason
        super().__init__(reason)
