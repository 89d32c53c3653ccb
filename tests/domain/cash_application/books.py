"""Books with known truth: a ledger of open invoices, and bank lines of which it is known what each of them pays.

Everything follows from a seed. What the writers of references do to numbers stands in ``spellings.py``.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from tests.clocks import START
from tests.domain.cash_application import spellings

FORMATS = ("INV-2026-{:05d}", "INV-2026-{:05d}", "RE{:06d}", "7{:07d}")
"""How the merchant has numbered its invoices: two systems, and an old one without letters."""

STANDARD = (9900, 24900, 49900, 120000)
"""Prices that many customers owe at the same time."""

CURRENCIES = ("EUR",) * 17 + ("USD",) * 2 + ("GBP",)

TWICE = "paid twice"

Parts = Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, with the bank account that it pays from."""

    id: UUID
    number: str
    name: str
    payer_key: str
    known: bool
    """Whether it has paid from that account before, as we remember."""


@dataclass(slots=True)
class Owed:
    """An open invoice."""

    id: UUID
    number: str
    customer: Customer
    currency: str
    minor: int
    due_on: date
    taken: bool = False
    """Whether a bank line of the book pays it."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A bank line and the truth about it: what it pays, and nothing where only a person could know."""

    id: UUID
    kind: str
    payer: str
    payer_key: str
    text: str
    currency: str
    minor: int
    booked_on: date
    truth: Parts | None
    """None: no invoice of ours, or none that anybody could tell."""
    advised: tuple[tuple[str, int], ...] = ()
    """Number and amount of each line of the remittance advice, where there is one."""


@dataclass
class Book:
    """A ledger and its bank lines."""

    seed: int
    customers: list[Customer] = field(default_factory=list)
    invoices: list[Owed] = field(default_factory=list)
    lines: list[Paid] = field(default_factory=list)


def made(*, invoices: int, payments: int, seed: int = 1) -> Book:
    """Return a book of that size."""
    return _Maker(seed).book(invoices, payments)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made = Book(seed)
        self.of: dict[UUID, list[Owed]] = {}
        self.done = 0

    def book(self, invoices: int, payments: int) -> Book:
        self._ledger(invoices)
        kinds, weights = list(KINDS), [weight for weight, _ in KINDS.values()]
        while len(self.made.lines) < payments:
            kind = self.chance.choices(kinds, weights)[0]
            KINDS[kind][1](self, kind)
        self.chance.shuffle(self.made.lines)
        self.made.lines.sort(key=lambda each: each.kind == TWICE)  # the second of two comes second
        return self.made

    def _ledger(self, invoices: int) -> None:
        while len(self.made.invoices) < invoices:
            n = len(self.made.customers)
            name = spellings.company(self.chance, n)
            customer = Customer(
                self._id(), f"K{10000 + n}", name, self._key(f"account {n}"), self.chance.random() < 0.6
            )
            self.made.customers.append(customer)
            count = min(int(self.chance.paretovariate(0.9)) + 1, 150, invoices - len(self.made.invoices))
            self.of[customer.id] = [self._owed(customer) for _ in range(count)]
            self.made.invoices += self.of[customer.id]

    def _owed(self, customer: Customer) -> Owed:
        self.done += self.chance.randint(1, 3)
        number = self.chance.choice(FORMATS).format(self.done)
        minor = int(self.chance.lognormvariate(11.2, 1.1)) + 100
        if self.chance.random() < 0.15:
            minor = self.chance.choice(STANDARD)
        due = START.date() - timedelta(days=self.chance.randint(-30, 90))
        return Owed(self._id(), number, customer, self.chance.choice(CURRENCIES), minor, due)

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _key(self, text: str) -> str:
        return sha256(f"{self.made.seed} {text}".encode()).hexdigest()[:32]

    def free(self, count: int = 1) -> list[Owed]:
        """Return open invoices of one customer and currency that no line of the book pays yet."""
        while True:
            first = self.chance.choice(self.made.invoices)
            own = [each for each in self.of[first.customer.id] if not each.taken and each.currency == first.currency]
            if not first.taken and len(own) >= count:
                chosen = [first, *self.chance.sample([each for each in own if each is not first], count - 1)]
                for each in chosen:
                    each.taken = True
                return sorted(chosen, key=lambda each: each.number)

    def line(self, kind: str, owed: list[Owed], text: str, *, minor: int | None = None, **other: Any) -> None:
        """Add a line that pays those invoices, in full unless it is said otherwise."""
        customer = owed[0].customer
        values: dict[str, Any] = {
            "payer": spellings.on_statement(self.chance, customer.name),
            "payer_key": customer.payer_key,
            "currency": owed[0].currency,
            "booked_on": START.date() - timedelta(days=self.chance.randint(0, 5)),
            "truth": {each.id: each.minor for each in owed},
        }
        total = sum(each.minor for each in owed) if minor is None else minor
        self.made.lines.append(Paid(self._id(), kind, text=text, minor=total, **{**values, **other}))

    def stranger(self) -> Mapping[str, Any]:
        """Return a payer that nobody knows."""
        n = self.chance.getrandbits(40)
        return {"payer": f"Unbekannt {n}", "payer_key": self._key(f"stranger {n}")}


