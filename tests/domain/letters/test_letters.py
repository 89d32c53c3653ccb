"""Letters: text and HTML say the same in every language and tone, and nothing that is put in can break out."""

import html
import re
from dataclasses import replace

import pytest

from domain import letters
from domain.letters import KINDS, LANGUAGES, TONES, Edited, Letter, languages, samples, sandbox
from domain.letters.folders import SHIPPED

EVERY = [(letter, language, tone) for letter in KINDS for language in LANGUAGES for tone in TONES]

FAMILIAR = {
    "de": r"\b(du|dir|dich|dein\w*|euch|euer\w*|ihr)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes)\b",
    "es": r"\b(tú|te|ti|tu|tus|contigo|vosotros)\b",
}
"""Words that address a reader as a friend."""


def rendered(letter: str, language: str = "en", tone: str = "Neutral", *, several: bool = False) -> Letter:
    """Return a sample of a letter."""
    return letters.render(letter, samples.contents(letter, language, several=several), tone=tone, language=language)


def read(letter: Letter) -> str:
    """Return the words of the HTML as a reader sees them, with where its links lead."""
    body = re.sub(r"<head>.*?</head>|<!--.*?-->", "", letter.html, flags=re.DOTALL)
    body = re.sub(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"\2 \1", body, flags=re.DOTALL)
    return flat(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def flat(text: str) -> str:
    """Return a text on one line."""
    return re.sub(r"\s+", " ", text)


def said(letter: str, language: str, *, several: bool = False) -> set[str]:
    """Return every number, amount, date and address that a sample may say."""
    given = samples.contents(letter, language, several=several)
    values = {str(getattr(given.fields, name)) for name, each in letters.FIELDS.items() if each.type != "choice"}
    for line in (*given.lines, *given.also):
        values |= {line.number, line.amount, line.due_date, line.link, line.set_aside}
    values |= {value for each in given.schedule for value in (each.due_date, each.amount)}
    return {flat(value) for value in values | {given.opt_out_link} if len(value) > 3}


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
@pytest.mark.parametrize(("letter", "language", "tone"), EVERY)
def test_text_and_html_say_the_same(letter: str, language: str, tone: str, several: bool) -> None:
    made = rendered(letter, language, tone, several=several)

    text, shown = flat(made.text), read(made)

    assert {each for each in said(letter, language, several=several) if each in text} == {
        each for each in said(letter, language, several=several) if each in shown
    }
    assert "Northwind Supplies" in text
    for paragraph in made.words.split("\n\n"):
        assert flat(paragraph) in text
        assert flat(paragraph) in shown


@pytest.mark.parametrize(("letter", "language", "tone"), EVERY)
def test_every_letter_is_whole_in_every_language_and_tone(letter: str, language: str, tone: str) -> None:
    for several in (False, True):
        made = rendered(letter, language, tone, several=several)

        assert 5 < len(made.subject) <= 150
        assert "\n" not in made.subject
        assert not re.search(r"\{\{|\}\}|\{%|  ,| \.|\(\)", made.subject + made.text)
        assert f'<html lang="{language}" dir="ltr"' in made.html
        assert len(made.html.encode()) < 100_000
        assert not re.search(r"<(script|iframe|link|form|video)|url\(|@import|src=\"http", made.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", KINDS)
def test_a_letter_shows_the_same_fields_in_every_language(letter: str, language: str) -> None:
    for tone in TONES:
        names = [SHIPPED / letter / each / f"{tone.lower()}.txt" for each in ("en", language)]

        shown = [sandbox.shown(name.read_text()) for name in names if name.exists()]

        assert all(each == shown[0] for each in shown)


@pytest.mark.parametrize("language", FAMILIAR)
def test_readers_are_addressed_politely(language: str) -> None:
    files = sorted(SHIPPED.glob(f"*/{language}/*.txt"))
    words = {file: re.sub(r"\{[{%].*?[%}]\}", " ", file.read_text()) for file in files}

    familiar = [(file.name, found[0]) for file, text in words.items() if (found := re.search(FAMILIAR[language], text))]

    assert len(files) > 20
    assert familiar == []


@pytest.mark.parametrize(
    ("language", "days", "says"),
    [
        ("en", 1, "1 day ago"),
        ("en", 2, "2 days ago"),
        ("de", 1, "vor 1 Tag,"),
        ("de", 2, "vor 2 Tagen,"),
        ("fr", 1, "il y a 1 jour,"),
        ("fr", 2, "il y a 2 jours,"),
        ("es", 1, "hace 1 día,"),
        ("es", 2, "hace 2 días,"),
        ("de", 1234, "vor 1.234 Tagen,"),
    ],
)
def test_one_day_is_not_days(language: str, days: int, says: str) -> None:
    given = samples.contents("reminder-overdue", language, days_overdue=days)

    assert says in flat(letters.render("reminder-overdue", given, language=language).text)


@pytest.mark.parametrize(
    ("days", "says"), [(-3, "is due on 13 March 2026"), (0, "is due today"), (5, "was due on 5 March 2026")]
)
def test_a_letter_that_was_caught_up_late_tells_the_date_as_it_is_today(days: int, says: str) -> None:
    made = letters.render("reminder-due", samples.contents("reminder-due", "en", days_overdue=days))

    assert all(says in each for each in (made.subject, flat(made.text), read(made)))


def test_several_invoices_are_a_list_with_a_link_each_and_a_sum_for_each_currency() -> None:
    made = rendered("reminder-overdue", several=True)

    given = samples.contents("reminder-overdue", "en", several=True)
    assert made.subject == "Overdue invoices: €2,090.50 and US$310.00 in total"
    for line in given.lines:
        assert f"- Invoice {line.number}\n" in made.text
        assert made.text.count(line.link) == 1
        assert made.html.count(f'"{line.link}"') == 1
    assert "In total: €2,090.50 and US$310.00" in flat(made.text)
    assert "without €200.00 that is promised" in flat(made.text)


def test_what_is_mentioned_besides_stands_apart_from_what_is_asked_for() -> None:
    text = rendered("reminder-overdue", several=True).text

    assert text.index("In total") < text.index("Also open, for your information:") < text.index("INV-1090")


def test_one_letter_lists_fifty_invoices_says_how_many_more_there_are_and_is_not_cut_off() -> None:
    given = samples.contents("reminder-overdue", "de", several=True)
    line = replace(given.lines[1], number="RE-2026-" + "8" * 40)

    made = letters.render("reminder-overdue", replace(given, lines=[line] * 62, also=[]), language="de")

    assert made.text.count("- Rechnung RE-") == 50
    assert "und 12 weitere Rechnungen" in flat(made.text)
    assert len(made.html.encode()) < 100_000


def test_an_answer_has_no_way_out_of_reminders_and_no_list() -> None:
    made = rendered("promise-noted")

    assert "Stop reminders" not in made.text
    assert "- Invoice" not in made.text


@pytest.mark.parametrize(
    "name",
    ["Anna\r\nBcc: all@acme.example", "Anna\u2028Bcc: x", "\u202eannA", "A\x00B", "A" * 5000],
)
def test_no_value_breaks_a_line_or_turns_it_around(name: str) -> None:
    given = samples.contents("reminder-overdue", "en")
    fields = replace(given.fields, customer_name=name, invoice_number=name)

    made = letters.render("reminder-overdue", replace(given, fields=fields))

    assert not re.search(r"[\r\n\u2028\u202e\x00]", made.subject)
    assert len(made.subject) <= 150
    assert not re.search(r"[\u2028\u202e\x00]|^Bcc", made.text + made.html, re.MULTILINE)


def test_a_name_cannot_become_markup() -> None:
    given = samples.contents("reminder-overdue", "en", several=True)
    evil = '<a href="https://evil.example">{{ merchant_contact }}</a>'
    lines = [replace(each, number=evil) for each in given.lines]

    made = letters.render(
        "reminder-overdue", replace(given, lines=lines, fields=replace(given.fields, customer_name=evil))
    )

    assert '<a href="https://evil' not in made.html
    assert "&lt;a href=" in made.html
    assert "{{ merchant_contact }}" in made.html


def test_a_person_s_words_take_the_place_of_ours_and_facts_stay_the_ledger_s() -> None:
    given = samples.contents("reminder-overdue", "en")
    edited = Edited("About our call\r\nBcc: x", "As we said,\nas <b>discussed</b>: please pay by Friday.")

    made = letters.render("reminder-overdue", given, edited=edited)

    assert made.subject == "About our call Bcc: x"
    assert "Perhaps it was overlooked" not in made.text
    for text in (flat(made.text), read(made)):
        assert text.index("Hello Anna Smith,") < text.index("As we said,")
        assert "as <b>discussed</b>: please pay by Friday." in text
        assert given.lines[0].link in text
        assert "€1,250.00" in text
        assert given.opt_out_link in text
    assert "<b>discussed" not in made.html


@pytest.mark.parametrize(
    ("reader", "merchant", "country", "expected"),
    [
        ("de_AT", "en", "AT", ("de", "de_AT")),
        ("de-CH", "en", None, ("de", "de_CH")),
        ("it", "de", "IT", ("de", "de_IT")),
        ("it", "pl", "IT", ("en", "en_IT")),
        (None, "fr", "BE", ("fr", "fr_BE")),
        ("en_GB", "de", "GB", ("en", "en_GB")),
        ("nonsense", "es", None, ("es", "es")),
        (None, "en", None, ("en", "en")),
    ],
)
def test_complaint_12_wrong_language_the_readers_own_else_the_merchants_else_english(
    reader: str | None, merchant: str, country: str | None, expected: tuple[str, str]
) -> None:
    chosen = letters.chosen(reader, merchant, country)

    assert (chosen.language, chosen.locale) == expected or (
        chosen.language == expected[0] and chosen.locale.startswith(expected[0])
    )


def test_the_french_count_the_first_of_a_month() -> None:
    assert languages.day(samples.TODAY.replace(day=1), "fr_FR") == "1er mars 2026"
    assert languages.day(samples.TODAY, "fr_FR") == "10 mars 2026"
    assert languages.day(samples.TODAY.replace(day=1), "de_DE") == "1. März 2026"


@pytest.mark.parametrize(
    ("letter", "days", "fits"),
    [
        ("reminder-overdue", 1, "reminder-overdue"),
        ("reminder-overdue", 0, "reminder-due"),
        ("final-notice", -1, "reminder-due"),
        ("plan-missed", 0, "instalment-due"),
        ("reminder-due", 5, "reminder-due"),
    ],
)
def test_nothing_is_called_overdue_before_it_is(letter: str, days: int, fits: str) -> None:
    assert letters.fitting(letter, days_overdue=days) == fits
