"""The audience: who reads along decides how sums and names are written."""

import pytest

from bot import audience
from bot.audience import FULL, PUBLIC
from domain.kernel.money import Money
from domain.operations.chat_channels import ChannelClass


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (12_500, "EUR", "about 130 EUR"),
        (1_234_567, "EUR", "about 12,000 EUR"),
        (99, "EUR", "less than 1 EUR"),
        (700, "USD", "about 7 USD"),
        (-45_600, "EUR", "about -460 EUR"),
        (1_500, "JPY", "about 1,500 JPY"),
        (0, "EUR", "less than 1 EUR"),
    ],
)
def test_sums_keep_two_figures_in_public(minor: int, currency: str, said: str) -> None:
    assert PUBLIC.money(Money(minor, currency)) == said
    assert FULL.money(Money(minor, currency)) == str(Money(minor, currency))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Globex Holdings", "G… H…"),
        ("Acme", "A…"),
        ("anna@acme.example", "a…"),
        ("<!channel>", "a customer"),
        ("", "a customer"),
        ("One Two Three Four Five", "O… T… T…"),
    ],
)
def test_names_are_initials_in_public(name: str, said: str) -> None:
    assert PUBLIC.name(name) == said


def test_nothing_is_posted_where_others_read_along() -> None:
    found = {each: audience.of(each) for each in ChannelClass}

    assert found[ChannelClass.EXTERNAL] is None
    assert found[ChannelClass.UNKNOWN] == PUBLIC
    assert found[ChannelClass.PRIVATE] == found[ChannelClass.DIRECT] == FULL
