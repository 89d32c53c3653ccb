"""Every sentence that operators read exists in every language, with the same values and marks."""

from datetime import date
from pathlib import Path

import pytest

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Reader
from plixo import phrases

OTHERS = [each for each in speech.LANGUAGES if each != speech.ENGLISH]


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_operators_read_lacks_a_translation_or_has_one_that_is_not_said(language: str) -> None:
    assert list(phrases.problems(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_stands_in_two_catalogues(language: str) -> None:
    assert speech.twice(language) == ()


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en_GB", "1,234.50 EUR by 2 Nov 2026 for 12,345 rows"),
        ("en_US", "1,234.50 EUR by Nov 2, 2026 for 12,345 rows"),
        ("de_DE", "1.234,50 EUR by 2. Nov. 2026 for 12.345 rows"),
    ],
)
def test_sums_days_and_numbers_are_written_as_the_reader_writes_them(locale: str, told: str) -> None:
    with speech.spoken_to(Reader("en", locale)):
        said = speech.say("{a} by {d} for {n} rows", a=Money(123450, "EUR"), d=date(2026, 11, 2), n=12345)

    assert said == told


def test_a_value_that_looks_like_a_place_is_filled_in_as_it_is() -> None:
    assert speech.say("From {name}.", name="{x} {0} %s") == "From {x} {0} %s."


def test_a_sentence_that_is_translated_is_found_missing_elsewhere_and_a_wrong_one_is_named(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "de"
    folder.mkdir()
    (folder / "any.po").write_text('msgid "Nobody says {this}"\nmsgstr "Niemand sagt {das}"\n')

    found = "\n".join(phrases.problems("de", folders=(tmp_path,)))

    assert "nobody says any more 'Nobody says {this}'" in found
    assert "it fills in ['das'] and not ['this']" in found


def test_a_sentence_is_found_wherever_it_is_said() -> None:
    inside = """f"{speech.say('Inside')} {counted('{n} row', '{n} rows', 2)}\""""
    code = inside + ', say_as("state", "open"), say("One" " two")'

    found = {(text, meaning) for _, text, meaning in phrases.calls(f"{code}, say(words), other('Not said')")}

    assert found == {("Inside", None), (("{n} row", "{n} rows"), None), ("open", "state"), ("One two", None)}


def test_a_strangers_text_that_is_said_reaches_into_no_value_and_breaks_nothing() -> None:
    hostile = "{name.__class__} {0} {missing} {name:>999999999} { {name}"

    assert speech.say(hostile, name="Acme") == hostile.replace("{name}", "Acme")
