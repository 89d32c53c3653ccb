"""Faults of bank lines: why a row waits or is left out, with what to do about it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from domain.kernel.speech import phrase
from domain.ledger.csv_import import faults

_SHARED = ("ragged_row", "quotes_broken", "cell_too_long", "currency_missing", "currency_unknown",
           "currency_contradicts", "amount_malformed", "too_many_decimals", "date_malformed")  # fmt: skip

REJECTED: Mapping[str, str] = {
    **{code: faults.REJECTED[code] for code in _SHARED},
    "booked_missing": phrase("The row has an amount and no date. Give the day on which the bank booked it."),
    "booked_in_future": phrase(
        "The booking date has not come yet. Put it right; what is announced only is not booked."
    ),
    "movement_without_amount": phrase("The row has a date and no amount. Give what came in or went out."),
    "amount_too_large": phrase("No movement is that large; put the amount right."),
    "two_amounts": phrase("The row has an amount in the debit and in the credit column; one of the two must be empty."),
    "direction_unknown": phrase("Say debit or credit, D or C, or S or H; or map the column to `ignore`."),
    "direction_contradicts": phrase("The sign of the amount and the word for debit or credit say different things."),
    "booking_status_unknown": phrase("Say booked or pending; or map the column to `ignore` when every row is booked."),
}
"""Rows in the reject log. They wait: a corrected file takes them."""

LEFT_OUT: Mapping[str, str] = {
    "no_movement": phrase("No movement but a balance, a total or a remark."),
    "nothing_moved": phrase("The amount is zero."),
    "went_out": phrase("Money that went out. Of a camt.053 file only what came in is taken, and what of it went back."),
    "not_booked": phrase("Announced, not booked: it comes again with a later statement when the money has moved."),
}
"""Rows that are in order and nothing for the books."""

WHAT_TO_DO: Mapping[str, str] = {**REJECTED, **LEFT_OUT}


class BankFault(faults.Fault):
    """Say what is wrong with one cell of a statement's row."""

    CODES: ClassVar[Mapping[str, str]] = REJECTED

    def __init__(self, field: StrEnum | None, value: str, code: str) -> None:
        super().__init__(field, value, code)


class NoMovement(Exception):
    """Say that a row is in order and nothing for the books."""

    def __init__(self, reason: str) -> None:
        assert reason in LEFT_OUT, reason
        self.reason = reason
        super().__init__(reason)
