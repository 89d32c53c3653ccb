"""The sample ledger: 40 customers and 200 invoices of every age and state, made from a fixed seed.

Dates are counted from *today*, so the ledger is always fresh; names, amounts and ages are always the same.
"""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

SEED = 20261122
"""Any number would do; it must only stay the same."""

FIRST_NUMBER = 2001


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer company of the sample."""

    name: str
    domain: str
    country: str
    language: str
    currency: str
    contacts: tuple[str, ...]

    @property
    def emails(self) -> tuple[str, ...]:
        """The contacts' addresses: the first is the one on the invoices."""
        return tuple(f"{_ascii(name.split()[0])}.{_ascii(name.split()[-1])}@{self.domain}" for name in self.contacts)


@dataclass(frozen=True, slots=True)
class SampleInvoice:
    """An invoice of the sample."""

    number: str
    customer_number: str
    customer: Customer
    issued_on: date
    due_on: date
    amount: Decimal
    balance: Decimal
    paid_on: date | None


_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "ß": "ss",
        "ä": "a",
        "ö": "o",
        "ü": "u",
        "é": "e",
        "è": "e",
        "ñ": "n",
        "á": "a",
        "í": "i",
        "ó": "o",
        "ú": "u",
        "ş": "s",
        "ç": "c",
        "å": "a",
        "ž": "z",
        "č": "c",
        "ř": "r",
        "ã": "a",
        "ê": "e",
        "'": "",
        "ë": "e",
        "ě": "e",
    }
)


def _ascii(name: str) -> str:
    return name.lower().translate(_LETTERS)


def _customer(line: str) -> Customer:
    name, domain, place, contacts = (part.strip() for part in line.split("|"))
    country, language, currency = place.split()
    return Customer(
        name, f"{domain}.example", country, language, currency, tuple(each.strip() for each in contacts.split(","))
    )


CUSTOMERS = tuple(
    _customer(line)
    for line in """
Brauhaus Lindenhof GmbH          | lindenhof        | DE de EUR | Claudia Brandt, Jörg Heinemann
Müller & Söhne Maschinenbau KG   | mueller-soehne   | DE de EUR | Stefan Müller
Hanse Logistik AG                | hanse-logistik   | DE de EUR | Katrin Petersen, Ole Jansen
Optik Sonnenschein e.K.          | sonnenschein     | DE de EUR | Birgit Sonnenschein
Alpenblick Hotels GmbH           | alpenblick       | AT de EUR | Theresa Gruber
Donau Papier GmbH                | donau-papier     | AT de EUR | Markus Wimmer, Eva Leitner
Boulangerie Marchand SARL        | marchand         | FR fr EUR | Hélène Marchand
Ateliers du Rhône SAS            | ateliers-rhone   | FR fr EUR | Julien Lefèvre, Camille Roux
Pharmacie Belle Rive             | belle-rive       | FR fr EUR | Sophie Garnier
Transports Lemaire & Fils        | lemaire          | FR fr EUR | Antoine Lemaire
Bodegas Peñaflor S.L.            | penaflor         | ES es EUR | Lucía Peña
Talleres Ibarra S.A.             | ibarra           | ES es EUR | Andrés Ibarra, Marta Solano
Azulejos del Sur S.L.            | azulejos-sur     | ES es EUR | Carmen Ruiz
Van der Meer Bloemen B.V.        | vandermeer       | NL en EUR | Pieter Meer
De Gouden Fiets B.V.             | goudenfiets      | NL en EUR | Sanne Visser
Officina Bellini S.r.l.          | bellini          | IT en EUR | Paolo Bellini, Giulia Conti
Ceramiche Moretti S.p.A.         | moretti          | IT en EUR | Francesca Moretti
Łódzkie Tekstylia Sp. z o.o.     | lodzkie          | PL en EUR | Agnieszka Wójcik
Corkline Software Ltd            | corkline         | IE en EUR | Aoife Byrne, Declan Walsh
Nordlys Møbler ApS               | nordlys          | DK en EUR | Søren Kjær
Kauppahalli Oy                   | kauppahalli      | FI en EUR | Aino Virtanen
Azevedo & Irmãos Lda             | azevedo          | PT en EUR | João Azevedo
Harbour Street Dental            | harbourdental    | GB en GBP | Emily Carter
Pennine Outdoor Ltd              | pennine          | GB en GBP | Oliver Hughes, Priya Shah
Thistle & Oak Furniture Ltd      | thistle-oak      | GB en GBP | Fiona MacLeod
Brightwell Schools Trust         | brightwell       | GB en GBP | Daniel Okafor
Camden Coffee Roasters           | camdencoffee     | GB en GBP | Grace Bennett
Severn Valley Dairy Ltd          | severndairy      | GB en GBP | Rhys Morgan, Megan Pritchard
Kestrel Aviation Services plc    | kestrel          | GB en GBP | Charlotte Reed
Blue Ridge Hardware, Inc.        | blueridge        | US en USD | Mason Turner
Lakeshore Pediatrics LLC         | lakeshore        | US en USD | Olivia Nguyen, Karen Holt
Golden Gate Interiors            | goldengate       | US en USD | Sofia Ramirez
Prairie Wind Farms Co-op         | prairiewind      | US en USD | Wyatt Larson
"Smoky's" Barbecue Supply        | smokys           | US en USD | Hank Dawson
Cascade Timber Products          | cascadetimber    | US en USD | Rachel Kim, Tom Alvarez
Metro Transit Advertising        | metrotransit     | US en USD | Denise Jackson
Bayou Marine Repair              | bayoumarine      | US en USD | Luc Fontenot
Maple Leaf Instruments Inc.      | mapleleaf        | CA en USD | Liam Tremblay
Sakura Trading K.K.              | sakura           | JP en USD | Haruka Sato
Outback Solar Pty Ltd            | outbacksolar     | AU en USD | Jack Thompson
""".strip().splitlines()
)

