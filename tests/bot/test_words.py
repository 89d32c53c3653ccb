"""Amounts and days as people type them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot import asks, text, words
from bot.asks import Misunderstood
from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Reader

BERLIN = ZoneInfo("Europe/Berlin")

TODAY = date(2026, 3, 10)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-04-30", date(2026, 4, 30)),
        ("friday", date(2026, 3, 13)),
        ("on friday", date(2026, 3, 13)),
        ("tomorrow", date(2026, 3, 11)),
        ("in 3 days", date(2026, 3, 13)),
        ("next monday", date(2026, 3, 16)),
        ("20 march", date(2026, 3, 20)),
        ("march 20", date(2026, 3, 20)),
        ("12.3.", date(2026, 3, 12)),
        ("9.3.", date(2027, 3, 9)),
        ("13/3", date(2026, 3, 13)),
        ("3/13/2026", date(2026, 3, 13)),
        ("Freitag", date(2026, 3, 13)),
        ("vendredi", date(2026, 3, 13)),
        ("bis 30.4.2026", date(2026, 4, 30)),
    ],
)
def test_a_day_is_read_as_it_is_typed(typed: str, meant: date) -> None:
    assert words.day(tuple(typed.split()), today=TODAY) == meant


@pytest.mark.parametrize("typed", ["3/4", "soon", "500", "2026-02-30", "31.2.", "", "whenever they like"])
def test_what_is_no_day_or_could_be_two_is_asked_about(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.day(tuple(typed.split()), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "minor", "day", "rest"),
    [
        ("500 on friday", 50_000, date(2026, 3, 13), ""),
        ("friday 500", 50_000, date(2026, 3, 13), ""),
        ("1,250.50 by 2026-04-01 said Ms Meyer", 125_050, date(2026, 4, 1), "said Ms Meyer"),
        ("1.250,50 EUR until 20 march", 125_050, date(2026, 3, 20), ""),
        ("€99 tomorrow", 9_900, date(2026, 3, 11), ""),
        ("12.50 on friday", 1_250, date(2026, 3, 13), ""),
        ("on friday", None, date(2026, 3, 13), ""),
        ("500eur", 50_000, None, ""),
        ("they called on friday", None, None, "they called on friday"),
    ],
)
def test_amount_and_day_come_in_either_order(typed: str, minor: int | None, day: date | None, rest: str) -> None:
    found = words.terms(tuple(typed.split()), currency="EUR", today=TODAY)

    assert found == words.Terms(Money(minor, "EUR") if minor else None, day, rest)


@pytest.mark.parametrize("typed", ["1.250 on friday", "500 USD on friday", "5.005,001 on friday", "10.123 friday"])
def test_an_amount_that_is_unclear_or_in_another_currency_is_asked_about(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.terms(tuple(typed.split()), currency="EUR", today=TODAY)


@pytest.mark.parametrize(
    ("typed", "minor", "rest"),
    [
        ("1.250,50 € on friday", 125050, ""),
        ("€ 1.250,50 on friday", 125050, ""),
        ("eur 1'250.50 on friday", 125050, ""),
        ("1 250,50 € vendredi", 125050, ""),
        ("1 234 250,50 vendredi ils ont appelé", 123425050, "ils ont appelé"),
        ("12345.678 on friday", None, "12345.678"),
    ],
)
def test_an_amount_is_read_as_several_countries_write_it(typed: str, minor: int | None, rest: str) -> None:
    if minor is None:
        with pytest.raises(Misunderstood):
            words.terms(tuple(typed.split()), currency="EUR", today=TODAY)
        return
    read = words.terms(tuple(typed.split()), currency="EUR", today=TODAY)

    assert (read.amount, read.day, read.rest) == (Money(minor, "EUR"), date(2026, 3, 13), rest)


@pytest.mark.parametrize("typed", ["500 $", "$500", "£ 500", "500 ¥", "USD 500", "1.2.3"])
def test_an_amount_of_another_sign_or_with_marks_anywhere_is_asked_about(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.leading_amount(tuple(typed.split()), currency="EUR")


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr", "es", "de_CH"])
@pytest.mark.parametrize(
    "amount", [Money(3113918, "EUR"), Money(31139180, "KWD"), Money(99, "USD"), Money(12345, "JPY")]
)
def test_what_a_field_is_filled_with_is_read_again_as_the_same_sum(locale: str, amount: Money) -> None:
    with speech.spoken_to(Reader.of(locale[:2], locale)):
        written = text.figure(amount)

    assert words.leading_amount((written,), currency=amount.currency) == (amount, 1)


def test_a_field_is_left_empty_where_its_sum_could_be_read_in_two_ways() -> None:
    assert text.figure(Money(1250, "KWD")) == ""


NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin."""


