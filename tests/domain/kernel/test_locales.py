"""Numbers and dates are written as the reader writes them, in the language of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import locales
from domain.kernel.money import Money


@pytest.mark.parametrize(
    ("locale", "country", "written"),
    [
        ("en_US", None, "€1,234.56"),
        ("en", "DE", "1.234,56 €"),
        ("de", None, "1.234,56 €"),
        ("de-CH", None, "€ 1’234.56"),
        ("ja", None, "€1,234.56"),
        ("xx", None, "€1,234.56"),
        ("", None, "€1,234.56"),
    ],
)
def test_a_sum_in_an_english_text(locale: str, country: str | None, written: str) -> None:
    formats = locales.formats(locale, country, "en")

    assert Money(123456, "EUR").format(formats).replace("\xa0", " ") == written
    assert formats.startswith("en")


@pytest.mark.parametrize("language", ["es", "fr", "de"])
@pytest.mark.parametrize("screen", ["en", "en_GB"])
def test_who_chose_another_language_than_their_screens_writes_numbers_as_it_does(language: str, screen: str) -> None:
    formats = locales.formats(screen, "DE", language)

    assert Money(123456, "EUR").format(formats).replace("\u202f", ".").replace("\xa0", " ") in {
        "1.234,56 €",
        "1234,56 €",
    }


def test_a_known_language_is_kept_and_an_unknown_one_is_english() -> None:
    assert locales.language("de_AT", {"en", "de"}) == "de"
    assert locales.language("fr", {"en", "de"}) == "en"


@given(st.text(max_size=60), st.none() | st.text(max_size=5))
def test_no_text_is_an_error(locale: str, country: str | None) -> None:
    assert Money(1, "EUR").format(locales.formats(locale, country, "en"))
