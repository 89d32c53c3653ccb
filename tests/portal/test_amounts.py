"""What payers type is read strictly in their own number format: a wrong guess would charge ten times the sum."""

import pytest

from domain.kernel.money import Money
from portal import amounts
from portal.amounts import AmountUnreadable, OtherCurrency


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("99", "USD", "en_US", 9_900),
        ("1,234.50", "USD", "en_US", 123_450),
        (" $ 99.90 ", "USD", "en_US", 9_990),
        ("99,5 €", "EUR", "de_DE", 9_950),
        ("1.234,50 EUR", "EUR", "en_DE", 123_450),
        ("eur 99", "EUR", "en_DE", 9_900),
        ("1 234,50", "EUR", "fr_FR", 123_450),
        ("1\u202f234,50", "EUR", "fr_FR", 123_450),
        ("1\u00a0234,50", "PLN", "pl_PL", 123_450),
        ("1 234.50", "USD", "en_US", 123_450),
        ("1'234.50", "CHF", "de_CH", 123_450),
        ("1’234.50", "CHF", "de_CH", 123_450),
        ("12,34,567", "INR", "en_IN", 123_456_700),
        (".5", "USD", "en_US", 50),
        ("50", "JPY", "en_US", 50),
        ("1.250", "KWD", "en_US", 1_250),
        ("5 kr", "SEK", "sv_SE", 500),
    ],
)
def test_an_amount_is_read_as_its_payer_writes_it(text: str, currency: str, locale: str, minor: int) -> None:
    assert amounts.typed(text, currency=currency, locale=locale) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1,5", "en_US"),
        ("1.5", "de_DE"),
        ("1,234,5", "en_US"),
        ("1 2345", "en_US"),
        ("12 34", "fr_FR"),
        ("9.999", "en_US"),
        ("1e5", "en_US"),
        ("1_000", "en_US"),
        ("-5", "en_US"),
        ("NaN", "en_US"),
        ("Infinity", "en_US"),
        ("ten", "en_US"),
        ("", "en_US"),
        ("9" * 30, "en_US"),
        ("1" * 41, "en_US"),
        ("1.2.3", "en_US"),
        ("\x00", "en_US"),
    ],
)
def test_what_could_be_meant_otherwise_is_asked_for_again(text: str, locale: str) -> None:
    with pytest.raises(AmountUnreadable):
        amounts.typed(text, currency="USD", locale=locale)


@pytest.mark.parametrize("text", ["€40", "40 EUR", "GBP 40", "£40"])
def test_another_currency_is_said_to_be_another(text: str) -> None:
    with pytest.raises(OtherCurrency):
        amounts.typed(text, currency="USD", locale="en_US")
