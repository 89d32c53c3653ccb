"""What guesses are made from, and above all what they are not made from."""

from datetime import date

import pytest

from domain.commitments import dispute_reasons
from domain.deliverability.replies import IntentKind, Share, intents, tables
from tests.domain.deliverability.replies.written import TODAY, guesses

QUIET = [
    "Thanks a lot.\n\n> We will pay 500 EUR on Friday.\n> Please stop.",
    "Noted.\n\nBest regards\nAnn Example\nHead of Payments, ACME Ltd\nTel +44 20 7946 0123\nVAT no. GB 123 4567 89",
    "Danke.\n\nMit freundlichen Grüßen\nAnna Beispiel\nGeschäftszeiten Montag bis Freitag 9-17 Uhr\n030 1234567",
    "Merci.\n\nCordialement,\nAnne Exemple\nService comptabilité\n01 23 45 67 89",
    "Gracias.\n\nUn saludo,\nAna Ejemplo\nDepartamento de pagos\n912 345 678",
    "Your reference 2026-114 is on our list.",
    "I received your reminder about the invoice of 1 November.",
    "The invoice was sent to our accounting.",
    "We opened at 9:30 and close at 17.45.",
    "Your invoice of 1,250.00 EUR has reached us.",
    "Please do not call us.",
    "There is no need to send a copy of the invoice.",
    "We have never disputed the invoice.",
]
"""Answers out of which nothing may be guessed."""


@pytest.mark.parametrize("text", QUIET)
def test_nothing_is_guessed_from_quotes_signatures_and_denials(text: str) -> None:
    assert guesses(text) == ["out_of_scope"] or guesses(text)[0].startswith("out_of_scope #")


def test_the_words_stand_where_the_guess_says() -> None:
    text = "Hello,\n\nthanks.\nWe will pay 500 EUR\non Friday. Please send a copy of INV-7.\n\nBest regards\nAnn"

    found = intents.intents(text, today=TODAY, language="en")

    assert [each.kind for each in found] == [IntentKind.PROMISE, IntentKind.COPY]
    assert all(text[each.start : each.end] == each.words for each in found)


def test_numbers_of_phones_accounts_and_papers_are_no_amounts() -> None:
    text = "We paid invoice 4711 from DE89 3704 0044 0532 0130 00, order 815, for questions call 030 1234567."

    (paid, *_) = intents.intents(text, today=TODAY, language="en")

    assert paid.kind is IntentKind.PAID
    assert paid.amounts == ()
    assert paid.invoices == ("4711",)


def test_a_date_in_figures_is_read_by_the_writer_s_customs() -> None:
    def days(language: str) -> tuple[date, date | None]:
        (paid,) = intents.intents("Paid on 3/4/2026.", today=TODAY, language=language)
        assert paid.day is not None
        return paid.day.on, paid.day.other

    assert days("en-US") == (date(2026, 3, 4), date(2026, 4, 3))
    assert days("en-GB") == (date(2026, 4, 3), date(2026, 3, 4))
    assert days("de") == (date(2026, 4, 3), None)


def test_a_year_settles_which_of_two_days_is_meant() -> None:
    (paid,) = intents.intents("Paid on 3/12/2026.", today=TODAY, language="en-GB")

    assert paid.day is not None
    assert (paid.day.on, paid.day.ambiguous) == (date(2026, 3, 12), False)


