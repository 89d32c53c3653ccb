"""The sample's invoices as PDF: in four languages, and with lines that add up."""

from dataclasses import replace
from datetime import date

import pytest

from domain.kernel.money import Money
from sandbox import sample_papers
from sandbox.sample_papers import SamplePaper

PAPER = SamplePaper(
    number="INV-2001",
    customer='"Smoky\'s" #Łódź & Søren',
    customer_number="C-1001",
    language="de",
    country="DE",
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 31),
    total=Money(123_457, "EUR"),
)


@pytest.mark.parametrize("minor", [1, 7, 10_001, 123_457, 3_162_278])
def test_the_lines_add_up_to_the_total_of_the_ledger(minor: int) -> None:
    paper = replace(PAPER, total=Money(minor, "USD"))

    lines = list(sample_papers.lines(paper, "en"))

    assert sum(count * each.minor for _, count, each in lines) == minor
    assert all(each.minor > 0 for _, _, each in lines)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "xx"])
def test_it_is_the_same_accessible_pdf_each_time(language: str) -> None:
    paper = replace(PAPER, language=language)

    first, again = (sample_papers.pdf(paper, merchant="Northwind Supplies") for _ in range(2))

    assert first == again
    assert first.startswith(b"%PDF-")
