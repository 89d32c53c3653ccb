"""What is stored in English is read in the reader's language, and what a person wrote stays as it is."""

import pytest

from domain.kernel import kept, speech
from domain.kernel.speech import Reader

GERMAN = Reader("de", "de_AT")


@pytest.fixture(autouse=True)
def known() -> None:
    kept.learn(
        "the ship is {state}", "a ship over {amount} sails on time", "home on {day}: {reason}", "not sailed: {why}"
    )


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("a ship over 1,250.50 EUR sails on time", "a ship over 1.250,50 EUR sails on time"),
        ("home on 2026-11-02: the ship is afloat", "home on 2. Nov. 2026: the ship is afloat"),
        ("not sailed: INV-1: a ship over 1,250.50 EUR sails on time; gone",
         "not sailed: INV-1: a ship over 1.250,50 EUR sails on time; gone"),
        ("Anna said {so}: home on 2026-11-02", "Anna said {so}: home on 2026-11-02"),
        ("home on 2026-99-99: 1,2,3 ABC", "home on 2026-99-99: 1,2,3 ABC"),
    ],
)  # fmt: skip
def test_a_stored_sentence_is_said_with_its_values_as_the_reader_writes_them(stored: str, read: str) -> None:
    with speech.spoken_to(GERMAN):
        assert kept.said(stored) == read


def test_english_is_read_as_it_is_stored() -> None:
    assert kept.said("home on 2026-11-02: the ship is afloat") == "home on 2026-11-02: the ship is afloat"


def test_a_long_text_of_a_stranger_costs_no_time() -> None:
    hostile = "home on home ; , : " * 5_000

    with speech.spoken_to(GERMAN):
        assert kept.said(hostile) == hostile
        assert kept.said(hostile[: kept.LONGEST]).startswith("home on home")
