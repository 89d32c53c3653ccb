"""The page about statements lists every field and every code."""

from domain.cash_application.bank_faults import WHAT_TO_DO
from domain.cash_application.bank_words import KNOWN
from tests.sources import ROOT

PAGE = (ROOT / "docs" / "bank-lines.md").read_text(encoding="utf-8")


def test_every_field_is_on_the_page() -> None:
    lines = [f"| `{field.value}` | {', '.join(known.clear[:6])} |" for field, known in KNOWN.items()]

    assert [line for line in lines if line not in PAGE] == []


def test_every_code_is_on_the_page_with_what_to_do() -> None:
    lines = [f"| `{code}` | {meaning} |" for code, meaning in WHAT_TO_DO.items()]

    assert [line for line in lines if line not in PAGE] == []
