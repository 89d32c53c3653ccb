"""Customers and contacts as a file's rows name them; what many rows repeat is read once."""

import csv
import itertools
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple, cast

from domain.kernel import addresses
from domain.ledger.csv_import import cells as texts
from domain.ledger.csv_import import regions, traits
from domain.ledger.csv_import.columns import Columns, Field
from domain.ledger.csv_import.faults import Fault, Faults
from domain.ledger.csv_import.records import Batch

MAX_EMAILS = 10
"""Addresses in one cell."""

_SPOOLED_IN_MEMORY = 1 << 20

_BETWEEN = "\x1f"
"""Between the cells of a customer part. It is no character that can be shown, so no cell that is right holds it."""

_ATTRIBUTES: tuple[tuple[Field, Callable[[str], str | None]], ...] = (
    (Field.COUNTRY, regions.country),
    (Field.LANGUAGE, regions.language),
    (Field.ZONE, regions.zone),
    (Field.INDUSTRY, traits.industry),
    (Field.RISK, traits.risk),
    (Field.TAGS, traits.tags),
    (Field.ROLE, traits.role),
)

_PARTS = (Field.CUSTOMER_NUMBER, Field.CUSTOMER_NAME, Field.CONTACT_NAME, Field.EMAIL,
          *(field for field, _ in _ATTRIBUTES))  # fmt: skip


class Customer(NamedTuple):
    """A customer with its contacts as one or many rows have it, ready for the staging table."""

    seq: int
    line: int
    key: str
    """By what rows name the same customer: its number (what is left of one that was mangled), else its folded name."""
    number: str | None
    name: str | None
    name_key: str | None
    country: str | None
    locale: str | None
    timezone: str | None
    industry: str | None
    risk: str | None
    tags: str | None
    """Separated by bars."""
    contact_role: str | None
    contact_name: str | None
    emails: str | None
    """Addresses, separated by spaces."""
    email_keys: str | None


PLAIN_ADDRESS = re.compile(
    r"(?P<local>[A-Za-z0-9_+-]{1,30}(?:\.[A-Za-z0-9_+-]{1,30})?)"
    r"@(?P<domain>(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,3}(?!(?i:arpa|invalid|local|localhost|onion|test)$)"
    r"[A-Za-z]{2,20})"
)
"""Addresses that need no closer look: short, ASCII, in a domain that can exist. All others are parsed."""


_PLAIN_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}(?:[-_/.][A-Za-z0-9]{1,30})?|")
_PLAIN_NAME = re.compile(r"(?:[!-~]{1,30}(?: [!-~]{1,30}){0,5})?")
"""Numbers that no spreadsheet changes, and names that are shown and compared as they are but for their case."""


@lru_cache(maxsize=50_000)
def address(text: str) -> tuple[str, str]:
    """Return an address in its normal form, and the form by which it is compared.

    Raises:
        AddressMalformed: It is none.
    """
    plain = PLAIN_ADDRESS.fullmatch(text)
    normal = f"{plain['local']}@{plain['domain'].lower()}" if plain else addresses.parsed(text)
    return normal, addresses.key(normal)