@pytest.mark.parametrize(
    ("typed", "at", "rest"),
    [
        ("until friday they are away", (13, 7, 0), "they are away"),
        ("no answer until friday", (13, 7, 0), "no answer"),
        ("friday no answer yet", (13, 7, 0), "no answer yet"),
        ("until friday the customer may call", (13, 7, 0), "the customer may call"),
        ("until friday 13 march 2026 rest", (13, 7, 0), "rest"),
        ("until 14:00 x", (10, 13, 0), "x"),
        ("until 08:30 x", (11, 7, 30), "x"),
        ("until 2.30pm", (10, 13, 30), ""),
        ("until tomorrow 9am rest", (11, 8, 0), "rest"),
        ("until friday at 14:00 x", (13, 13, 0), "x"),
        ("until 13.03 x", (13, 7, 0), "x"),
        ("bis Freitag sie rufen zurück", (13, 7, 0), "sie rufen zurück"),
        ("in 3 days waiting for documents", (13, 7, 0), "waiting for documents"),
    ],
)
def test_an_end_is_read_wherever_it_stands(typed: str, at: tuple[int, int, int], rest: str) -> None:
    read = words.until(tuple(typed.split()), now=NOW, zone=BERLIN, opens=time(8))

    assert (read.at, read.rest) == (datetime(2026, 3, at[0], at[1], at[2], tzinfo=UTC), rest)


def test_what_names_no_end_is_all_reason() -> None:
    assert words.until(("they", "may", "call"), now=NOW, zone=BERLIN, opens=time(8)) == words.Until(
        None, "they may call"
    )


@pytest.mark.parametrize("typed", ["until", "until later", "until 3/4"])
def test_an_end_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.until(tuple(typed.split()), now=NOW, zone=BERLIN, opens=time(8))


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ('"Acme Ltd" until friday', "Acme Ltd", ("until", "friday")),
        ("“Acme Ltd” x", "Acme Ltd", ("x",)),
        ("„Acme GmbH“ x", "Acme GmbH", ("x",)),
    ],
)
def test_quotation_marks_of_every_kind_set_a_name_off(typed: str, name: str, rest: tuple[str, ...]) -> None:
    assert asks.quoted(tuple(typed.split())) == (name, rest)


@pytest.mark.parametrize("typed", ["Acme Ltd", '"Acme Ltd', ""])
def test_what_is_not_quoted_is_not_taken_for_it(typed: str) -> None:
    assert asks.quoted(tuple(typed.split())) is None


@pytest.mark.parametrize(("typed", "who"), [("<@U0ANNA|anna>", "U0ANNA"), ("<@U0ANNA>", "U0ANNA"), ("@anna", "anna")])
def test_a_person_is_named_by_a_mention_or_a_name(typed: str, who: str) -> None:
    assert asks.person(typed) == who


def test_what_slack_made_of_a_typed_text_is_read_as_it_was_typed() -> None:
    assert asks.words("account <http://acme.example|acme.example> A &amp; B") == (
        "account", "acme.example", "A", "&", "B",
    )  # fmt: skip
