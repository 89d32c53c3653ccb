"""Money is exact, in one currency, and reads nothing that is not plainly an amount."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from domain.kernel.money import MAX_MINOR, AmountMalformed, CurrencyUnknown, Money, digits

CURRENCIES = sorted(each.code for each in Currency if each.exponent is not None)

amounts = st.builds(Money, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(CURRENCIES))
small_amounts = st.integers(-(10**12), 10**12)


@given(amounts)
def test_what_is_written_plainly_is_read_back_to_the_last_minor_unit(money: Money) -> None:
    assert Money.of(f"{money.decimal:f}", money.currency) == money


@given(amounts)
def test_what_is_shown_has_the_currencys_decimals_and_reads_back(money: Money) -> None:
    number, _, currency = str(money).rpartition(" ")

    assert len(number.partition(".")[2]) == digits(money.currency)
    assert Money.of(number.replace(",", ""), currency) == money


@given(st.sampled_from(CURRENCIES), st.integers(1, 9))
def test_more_decimals_than_the_currency_has_are_refused(currency: str, last: int) -> None:
    text = "1." + "0" * digits(currency) + str(last)

    with pytest.raises(AmountMalformed):
        Money.of(text, currency)


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("EUR", 2), ("USD", 2), ("KWD", 3), ("CLF", 4)])
def test_decimals_are_those_of_iso_4217(currency: str, decimals: int) -> None:
    assert digits(currency) == decimals


@pytest.mark.parametrize("code", ["XAU", "XTS", "XXX", "EURO", "", "eur ", "\0", "ЕUR"])
def test_a_code_that_nobody_pays_in_is_refused(code: str) -> None:
    with pytest.raises(CurrencyUnknown):
        Money(1, code)


@pytest.mark.parametrize(
    "text",
    ["", " ", "1,000", "1,5", "1.000,00", "1e5", "NaN", "Infinity", "0x10", "−5", "--5", "+5", "5.", ".5", "1 000",
     "1_000", "5\n6", "1" * 17, "$5", "5 EUR", "=1+1"],
)  # fmt: skip
def test_a_text_that_is_not_plainly_an_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountMalformed):
        Money.of(text, "EUR")


def test_a_sum_beyond_all_reason_is_refused() -> None:
    with pytest.raises(AmountMalformed):
        Money(MAX_MINOR + 1, "EUR")


@given(small_amounts, small_amounts, st.sampled_from(CURRENCIES))
def test_sums_are_exact(left: int, right: int, currency: str) -> None:
    a, b = Money(left, currency), Money(right, currency)

    assert (a + b).minor == left + right
    assert (a + b) - b == a
    assert (-a).minor == -left
    assert (a + b).decimal == a.decimal + b.decimal
    assert (a < b, a <= b, bool(a)) == (left < right, left <= right, left != 0)


@given(small_amounts, small_amounts, st.lists(st.sampled_from(CURRENCIES), min_size=2, max_size=2, unique=True))
def test_amounts_of_two_currencies_never_meet(left: int, right: int, currencies: list[str]) -> None:
    a, b = Money(left, currencies[0]), Money(right, currencies[1])

    for combine in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(AssertionError):
            combine(a, b)
    assert a != b


@given(amounts, st.sampled_from(["en", "en_US", "de", "fr", "es"]))
def test_a_reader_sees_every_digit_in_the_own_notation(money: Money, locale: str) -> None:
    shown = money.format(locale)

    assert re.sub(r"\D", "", shown) == re.sub(r"\D", "", f"{abs(money.decimal):.{digits(money.currency)}f}")


def test_notation_follows_the_reader() -> None:
    money = Money(123450, "EUR")

    assert money.format("en") == "€1,234.50"
    assert money.format("de") == "1.234,50\N{NO-BREAK SPACE}€"
    assert str(money) == "1,234.50 EUR"
    assert money.decimal == Decimal("1234.50")


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("es_MX", "EUR 125.00"),
        ("en_US", "€125.00"),
        ("de_DE", "125,00 €"),
        ("fr_CA", "125,00 €"),
        ("es_AR", "EUR 125,00"),
    ],
)
def test_a_currencys_code_and_its_figures_do_not_touch(locale: str, written: str) -> None:
    assert " ".join(Money(12500, "EUR").format(locale).split()) == written