_PAID, _PART_PAID = "paid", "part paid"

_AGES: tuple[tuple[int, int, int, str], ...] = (
    # how many, days past due from … to, state
    (30, -40, -4, "open"),
    (5, -3, -1, "open"),
    (5, 0, 0, "open"),
    (13, 1, 7, "open"),
    (32, 8, 30, "open"),
    (22, 31, 60, "open"),
    (13, 61, 90, "open"),
    (15, 91, 240, "open"),
    (16, -10, 75, _PART_PAID),
    (49, -10, 400, _PAID),
)
"""Every ageing bucket, and what is behind us."""

INVOICE_HEADERS = (
    "Invoice Number",
    "Customer Number",
    "Customer",
    "Invoice Date",
    "Due Date",
    "Amount",
    "Balance",
    "Currency",
    "Status",
    "Paid Date",
    "Contact Email",
    "Country",
    "Language",
)
CONTACT_HEADERS = ("Customer Number", "Customer", "Contact Name", "Contact Email", "Country", "Language")


def customer_number(customer: Customer) -> str:
    """Return the number under which the sample's ERP keeps a customer."""
    return f"C-{1001 + CUSTOMERS.index(customer)}"


def invoices(today: date) -> tuple[SampleInvoice, ...]:
    """Return the 200 invoices as they stand on *today*; each customer has at least two."""
    chance = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    cases = [(low, high, state) for count, low, high, state in _AGES for _ in range(count)]
    chance.shuffle(cases)
    buyers = list(CUSTOMERS) * 2 + chance.choices(CUSTOMERS, k=len(cases) - 2 * len(CUSTOMERS))
    chance.shuffle(buyers)
    return tuple(
        _invoice(chance, today, f"INV-{FIRST_NUMBER + place}", buyer, case)
        for place, (buyer, case) in enumerate(zip(buyers, cases, strict=True))
    )


def _invoice(
    chance: random.Random, today: date, number: str, customer: Customer, case: tuple[int, int, str]
) -> SampleInvoice:
    low, high, state = case
    due_on = today - timedelta(days=chance.randint(low, high))
    ahead = max((due_on - today).days, 0)
    terms = chance.choice([days for days in (14, 30, 45, 60) if days >= ahead])
    issued_on = due_on - timedelta(days=terms)
    amount = Decimal(round(10 ** chance.uniform(2.0, 4.5) * 100)) / 100
    balance, paid_on = amount, None
    if state == _PAID:
        balance = Decimal(0)
        paid_on = min(today, max(issued_on, due_on + timedelta(days=chance.randint(-12, 25))))
    elif state == _PART_PAID:
        balance = (amount * chance.randint(15, 80) / 100).quantize(Decimal("0.01"))
    return SampleInvoice(number, customer_number(customer), customer, issued_on, due_on, amount, balance, paid_on)


def invoices_csv(today: date) -> str:
    """Return the invoices as the sample's ERP would export them."""
    return _csv(
        INVOICE_HEADERS,
        (
            (
                each.number,
                each.customer_number,
                each.customer.name,
                each.issued_on.isoformat(),
                each.due_on.isoformat(),
                f"{each.amount:.2f}",
                f"{each.balance:.2f}",
                each.customer.currency,
                "paid" if each.paid_on else "open",
                each.paid_on.isoformat() if each.paid_on else "",
                each.customer.emails[0],
                each.customer.country,
                each.customer.language,
            )
            for each in invoices(today)
        ),
    )


def contacts_csv(today: date) -> str:  # noqa: ARG001 - like its twin: a ledger is exported on a day
    """Return the contacts as the sample's ERP would export them."""
    return _csv(
        CONTACT_HEADERS,
        (
            (customer_number(customer), customer.name, name, email, customer.country, customer.language)
            for customer in CUSTOMERS
            for name, email in zip(customer.contacts, customer.emails, strict=True)
        ),
    )


def _csv(headers: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue()
