"""Invoice rows: cells made into what the staging table takes, or into everything that is wrong with them."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from domain.kernel.money import CurrencyUnknown, digits
from domain.ledger.csv_import import amount_texts, date_texts
from domain.ledger.csv_import import cells as texts
from domain.ledger.csv_import.amount_texts import AmountFault
from domain.ledger.csv_import.balances import SAYS_MONEY, Billed, Status, balance_left, left_open, status_of
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.credit_rows import CreditRow
from domain.ledger.csv_import.customers import Customers
from domain.ledger.csv_import.document_types import Document, credited, document_of
from domain.ledger.csv_import.faults import Fault, Faults, LeftOut
from domain.ledger.csv_import.spools import Spools
from domain.ledger.csv_import.survey import Layout
from domain.ledger.invoices import number_key


class InvoiceRow(NamedTuple):
    """One row as it is staged."""

    line: int
    number: str
    number_key: str
    customer: int | None
    currency: str | None
    total_minor: int | None
    """None when the file tells the balance only."""
    open_minor: int | None
    issued_on: str | None
    due_on: str | None
    settled_on: str | None
    withdrawn: bool
    """Void or written off in the file: nothing but the number counts."""
    told_paid: bool
    """Whether the row itself says that money came: by its status, a paid date or a paid amount."""


class InvoiceRows:
    """Reads the rows of one file."""

    def __init__(
        self,
        layout: Layout,
        customers: Customers,
        spools: Spools,
        *,
        currency: str | None,
        as_of: date | None,
        today: date,
    ) -> None:
        self.customers = customers
        self._spools = spools
        self._currency_of_file = currency
        self.mark = layout.decimal_mark
        self.as_of = as_of.isoformat() if as_of else None
        self.today = today.isoformat()
        self.places = layout.columns.places
        order = layout.date_order

        @lru_cache(maxsize=20_000)
        def iso(text: str) -> str | None:
            if not text:
                return ""
            found = date_texts.read(text, order)
            return found.isoformat() if found else None

        self.iso = iso
        """Returns a date as ISO text, an empty text for one, and None for what is no date."""
        self.left_out: Counter[str] = Counter()

    def read(self, line: int, cells: list[str]) -> InvoiceRow | None:
        """Return the row as it is staged, or None when it is left out or put with the credits.

        Raises:
            Faults: Everything that is wrong with it.
        """
        try:
            return self._row(line, cells)
        except LeftOut as left_out:
            self.left_out[left_out.reason] += 1
            self._note_present(cells)
            return None
        except (Fault, Faults) as first:
            self._note_present(cells)
            raise self._all_faults(line, cells, first) from None

    def _note_present(self, cells: list[str]) -> None:
        """Note the number of a row that is not taken, so that its invoice is not said to be absent."""
        if self._spools.present is None:
            return
        number = cells[self.places[Field.INVOICE_NUMBER]].strip()
        if 0 < len(number) <= texts.LONGEST_NUMBER and "\0" not in number:
            self._spools.present.add((number_key(number),))

    def _row(self, line: int, cells: list[str]) -> InvoiceRow | None:
        document = self._document(cells)
        status = self._status(cells)
        spelt = self._number(cells)
        if self._is_credit(cells, document):
            texts.number(spelt.number, Field.INVOICE_NUMBER)
            self._spools.credits.add(self._credit(line, cells, document, status, spelt.number))
            return None
        row = self._invoice(line, cells, status, spelt.bare if spelt.mangled else spelt.number)
        if spelt.bare:
            self._spools.mangled.add((line, *spelt))
        return row

    def _invoice(self, line: int, cells: list[str], status: Status | None, number: str) -> InvoiceRow:
        if status is Status.WITHDRAWN:
            return InvoiceRow(line, number, number_key(number), None, None, None, None, None, None, None, True,
                              False)  # fmt: skip
        if status is Status.DRAFT:
            raise LeftOut("draft")
        issued = self._date(cells, Field.ISSUED)
        if self.as_of is not None and issued is not None and issued > self.as_of:
            raise LeftOut("issued_later")
        customer = self.customers.seq(line, cells)
        due = self._due(cells)
        if issued is not None and due < issued:
            raise Fault(Field.DUE, self._cell(cells, Field.DUE), "due_before_issue")
        currency = self.currency(cells)
        billed = self._billed(cells, currency, status)
        open_minor = left_open(billed, as_of=self.as_of, today=self.today)
        paid_on = self._paid_on(billed, open_minor)
        told = paid_on is not None or status in SAYS_MONEY or bool(self._amount(cells, Field.PAID, currency))
        return InvoiceRow(line, number, number_key(number), customer, currency, billed.total, open_minor, issued, due,
                          paid_on, False, told)  # fmt: skip

    def _paid_on(self, billed: Billed, open_minor: int) -> str | None:
        """Return when money came, the last time where a part of it did; nothing when all is open."""
        if billed.settled_on is None or (self.as_of is not None and billed.settled_on > self.as_of):
            return None
        return billed.settled_on if billed.total is None or open_minor < billed.total else None

    def _credit(self, line: int, cells: list[str], document: Document, status: Status | None, number: str) -> CreditRow:
        if status is Status.WITHDRAWN:
            return CreditRow(line, number, number_key(number), None, None, None, None, None, None, "void", True)
        if status is Status.DRAFT:
            raise LeftOut("draft")
        issued = self._date(cells, Field.ISSUED)
        if self.as_of is not None and issued is not None and issued > self.as_of:
            raise LeftOut("issued_later")
        customer = self.customers.seq(line, cells)
        currency = self.currency(cells)
        total, left = credited(*self._amounts(cells, currency), document)
        billed = Billed(total, left, status, self._date(cells, Field.SETTLED))
        open_minor = left_open(billed, as_of=self.as_of, today=self.today)
        reason = "negative line" if document is Document.INVOICE else document.value
        return CreditRow(line, number, number_key(number), customer, currency, total, open_minor, issued,
                         self._refers_to(cells), reason, False)  # fmt: skip

    def _is_credit(self, cells: list[str], document: Document) -> bool:
        """Tell whether the row is to the customer's credit: by its type, or by a sign before its amounts."""
        if document is not Document.INVOICE:
            return True
        try:
            return any(each is not None and each < 0 for each in self._amounts(cells, self.currency(cells)))
        except Fault:
            return False

    def _document(self, cells: list[str]) -> Document:
        text = self._cell(cells, Field.DOCUMENT)
        return document_of(text) if text else Document.INVOICE

    def _refers_to(self, cells: list[str]) -> str | None:
        text = self._cell(cells, Field.REFERS_TO)
        return number_key(texts.number(text, Field.REFERS_TO)) if text else None

    def _all_faults(self, line: int, cells: list[str], first: Fault | Faults) -> Faults:
        """Read every cell for itself; when each is right, it is the row as a whole that is not."""
        found: list[Fault] = []
        steps: tuple[Callable[[], object], ...] = (
            lambda: self._number(cells),
            lambda: self.customers.seq(line, cells),
            lambda: self._date(cells, Field.ISSUED),
            lambda: self._any_due(cells),
            lambda: self._date(cells, Field.SETTLED),
            lambda: self._amounts(cells, self.currency(cells)),
            lambda: self._document(cells),
            lambda: self._status(cells),
            lambda: self._refers_to(cells),
        )
        for step in steps:
            try:
                step()
            except Fault as fault:
                found.append(fault)
            except Faults as several:
                found += several.each
        whole = found or (first.each if isinstance(first, Faults) else [first])
        return Faults(
            [
                Fault(
                    each.field,
                    each.value or (self._cell(cells, each.field) if isinstance(each.field, Field) else ""),
                    each.code,
                )
                for each in whole
            ]
        )

    def _cell(self, cells: list[str], field: Field) -> str:
        place = self.places.get(field)
        return "" if place is None else cells[place].strip()

    def _number(self, cells: list[str]) -> texts.Spelling:
        spelt = texts.spelling(cells[self.places[Field.INVOICE_NUMBER]], Field.INVOICE_NUMBER)
        if not spelt.number:
            raise Fault(Field.INVOICE_NUMBER, "", "number_missing")
        return spelt

    def _status(self, cells: list[str]) -> Status | None:
        text = self._cell(cells, Field.STATUS)
        return status_of(text) if text else None

    def _date(self, cells: list[str], field: Field) -> str | None:
        place = self.places.get(field)
        text = "" if place is None else cells[place].strip()
        if not text:
            return None
        found = self.iso(text)
        if found is None:
            raise Fault(field, text, "date_malformed")
        return found

    def _any_due(self, cells: list[str]) -> str | None:
        """Return the due date, which only invoices must have."""
        try:
            document = self._document(cells)
        except Fault:
            document = Document.INVOICE
        return self._date(cells, Field.DUE) if self._is_credit(cells, document) else self._due(cells)

    def _due(self, cells: list[str]) -> str:
        due = self._date(cells, Field.DUE)
        if due is None:
            raise Fault(Field.DUE, "", "due_missing")
        return due

    def currency(self, cells: list[str]) -> str:
        """Return the row's currency.

        Raises:
            Fault: It has none, or what it has is none.
        """
        text = self._cell(cells, Field.CURRENCY)
        currency = text.upper() or self._currency_of_file
        if currency is None:
            raise Fault(Field.CURRENCY, "", "currency_missing")
        try:
            digits(currency)
        except CurrencyUnknown:
            raise Fault(Field.CURRENCY, text, "currency_unknown") from None
        return currency

    def _amounts(self, cells: list[str], currency: str) -> tuple[int | None, int | None]:
        total = self._amount(cells, Field.TOTAL, currency)
        balance = self._amount(cells, Field.BALANCE, currency)
        balance = balance_left(total, balance, self._amount(cells, Field.PAID, currency))
        if total is None and balance is None:
            field = Field.TOTAL if Field.TOTAL in self.places else Field.BALANCE
            raise Fault(field, "", "amount_missing")
        return total, balance

    def _amount(self, cells: list[str], field: Field, currency: str) -> int | None:
        text = self._cell(cells, field)
        if not text:
            return None
        try:
            minor = amount_texts.minor_units(text, currency, self.mark)
        except AmountFault as fault:
            raise Fault(field, text, fault.code) from None
        if minor == 0 and field is Field.TOTAL:
            raise Fault(field, text, "amount_not_positive")
        return minor

    def _billed(self, cells: list[str], currency: str, status: Status | None) -> Billed:
        total, balance = self._amounts(cells, currency)
        return Billed(total, balance, status, self._date(cells, Field.SETTLED))
