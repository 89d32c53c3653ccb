"""Numbers of cards are made unreadable, whatever stands around them; other numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import card_numbers


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("4111111111111111", "••••••••••••1111"),
        ("my card is 4111 1111 1111 1111, 12/27", "my card is •••• •••• •••• 1111, 12/27"),
        ("5555-5555-5555-4444", "••••-••••-••••-4444"),
        ("3782 822463 10005", "•••• •••••• •0005"),
        ("4111 1111 1111 1111 12 27 123", "•••• •••• •••• 1111 12 27 123"),
        ("12 4111 1111 1111 1111", "12 •••• •••• •••• 1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "••••\u00a0••••\u00a0••••\u00a01111"),
        ("４１１１１１１１１１１１１１１１", "••••••••••••１１１１"),
    ],
)
def test_a_cards_number_keeps_its_last_four_digits(text: str, kept: str) -> None:
    assert card_numbers.masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",
        "INV-2026-000017 of 2026-03-01",
        "DE89 3704 0044 0532 0130 00",
        "1234567890123",
        "call +49 30 1234567",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert card_numbers.masked(text) == text


@given(st.text(alphabet="0123456789 -.x4", max_size=200))
def test_nothing_but_digits_is_changed_and_twice_is_once(text: str) -> None:
    masked = card_numbers.masked(text)

    assert len(masked) == len(text)
    assert all(after in (before, "•") for before, after in zip(text, masked, strict=True))
    assert card_numbers.masked(masked) == masked
