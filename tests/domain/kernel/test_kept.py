"""What is stored in English is read in the reader's language, and what a person wrote stays as it is."""

import pytest

from domain.kernel import kept, speech
from domain.kernel.speech import Reader

GERMAN = Reader("de", "de_AT")


@pytest.fixture(autouse=True)
def known() -> None:
    kept.learn(
        "the plan is {state}", "a plan over {amount} runs on schedule", "until {day}: {reason}", "not sent: {why}"
    )


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("a plan over 1,250.50 EUR runs on schedule", "a plan over 1.250,50 EUR runs on schedule"),
        ("until 2026-11-02: the plan is settled", "until 2. Nov. 2026: the plan is settled"),
        ("not sent: INV-1: a plan over 1,250.50 EUR runs on schedule; and 3 more",
         "not sent: INV-1: a plan over 1.250,50 EUR runs on schedule; and 3 more"),
        ("Anna said {so}: until 2026-11-02", "Anna said {so}: until 2026-11-02"),
        ("until 2026-99-99: 1,2,3 ABC", "until 2026-99-99: 1,2,3 ABC"),
    ],
)  # fmt: skip
def test_a_stored_sentence_is_said_with_its_values_as_the_reader_writes_them(stored: str, read: str) -> None:
    with speech.spoken_to(GERMAN):
        assert kept.said(stored) == read


def test_english_is_read_as_it_is_stored() -> None:
    assert kept.said("until 2026-11-02: the plan is settled") == "until 2026-11-02: the plan is settled"


def test_a_long_text_of_a_stranger_costs_no_time() -> None:
    hostile = "until until ; , : " * 5_000

    with speech.spoken_to(GERMAN):
        assert kept.said(hostile) == hostile
        assert kept.said(hostile[: kept.LONGEST]).startswith("until until")
