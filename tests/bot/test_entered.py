"""What is entered into the fields of a form, as several countries write it."""

import pytest

from bot import entered
from bot.filled import Misfilled, Values
from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Reader


def _typed(text: str) -> Values:
    return Values({"amount": {"field": {"type": "plain_text_input", "value": text}}})


@pytest.mark.parametrize("typed", ["1250,5", "1.250,50 €", "€1,250.50", "1 250,50", "1\u202f250,50 EUR", "1'250.50"])
def test_an_amount_is_read_as_it_is_written_in_several_countries(typed: str) -> None:
    assert entered.amount(_typed(typed), "amount", currency="EUR") == Money(125050, "EUR")


def test_thousands_apart_by_a_blank_are_one_figure_where_nothing_else_can_stand() -> None:
    assert entered.amount(_typed("12 500"), "amount", currency="EUR") == Money(1_250_000, "EUR")


@pytest.mark.parametrize("typed", ["abc", "500 on friday", "500 $", "1.250", "-5", "1.2.3"])
def test_what_is_no_amount_is_refused_with_one_that_is_written_as_the_reader_does(typed: str) -> None:
    with speech.spoken_to(Reader.of("de", "de_DE")), pytest.raises(Misfilled) as wrong:
        entered.amount(_typed(typed), "amount", currency="EUR")

    if typed in {"abc", "500 on friday", "-5"}:
        assert "etwa 500 oder 1.250,50" in wrong.value.fields["amount"]
