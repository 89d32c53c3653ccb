"""Which parts of a balance a payer may choose."""

import pytest

from domain.kernel.money import Money
from domain.kernel.ports import Collectable
from domain.pay_links import parts


def dollars(minor: int) -> Money:
    return Money(minor, "USD")


COLLECTABLE = Collectable(dollars(50), dollars(99_999_999), dollars(1))


@pytest.mark.parametrize(
    ("minor", "allowed"),
    [(49, False), (50, True), (9_950, True), (9_951, False), (9_999, False), (10_000, False), (0, False), (-50, False)],
)
def test_a_part_leaves_nothing_or_enough_to_be_paid_later(minor: int, allowed: bool) -> None:
    choices = parts.choices(dollars(10_000), COLLECTABLE)

    assert choices is not None
    assert choices.allow(dollars(minor)) is allowed


def test_a_balance_of_less_than_two_smallest_amounts_cannot_be_divided() -> None:
    assert parts.choices(dollars(99), COLLECTABLE) is None
    assert parts.choices(dollars(100), COLLECTABLE) is not None


def test_without_a_provider_nothing_can_be_chosen() -> None:
    assert parts.choices(dollars(10_000), None) is None


def test_a_part_is_a_whole_number_of_the_providers_steps() -> None:
    dinars = Collectable(Money(10, "KWD"), Money(99_999_990, "KWD"), Money(10, "KWD"))

    choices = parts.choices(Money(10_005, "KWD"), dinars)

    assert choices is not None
    assert (choices.allow(Money(5_000, "KWD")), choices.allow(Money(5_001, "KWD"))) == (True, False)
    assert choices.most == Money(9_990, "KWD")
