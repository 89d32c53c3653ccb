"""Mentions: numbers are found however they are written, and what is something else names nothing."""

import pytest

from domain.cash_application import mentions, numbers
from domain.cash_application.numbers import Strength

LEDGER = (
    "inv-1001", "inv-1002", "inv-1003", "inv-1042", "re-2024-00123", "70012345", "2024-1042", "inv-0000777", "so1",
)  # fmt: skip


def named(text: str) -> dict[str, Strength]:
    """Return what a text names of the ledger, and how well."""
    return {each.key: each.strength for each in numbers.named(mentions.read(text), LEDGER)}


@pytest.mark.parametrize(
    "text",
    [
        "INV-1042",
        "Rechnung INV-1042 vom 10.03.2026",
        "inv 1042",
        "INV1042",
        "inv/1042",
        "(INV-1042)",
        "INV_1042,thanks",
    ],
)
def test_a_number_is_clear_whatever_separates_its_parts(text: str) -> None:
    assert named(text) == {"inv-1042": Strength.CLEAR}


@pytest.mark.parametrize("text", ["INV-1O42", "INV-l042", "lNV 1042", "1NV-1042"])
def test_letters_that_look_like_figures_are_read_as_such(text: str) -> None:
    assert named(text) == {"inv-1042": Strength.MANGLED}


@pytest.mark.parametrize("text", ["INV-777", "INV 0777", "inv777"])
def test_zeros_that_were_lost_are_found(text: str) -> None:
    assert named(text) == {"inv-0000777": Strength.MANGLED}


def test_zeros_within_a_number_may_be_lost_too() -> None:
    assert named("RE 2024/123") == {"re-2024-00123": Strength.MANGLED}


@pytest.mark.parametrize(
    "text",
    ["INV-1001-1003", "INV 1001 bis 1003", "INV-1001 to INV-1003", "INV1001..1003", "invoices INV-1001 – 03"],
)
def test_a_range_names_all_that_lie_in_it(text: str) -> None:
    assert set(named(text)) == {"inv-1001", "inv-1002", "inv-1003"}


@pytest.mark.parametrize(
    "text", ["INV1001+1002", "INV1001INV1002", "INV-1001/1002", "INV-1001, 1002", "INV-1001/02", "INV 1001 & 1002"]
)
def test_numbers_that_are_glued_are_taken_apart(text: str) -> None:
    assert set(named(text)) == {"inv-1001", "inv-1002"}


@pytest.mark.parametrize("text", ["1042", "Rechnung 1042", "invoice no. 1042", "Rg.Nr. 1042"])
def test_figures_without_their_letters_are_bare(text: str) -> None:
    assert named(text) == {"inv-1042": Strength.BARE}


@pytest.mark.parametrize(
    "text", ["PO-1042", "order 1042", "Bestellung 1042", "KD1042", "tel 1042", "EUR 1042", "AB-1042", "SO1", "10.42"]
)
def test_figures_of_something_else_name_nothing(text: str) -> None:
    assert named(text) == {}


def test_a_number_within_a_longer_one_is_not_named() -> None:
    keys = ("2024-1042", "inv-1042")

    found = numbers.named(mentions.read("Rechnung 2024-1042"), keys)

    assert [each.key for each in found] == ["2024-1042"]


def test_figures_that_may_be_several_numbers_say_so() -> None:
    found = numbers.named(mentions.read("Rechnung 1042"), ("a-1042", "b-1042"))

    assert [(each.key, each.rivals) for each in found] == [("a-1042", 1), ("b-1042", 1)]


def test_a_long_number_without_letters_is_clear_and_a_short_one_is_not() -> None:
    assert named("70012345") == {"70012345": Strength.CLEAR}
    assert numbers.named(mentions.read("pay 17"), ("17",)) == ()


@pytest.mark.parametrize(
    "text", ["1" * 5000, "0 " * 3000, "-" * 3000, "1-9" * 700, "\0\ud800 INV", "１２３", "inv" * 900]
)
def test_any_text_is_read_within_bounds(text: str) -> None:
    reading = mentions.read(text)

    assert max(len(reading.words), len(reading.skeletons), len(reading.mentions)) <= mentions.MOST
