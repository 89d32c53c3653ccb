"""The world of the soak: customers in twelve places with their contacts, and the invoices that they are sent."""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.soak.places import PLACES, Place
from tests.soak.record import Payer

TERMS = (7, 14, 14, 21, 30)
"""Days to pay, as often as they are granted."""

HEADERS = (
    "Invoice Number", "Customer Number", "Customer Name", "Invoice Date", "Due Date", "Currency", "Amount", "Balance",
    "Status", "Paid Date", "Contact Name", "Contact Email", "Country", "Language", "Time Zone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer company."""

    number: str
    name: str
    place: Place
    contacts: tuple[str, ...]


@dataclass
class World:
    """Whoever buys, and what was sold to them."""

    chance: random.Random
    customers: list[Customer]
    invoices_a_day: float
    opening: float = 1.0
    """The share of customers with invoices when the merchant begins."""
    sold: int = 0
    payers: dict[str, Payer] = field(default_factory=dict)
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The line of each invoice as the ERP wrote it, by its number."""

    @classmethod
    def made(cls, chance: random.Random, *, accounts: int, invoices_a_day: float, opening: float = 1.0) -> "World":
        """Make the customers; each place has its share of them."""
        customers = []
        for number in range(accounts):
            place = PLACES[number % len(PLACES)]
            contacts = tuple(f"p{each}@payer{number}.example" for each in range(chance.choice((1, 1, 2, 3))))
            customers.append(Customer(f"C-{number:05}", f"Payer {number} Ltd", place, contacts))
        world = cls(chance, customers, invoices_a_day, opening)
        for customer in customers:
            for address in customer.contacts:
                world.payers[address] = Payer(customer.place.zone, customer.place.country)
        return world

    def new_contact(self, customer_number: str) -> tuple[Customer, str]:
        """Return an address that the customer did not have before."""
        customer = self.customers[int(customer_number.removeprefix("C-"))]
        address = f"n{len(self.payers)}@{customer.contacts[0].partition('@')[2]}"
        self.payers[address] = Payer(customer.place.zone, customer.place.country)
        return customer, address

    def first_ledger(self, today: date) -> str:
        """Return the ledger with which the merchant begins: invoices of every age."""
        return _csv(
            [
                self._line(customer, today - timedelta(self.chance.randint(0, 45)))
                for customer in self.customers
                for _ in range(self.chance.choice((1, 1, 2)))
                if self.opening >= 1 or self.chance.random() < self.opening
            ]
        )

    def contacts(self) -> str:
        """Return every contact, as the merchant's own list of them."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("Customer Number", "Customer Name", "Contact Name", "Contact Email", "Country", "Language",
                         "Time Zone"))  # fmt: skip
        for each in self.customers:
            for address in each.contacts:
                writer.writerow((each.number, each.name, f"Pat {address.partition('@')[0]}", address,
                                 each.place.country, each.place.language, each.place.zone))  # fmt: skip
        return out.getvalue()

    def ledger_of(self, today: date, paid: dict[str, str]) -> str:
        """Return a day's export: what was sold today, and *paid* (invoice number → balance) as the bank has it."""
        whole, part = divmod(self.invoices_a_day, 1)
        count = int(whole) + (self.chance.random() < part)
        lines = [self._line(self.chance.choice(self.customers), today) for _ in range(count)]
        for number, balance in paid.items():
            line = list(self.written[number])
            line[7] = balance
            if not float(balance):
                line[8], line[9] = "paid", today.isoformat()
            lines.append(tuple(line))
        return _csv(lines)

    def _line(self, customer: Customer, issued: date) -> tuple[str, ...]:
        self.sold += 1
        number, due = f"SO-{self.sold:07}", issued + timedelta(self.chance.choice(TERMS))
        cents = round(10 ** self.chance.uniform(3.3, 6.3))
        amount = f"{cents // 100}.{cents % 100:02}"
        line = (
            number, customer.number, customer.name, issued.isoformat(), due.isoformat(), customer.place.currency,
            amount, amount, "open", "", f"Pat {customer.contacts[0].partition('@')[0]}", customer.contacts[0],
            customer.place.country, customer.place.language, customer.place.zone,
        )  # fmt: skip
        self.written[number] = line
        return line


def _csv(lines: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    writer.writerows(lines)
    return out.getvalue()