class Customers:
    """The customers of a file, kept on disk until they are staged."""

    _REMEMBERED = 100_000
    _REMEMBERED_CHARACTERS = 12_000_000
    """Customer parts of rows kept in memory, twice over: of a file that has more, those that were met lately. Others
    are staged again when they come back, which is harmless and slow.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._places = [columns.places[field] for field in _PARTS if field in columns.places]
        self._seen: dict[str, int] = {}
        self._seen_before: dict[str, int] = {}
        self._characters = 0
        self._spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            _SPOOLED_IN_MEMORY, "w+", encoding="utf-8", newline=""
        )
        self._rows = csv.writer(self._spool)
        self._numbers = itertools.count(1)
        self.unknown: dict[Field, str] = {}
        """For each attribute the first text that means none; rows are taken without it."""

    def seq(self, line: int, cells: list[str]) -> int:
        """Return the number under which the row's customer is staged.

        Raises:
            Faults: All that is wrong with it.
        """
        part = _BETWEEN.join([cells[place] for place in self._places])
        known = self._seen.get(part)
        if known is None:
            known = self._seen_before.get(part)
            if known is None:
                known = self._read(line, cells)
            self._remember(part, known)
        return known

    def seqs(self, batch: Batch) -> list[int]:
        """Return the numbers of many rows' customers; raises as ``seq`` does."""
        columns = batch.columns()
        parts = map(_BETWEEN.join, zip(*[columns[place] for place in self._places], strict=True))
        known = list(map(self._seen.get, parts))
        if None in known:
            for place in [place for place, each in enumerate(known) if each is None]:
                known[place] = self.seq(batch.lines[place], batch.rows[place])
        return cast("list[int]", known)

    def _remember(self, part: str, known: int) -> None:
        """Keep what a part means; one with the sign between cells inside of a cell could be mistaken for another."""
        if part.count(_BETWEEN) >= len(self._places):
            return
        if len(self._seen) >= self._REMEMBERED or self._characters > self._REMEMBERED_CHARACTERS:
            self._seen_before, self._seen, self._characters = self._seen, {}, 0
        self._seen[part] = known
        self._characters += len(part)

    def read(self, line: int, cells: list[str]) -> None:
        """Stage the customer part of a row that is about nothing else.

        Raises:
            Faults: All that is wrong with it.
        """
        read = self._read_customer(line, cells)
        if isinstance(read, list):
            raise Faults(read)
        self._rows.writerow(read)

    def _read(self, line: int, cells: list[str]) -> int:
        read = self._read_plain(line, cells) or self._read_customer(line, cells)
        if isinstance(read, list):
            raise Faults(read)
        self._rows.writerow(read)
        return read.seq

    def _read_plain(self, line: int, cells: list[str]) -> Customer | None:
        """Return what ``_read_customer`` does for a part of which nothing is unusual, several times as fast."""
        number, name, contact, email = [self._cell(cells, field) for field in _PARTS[:4]]
        plain = PLAIN_ADDRESS.fullmatch(email) if email else None
        if not (
            (number or name)
            and (plain or not email)
            and _PLAIN_NUMBER.fullmatch(number)
            and _PLAIN_NAME.fullmatch(name)
            and _PLAIN_NAME.fullmatch(contact)
        ):
            return None
        key = name.lower()
        country, locale, zone, industry, risk, tags, role = self._attributes(cells)
        return Customer(
            next(self._numbers), line, f"number {number}" if number else f"name {key}", number or None, name or None,
            key or None, country, locale, zone, industry, risk, tags, role, contact if contact and plain else None,
            f"{plain['local']}@{plain['domain'].lower()}" if plain else None, email.lower() or None,
        )  # fmt: skip

    def _attributes(self, cells: list[str]) -> list[str | None]:
        return [
            self._attribute(cells, field, read) if field in self._columns.places else None
            for field, read in _ATTRIBUTES
        ]

    def _read_customer(self, line: int, cells: list[str]) -> Customer | list[Fault]:
        faults: list[Fault] = []

        def taken(read: Callable[[list[str]], str]) -> str:
            try:
                return read(cells)
            except Fault as fault:
                faults.append(fault)
                return ""

        number, bare = self._number(cells, faults)
        name = taken(self._name)
        contact, emails = taken(self._contact), taken(self._emails)
        if not number and not name and not faults:
            faults.append(Fault(self._named_by, "", "customer_missing"))
        if faults:
            return faults
        pairs = [address(each) for each in emails.split()]
        key = texts.name_key(name)
        country, locale, zone, industry, risk, tags, role = self._attributes(cells)
        return Customer(
            seq=next(self._numbers),
            line=line,
            key=f"mangled {bare}" if bare else f"number {number}" if number else f"name {key}",
            number=number or None,
            name=name or None,
            name_key=key or None,
            country=country,
            locale=locale,
            timezone=zone,
            industry=industry,
            risk=risk,
            tags=tags,
            contact_role=role,
            contact_name=contact if contact and len(pairs) == 1 else None,
            emails=" ".join(normal for normal, _ in pairs) or None,
            email_keys=" ".join(compared for _, compared in pairs) or None,
        )

    @property
    def _named_by(self) -> Field:
        return Field.CUSTOMER_NUMBER if Field.CUSTOMER_NUMBER in self._columns.places else Field.CUSTOMER_NAME

    def _cell(self, cells: list[str], field: Field) -> str:
        place = self._columns.places.get(field)
        return "" if place is None else cells[place].strip()

    def _number(self, cells: list[str], faults: list[Fault]) -> tuple[str, str]:
        """Return the customer's number as it is written, and its digits when a spreadsheet has changed it."""
        try:
            spelt = texts.spelling(self._cell(cells, Field.CUSTOMER_NUMBER), Field.CUSTOMER_NUMBER)
        except Fault as fault:
            faults.append(fault)
            return "", ""
        return spelt.number, spelt.bare if spelt.mangled else ""

    def _name(self, cells: list[str]) -> str:
        return texts.printable(self._cell(cells, Field.CUSTOMER_NAME), Field.CUSTOMER_NAME, texts.LONGEST_NAME)

    def _contact(self, cells: list[str]) -> str:
        return texts.printable(self._cell(cells, Field.CONTACT_NAME), Field.CONTACT_NAME, texts.LONGEST_NAME)

    def _emails(self, cells: list[str]) -> str:
        text = self._cell(cells, Field.EMAIL)
        each = [part for part in re.split(r"[;,\s]+", text) if part]
        if len(each) > MAX_EMAILS:
            raise Fault(Field.EMAIL, text, "too_long")
        try:
            normal = dict.fromkeys(address(part)[0] for part in each)
        except addresses.AddressMalformed:
            raise Fault(Field.EMAIL, text, "email_malformed") from None
        return " ".join(normal)

    def _attribute(self, cells: list[str], field: Field, read: Callable[[str], str | None]) -> str | None:
        text = self._cell(cells, field)
        value = read(text) if text else None
        if text and value is None:
            self.unknown.setdefault(field, text[:20])
        return value

    def staged(self, size: int = 1 << 16) -> Iterator[str]:
        """Yield what was read as pieces of CSV."""
        self._spool.seek(0)
        while piece := self._spool.read(size):
            yield piece

    def close(self) -> None:
        """Give the disk space back."""
        self._spool.close()
