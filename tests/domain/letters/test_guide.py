"""The guide for merchants is complete and true."""

import re
from pathlib import Path

import pytest

from domain.letters import FIELDS, KINDS, folders, sandbox
from domain.letters import parts as letter_parts
from domain.letters.brand import LARGEST_LOGO
from domain.letters.rendering import MOST_LINES

GUIDE = (Path(__file__).parents[3] / "docs" / "letters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FIELDS)
def test_every_merge_field_is_in_the_table_with_its_meaning(name: str) -> None:
    field = FIELDS[name]

    example = " / ".join(field.choices) or field.example

    assert f"| `{name}` | {field.type.value} | {field.group.value} | {field.says} | {example} |" in GUIDE


@pytest.mark.parametrize("name", KINDS)
def test_every_letter_is_in_the_table_with_its_purpose(name: str) -> None:
    kind = KINDS[name]

    asks, step = ("yes" if each else "no" for each in (kind.asks, kind.of_cadence))

    assert f"| `{name}` | {kind.says} | {asks} | {step} |" in GUIDE


def test_the_example_of_the_guide_is_a_template_that_passes() -> None:
    example = re.search(r"```\n(\{% block subject %\}.*?)```", GUIDE, re.DOTALL)

    assert example is not None
    assert sandbox.faults(example[1], blocks=letter_parts.blocks(KINDS["reminder-overdue"])) == []


def test_the_figures_of_the_guide_are_those_of_the_program() -> None:
    assert f"The list holds {MOST_LINES} invoices" in GUIDE
    assert f"more than {folders.LARGEST_FILE // 1024} KB" in GUIDE
    assert f"at most {LARGEST_LOGO // 1024} KB" in GUIDE
