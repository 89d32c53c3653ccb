"""Bank rows: one line of a statement as it is stored, or what is wrong with it."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from domain.cash_application import bank_signs, payer_texts
from domain.cash_application.bank_dates import AHEAD
from domain.cash_application.bank_faults import BankFault, NoMovement
from domain.cash_application.bank_layouts import BankLayout
from domain.cash_application.bank_words import BankField, currency_of
from domain.cash_application.doubts import Doubt
from domain.ledger.csv_import import amount_texts, date_texts
from domain.ledger.csv_import.amount_texts import AmountFault
from domain.ledger.csv_import.records import Record

LONGEST_NAME = 200
LONGEST_REFERENCE = 2000
"""Characters of what a payer wrote; a transfer has at most 140, a collection of them more."""
LONGEST_ID = 100

NO_ID = frozenset({"", "NONREF", "NOTPROVIDED", "NONE", "N/A", "-", "0"})
"""What banks write where a movement has no number of its own."""

_BOOKED = frozenset({"gebucht", "umsatz gebucht", "booked", "posted", "completed", "complete", "settled", "cleared",
                     "executed", "processed", "comptabilise", "comptabilisee", "execute", "effectue", "contabilizado",
                     "realizado", "completado", "ejecutado"})  # fmt: skip
_AHEAD = frozenset({"vorgemerkt", "umsatz vorgemerkt", "pending", "in progress", "processing", "authorised", "on hold",
                    "authorized", "held", "cancelled", "canceled", "declined", "denied", "failed", "refused",
                    "expired", "en attente", "en cours", "annule", "rejete", "pendiente", "rechazado",
                    "cancelado"})  # fmt: skip

_BALANCE = re.compile(
    r"(?:opening|closing|beginning|ending) balance(?: (?:as of|on|at|brought|carried)\b.{0,40})?"
    r"|balance (?:brought|carried) forward|(?:brought|carried) forward"
    r"|(?:alter |neuer |letzter )?kontostand(?: vom .{0,20})?"
    r"|(?:anfangs|end|schluss)saldo(?: vom .{0,20})?|saldo (?:inicial|final|anterior)"
    r"|(?:solde (?:initial|final|pr[ée]c[ée]dent)|(?:ancien|nouveau) solde)(?: (?:au|le) .{0,20})?",
    re.IGNORECASE,
)
"""Whole texts of lines that tell a balance. A payer's own words are not among them, such as «solde facture 12»."""

_REMARK = re.compile(
    r"(?:.{0,20} )?(?:balance|kontostand|saldo|solde|totals?|summen?|gesamtsumme|anzahl|end of (?:file|report))\b.*",
    re.IGNORECASE,
)
"""Lines below a table; they count as such only where date or amount are not in their columns."""


def _tells(text: str) -> bool:
    """Tell whether a text says more than that there is none, or that it is a credit."""
    return bool(text) and text.upper() not in NO_ID and bank_signs.direction(text) is None


def _is_amount(text: str) -> bool:
    return amount_texts.readings(bank_signs.parted(text)[0]) != (None, None)


class BankRow(NamedTuple):
    """One movement as it is staged."""

    line: int
    account: str
    """The merchant's account as the row or the file names it."""
    booked_on: date
    currency: str
    amount_minor: int
    payer_name: str
    payer_account: str
    """As the bank writes it; only a digest of it is stored."""
    reference: str
    transaction: str
    doubt: Doubt = Doubt.NONE


