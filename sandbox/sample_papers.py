"""The sample's invoices as PDF, as its ERP would print them: made from the ledger's figures, the same each time."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import typst
from babel.dates import format_date

from domain.kernel import locales
from domain.kernel.money import Money

_HERE = Path(__file__).parent / "papers"


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """What the ledger knows of one invoice."""

    number: str
    customer: str
    customer_number: str
    language: str
    country: str
    issued_on: date
    due_on: date
    total: Money


def pdf(paper: SamplePaper, *, merchant: str) -> bytes:
    """Return the invoice in the customer's language; its lines add up to the total of the ledger."""
    language = locales.language(paper.language, _words())
    locale = locales.formats(paper.language, paper.country, language)
    facts = {
        "t": {**_words()[language], "lang": language},
        "merchant": merchant,
        "number": paper.number,
        "customer": paper.customer,
        "customer_number": paper.customer_number,
        "issued_on": str(format_date(paper.issued_on, format="long", locale=locale)),
        "due_on": str(format_date(paper.due_on, format="long", locale=locale)),
        "total": paper.total.format(locale),
        "lines": [
            (name, str(count), each.format(locale), Money(count * each.minor, each.currency).format(locale))
            for name, count, each in lines(paper, language)
        ],
    }
    compiler = typst.Compiler(_template(), ignore_system_fonts=True, sys_inputs={"facts": json.dumps(facts)})
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(made, bytes), "one document is one PDF"
    return made


def lines(paper: SamplePaper, language: str) -> Iterator[tuple[str, int, Money]]:
    """Yield what was bought, how many, and the price of one; what is left is the freight."""
    chance = random.Random(paper.number)  # noqa: S311 - a sample, not a secret
    goods = chance.sample(_words()[language]["goods"], k=chance.randint(2, 4))
    currency, left = paper.total.currency, paper.total.minor
    for name in goods:
        count = chance.randint(2, 24)
        price = round(paper.total.minor * 0.97 / len(goods)) // count
        if price:
            left -= count * price
            yield name, count, Money(price, currency)
    if left:
        yield str(_words()[language]["freight"]), 1, Money(left, currency)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads((_HERE / "invoice.json").read_text(encoding="utf-8"))
    return found


@cache
def _template() -> bytes:
    return (_HERE / "invoice.typ").read_bytes()
