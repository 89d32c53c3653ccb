"""docs/import.md tells every field, every code and what to do about it."""

from pathlib import Path

from domain.ledger.csv_import.columns import KNOWN
from domain.ledger.csv_import.faults import WHAT_TO_DO

PAGE = (Path(__file__).parents[4] / "docs" / "import.md").read_text(encoding="utf-8")


def test_every_reason_is_told_as_the_summary_tells_it() -> None:
    lines = [f"| `{code}` | {meaning} |" for code, meaning in WHAT_TO_DO.items()]

    assert [line for line in lines if line not in PAGE] == []


def test_every_field_is_told_with_its_title() -> None:
    assert [field for field, known in KNOWN.items() if f"| `{field}` | {known.title} |" not in PAGE] == []