@pytest.mark.parametrize(
    ("written", "language", "minor", "currency", "other"),
    [
        ("1.234,56 €", "de", 123456, "EUR", ""),
        ("€1,234.56", "en", 123456, "EUR", ""),
        ("1 234,56 EUR", "fr", 123456, "EUR", ""),
        ("CHF 1'234.50", "de", 123450, "CHF", ""),
        ("USD 1,500", "en", 150000, "USD", ""),
        ("1.500 EUR", "en", 150000, "EUR", "1.500"),
        ("$500", "en", 50000, "$", ""),
        ("12,500.00", "en", 1250000, "", ""),
        ("JPY 5000", "en", 5000, "JPY", ""),
        ("KWD 1.500", "en", 1500, "KWD", "1500"),
        ("5k", "en", 500000, "", ""),
        ("500,- Euro", "de", 50000, "EUR", ""),
        ("1,00,000 INR", "en", 10000000, "INR", ""),
        ("eur500", "en", 50000, "EUR", ""),
    ],
)
def test_amounts_are_read_as_they_are_written(
    written: str, language: str, minor: int, currency: str, other: str
) -> None:
    (found, *_) = intents.intents(f"We will pay {written} tomorrow.", today=TODAY, language=language)

    assert found.amount is not None
    assert (found.amount.minor, found.amount.currency, found.amount.other) == (minor, currency, other)
    assert found.amount.share is Share.SUM


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tomorrow", "2026-11-23"),
        ("on Friday", "2026-11-27"),
        ("on the 15th", "2026-12-15"),
        ("on the 15th of next month", "2026-12-15"),
        ("by the end of next month", "2026-12-31"),
        ("within 10 days", "2026-12-02"),
        ("in two weeks", "2026-12-06"),
        ("mid-December", "2026-12-15"),
        ("on 2026-12-05", "2026-12-05"),
        ("on Friday, 4 December", "2026-12-04"),
        ("Dec 5, 2026", "2026-12-05"),
        ("by month end", "2026-11-30"),
        ("am Freitag, den 4. Dezember", "2026-12-04"),
        ("Anfang Dezember", "2026-12-05"),
        ("am 15.", "2026-12-15"),
        ("übermorgen", "2026-11-24"),
        ("Freitag nächster Woche", "2026-11-27"),
        ("d'ici 10 jours", "2026-12-02"),
        ("le 1er décembre", "2026-12-01"),
        ("à la fin du mois", "2026-11-30"),
        ("el 15 de diciembre de 2026", "2026-12-15"),
        ("dentro de dos semanas", "2026-12-06"),
        ("pasado mañana", "2026-11-24"),
        ("a finales de mes", "2026-11-30"),
    ],
)
def test_dates_are_read_as_people_say_them(said: str, day: str) -> None:
    (promise,) = intents.intents(f"We will pay {said}.", today=TODAY, language="en")

    assert [each.on.isoformat() for each in promise.days] == [day]


def test_next_friday_said_on_a_monday_is_one_of_two() -> None:
    (promise,) = intents.intents("We will pay next Friday.", today=date(2026, 11, 23), language="en")

    assert promise.day is not None
    assert (promise.day.on, promise.day.other) == (date(2026, 12, 4), date(2026, 11, 27))


def test_a_condition_and_a_question_make_a_promise_weaker() -> None:
    def sure(text: str) -> float:
        found = intents.intents(text, today=TODAY, language="en")
        return next(each.confidence for each in found if each.kind is IntentKind.PROMISE)

    plain = sure("We will pay on Friday.")

    assert sure("If our customer pays, we will pay on Friday.") < plain
    assert sure("Can we pay on Friday?") < plain


def test_a_reference_in_the_next_sentence_belongs_to_the_payment() -> None:
    assert guesses("We have paid already. Ref: AB-881/2.") == ["paid_already ref=AB-881/2"]


def test_every_reason_of_a_dispute_is_one_of_the_product_s() -> None:
    sections = [each for name in ("en", "de", "fr", "es") for each in tables.sections(f"wordings/{name}.txt")]

    reasons = {each.removeprefix("dispute ") for each in sections if each.startswith("dispute ")}

    assert reasons <= set(dispute_reasons.BY_CODE)
    assert reasons | {"already_paid"} == set(dispute_reasons.BY_CODE)


def test_every_language_has_every_table() -> None:
    names = [set(tables.sections(f"wordings/{language}.txt")) for language in ("en", "de", "fr", "es")]

    assert all(each == names[0] for each in names)


def test_an_empty_text_says_nothing() -> None:
    assert intents.intents(" \n\n", today=TODAY) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dear Sirs,\n\nPlease be informed that payment was released on 19 November 2026, reference TRF-99812.",
            ["paid_already 11-19 ref=TRF-99812"],
        ),
        (
            "Hi,\n\nINV-11 will go out with our next run on Thursday. INV-12 is disputed: the quantity is wrong.",
            ["promise 11-26 #INV-11", "dispute:wrong_quantity #INV-12"],
        ),
        (
            "The amount of 500 EUR was paid on 12.11.2026, the rest will follow next week.",
            ["promise rest 11-27", "paid_already 500EUR 11-12"],
        ),
        (
            "Hallo, können wir das in zwei Raten zahlen? Die erste am 1.12. und die zweite am 1.1.",
            ["wants_instalments 12-01 01-01 x2"],
        ),
        (
            "Bonjour,\n\nil y a une erreur sur la facture, merci de nous faire un avoir.\n\nBien cordialement,\nPaul",
            ["dispute:other"],
        ),
        (
            "Hola, perdón por el retraso. Mañana mismo hacemos la transferencia de 1.250,00 €.",
            ["promise 1250.00EUR 11-23"],
        ),
    ],
)
def test_letters_of_several_sentences_are_understood(text: str, expected: list[str]) -> None:
    assert sorted(guesses(text, language="de")) == sorted(expected)