class BankRows:
    """Reads the rows of one statement."""

    def __init__(self, layout: BankLayout, *, today: date) -> None:
        self._layout, self._latest = layout, today + AHEAD
        self._places = layout.columns.places
        self.left_out: Counter[str] = Counter()
        order = layout.date_order

        @lru_cache(maxsize=5000)
        def day(text: str) -> date | None:
            return date_texts.read(text, order)

        self._day = day

    def read(self, line: int, cells: list[str]) -> BankRow | None:
        """Return the row's movement, or None when it is none.

        Raises:
            BankFault: What is wrong with it.
        """
        try:
            return self._movement(line, cells)
        except NoMovement as nothing:
            self.left_out[nothing.reason] += 1
            return None

    def broken(self, record: Record) -> BankFault | None:
        """Return what is wrong with a line that is no row, or None for a total or remark below the table."""
        if record.code == "ragged_row" and self._is_remark(record.cells):
            self.left_out["no_movement"] += 1
            return None
        return BankFault(None, "", record.code)

    def _movement(self, line: int, cells: list[str]) -> BankRow:
        if self._is_remark(cells):
            raise NoMovement("no_movement")
        booked = self._booked(cells)
        status = self._cell(cells, BankField.STATUS)
        self._require_booked(status)
        currency = self._currency(cells)
        amount = self._amount(cells, currency)
        if not amount:
            raise NoMovement("nothing_moved")
        if booked > self._latest:
            raise BankFault(BankField.BOOKED, booked.isoformat(), "booked_in_future")
        texts = self._texts(cells)
        whose = BankField.PAYEE if amount < 0 and self._cell(cells, BankField.PAYEE) else BankField.PAYER
        name = payer_texts.shown(self._cell(cells, whose), LONGEST_NAME)
        number = payer_texts.shown(self._cell(cells, BankField.TRANSACTION), LONGEST_ID)
        return BankRow(
            line=line,
            account=payer_texts.shown(self._cell(cells, BankField.ACCOUNT) or self._layout.account, LONGEST_NAME),
            booked_on=booked,
            currency=currency,
            amount_minor=amount,
            payer_name=name or payer_texts.named_in(texts),
            payer_account=self._cell(cells, BankField.PAYER_ACCOUNT),
            reference=texts,
            transaction="" if number.upper() in NO_ID else number,
        )

    def _cell(self, cells: Sequence[str], field: BankField) -> str:
        place = self._places.get(field)
        return "" if place is None else cells[place].strip()

    def _texts(self, cells: Sequence[str]) -> str:
        """Return what was written about the movement, each text once."""
        places = (self._places.get(BankField.REFERENCE), *self._layout.columns.more.get(BankField.REFERENCE, ()))
        each = dict.fromkeys(
            payer_texts.shown(cells[place], LONGEST_REFERENCE) for place in places if place is not None
        )
        return " · ".join(text for text in each if _tells(text))[:LONGEST_REFERENCE]

    def _is_remark(self, cells: Sequence[str]) -> bool:
        """Tell whether a line is a balance, a total or words below the table."""
        filled = [text for cell in cells if (text := " ".join(cell.split()))]
        if self._is_whole(cells):
            return not self._cell(cells, BankField.PAYER) and any(_BALANCE.fullmatch(text) for text in filled)
        dated = any(self._day(text) is not None for text in filled)
        valued = any(_is_amount(text) for text in filled)
        return (not dated and not valued) or any(_REMARK.fullmatch(text) for text in filled[:3])

    def _is_whole(self, cells: Sequence[str]) -> bool:
        """Tell whether something stands where dates and amounts do."""
        if len(cells) != len(self._layout.columns.headers):
            return False
        dates, amounts = (BankField.BOOKED, BankField.VALUED), (BankField.AMOUNT, BankField.DEBIT, BankField.CREDIT)
        return all(any(self._cell(cells, field) for field in several) for several in (dates, amounts))

    def _booked(self, cells: list[str]) -> date:
        for field in (BankField.BOOKED, BankField.VALUED):
            text = self._cell(cells, field)
            if text:
                day = self._day(text)
                if day is None:
                    raise BankFault(field, text, "date_malformed")
                return day
        raise BankFault(
            BankField.BOOKED if BankField.BOOKED in self._places else BankField.VALUED, "", "booked_missing"
        )

    def _require_booked(self, status: str) -> None:
        word = payer_texts.bare(status)
        if word in _AHEAD:
            raise NoMovement("not_booked")
        if word and word not in _BOOKED:
            raise BankFault(BankField.STATUS, status, "booking_status_unknown")

    def _currency(self, cells: list[str]) -> str:
        text = self._cell(cells, BankField.CURRENCY)
        currency = currency_of(text) if text else self._layout.currency
        if currency is None:
            raise BankFault(BankField.CURRENCY, text, "currency_unknown" if text else "currency_missing")
        return currency

    def _amount(self, cells: list[str], currency: str) -> int:
        """Return what came in, or went out when it is negative; the debit and credit columns decide where filled."""
        debit = self._minor(cells, BankField.DEBIT, currency)
        credit = self._minor(cells, BankField.CREDIT, currency)
        if debit and credit:
            raise BankFault(BankField.DEBIT, self._cell(cells, BankField.DEBIT), "two_amounts")
        if debit or credit:
            return credit or -abs(debit or 0)
        amount = self._minor(cells, BankField.AMOUNT, currency)
        if amount is None and debit is None and credit is None:
            field = BankField.AMOUNT if BankField.AMOUNT in self._places else BankField.CREDIT
            raise BankFault(field, "", "movement_without_amount")
        return self._directed(cells, amount or 0)

    def _directed(self, cells: list[str], amount: int) -> int:
        word = self._cell(cells, BankField.DIRECTION)
        if not word:
            return amount
        direction = bank_signs.direction(word)
        if direction is None:
            raise BankFault(BankField.DIRECTION, word, "direction_unknown")
        if direction > 0 > amount:
            raise BankFault(BankField.DIRECTION, word, "direction_contradicts")
        return -abs(amount) if direction < 0 else amount

    def _minor(self, cells: list[str], field: BankField, currency: str) -> int | None:
        text, direction = bank_signs.parted(self._cell(cells, field))
        if not text:
            return None
        try:
            minor = amount_texts.minor_units(text, currency, self._layout.decimal_mark)
        except AmountFault as fault:
            raise BankFault(field, text, fault.code) from None
        if direction is not None and direction > 0 > minor:
            raise BankFault(field, text, "direction_contradicts")
        return -abs(minor) if direction == -1 else minor