def _named(count: tuple[int, int], spell: Callable[[random.Random, list[str]], str]) -> "Kind":
    def add(maker: _Maker, kind: str) -> None:
        owed = maker.free(maker.chance.randint(*count))
        maker.line(kind, owed, spell(maker.chance, [each.number for each in owed]))

    return add


def _silent(count: tuple[int, int], *, known: bool) -> "Kind":
    def add(maker: _Maker, kind: str) -> None:
        owed = maker.free(maker.chance.randint(*count))
        if owed[0].customer.known is known:
            maker.line(kind, owed, spellings.chatter(maker.chance))

    return add


def _differing(low: float, high: float, *, named: bool) -> "Kind":
    def add(maker: _Maker, kind: str) -> None:
        owed = maker.free()
        minor = max(1, int(owed[0].minor * maker.chance.uniform(low, high)))
        text = spellings.clean(maker.chance, [owed[0].number]) if named else spellings.chatter(maker.chance)
        maker.line(kind, owed, text, minor=minor, truth={owed[0].id: min(minor, owed[0].minor)})

    return add


def _discounted(maker: _Maker, kind: str) -> None:
    owed = maker.free()
    minor = round(owed[0].minor * 0.98)
    text = spellings.clean(maker.chance, [owed[0].number])
    maker.line(kind, owed, text, minor=minor, truth={owed[0].id: minor})


def _from_stranger(maker: _Maker, kind: str) -> None:
    owed = maker.free()
    maker.line(kind, owed, spellings.chatter(maker.chance), **maker.stranger())


def _for_another(maker: _Maker, kind: str) -> None:
    owed, payer = maker.free(), maker.chance.choice(maker.made.customers)
    named = kind.endswith("with number")
    text = spellings.clean(maker.chance, [owed[0].number]) if named else spellings.chatter(maker.chance)
    maker.line(kind, owed, text, payer=payer.name, payer_key=payer.payer_key)


def _mistyped(maker: _Maker, kind: str) -> None:
    owed, other = maker.free(), maker.chance.choice(maker.made.invoices)
    maker.line(kind, owed, spellings.clean(maker.chance, [other.number]))


def _twice(maker: _Maker, kind: str) -> None:
    owed = maker.free()
    text = spellings.clean(maker.chance, [owed[0].number])
    maker.line("clean number", owed, text)
    maker.line(kind, owed, text, truth=None)


def _other_currency(maker: _Maker, kind: str) -> None:
    owed = maker.free()
    currency = "USD" if owed[0].currency != "USD" else "EUR"
    maker.line(kind, owed, spellings.clean(maker.chance, [owed[0].number]), currency=currency, truth=None)


def _noise(maker: _Maker, kind: str) -> None:
    known = maker.chance.choice(maker.made.customers)
    minor = maker.chance.choice(maker.made.invoices).minor
    payer: Mapping[str, Any] = {"payer": known.name, "payer_key": known.payer_key}
    if maker.chance.random() < 0.5:
        payer = maker.stranger()
    maker.line(kind, maker.free(), spellings.chatter(maker.chance), minor=minor, truth=None, **payer)


def _advised(maker: _Maker, kind: str) -> None:
    owed = maker.free(maker.chance.randint(2, 4))
    parts = [(each, int(each.minor * 0.9) if maker.chance.random() < 0.3 else each.minor) for each in owed]
    maker.line(
        kind,
        owed,
        "REMITTANCE FOLLOWS",
        minor=sum(minor for _, minor in parts),
        truth={each.id: minor for each, minor in parts},
        advised=tuple((spellings.rewritten(maker.chance, each.number), minor) for each, minor in parts),
    )


def _order_number(maker: _Maker, kind: str) -> None:
    owed, other = maker.free(), maker.chance.choice(maker.made.invoices)
    figures = "".join(sign for sign in other.number if sign.isdigit())
    maker.line(kind, owed, f"PO-{figures} Bestellung {figures[-5:]} tel 030 {figures[-6:]}")


Kind = Callable[[_Maker, str], None]

KINDS: Mapping[str, tuple[int, Kind]] = {
    "clean number": (28, _named((1, 1), spellings.clean)),
    "mangled number": (12, _named((1, 1), spellings.mangled)),
    "several numbers": (8, _named((2, 4), spellings.clean)),
    "glued numbers": (3, _named((2, 3), spellings.glued)),
    "figures only": (4, _named((1, 1), spellings.bare)),
    "end of a number": (2, _named((1, 1), spellings.cut)),
    "known payer, one invoice": (8, _silent((1, 1), known=True)),
    "known payer, several": (5, _silent((2, 4), known=True)),
    "name only, one invoice": (4, _silent((1, 1), known=False)),
    "name only, several": (2, _silent((2, 4), known=False)),
    "amount only": (3, _from_stranger),
    "short, with number": (5, _differing(0.3, 0.95, named=True)),
    "short, without number": (3, _differing(0.3, 0.95, named=False)),
    "over, with number": (3, _differing(1.05, 1.5, named=True)),
    "less a discount": (2, _discounted),
    "pays for another, with number": (3, _for_another),
    "pays for another, silently": (2, _for_another),
    "number mistyped": (3, _mistyped),
    TWICE: (1, _twice),
    "other currency": (1, _other_currency),
    "remittance advice": (4, _advised),
    "order numbers": (2, _order_number),
    "nothing of ours": (2, _noise),
}
"""What kinds of lines there are, and how many of a hundred."""
