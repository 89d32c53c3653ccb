"""What was said can be kept, and be said again to somebody who reads another language."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.kernel import kept, sentences, speech
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.kernel.sentences import Sentence
from domain.kernel.speech import Reader

GERMAN = Reader("de", "de_DE")


class Told(BaseModel):
    """Something that is stored."""

    told: tuple[Sentence, ...]


@pytest.fixture
def german(tmp_path: Path) -> Iterator[Reader]:
    few = tmp_path / "de" / "few.po"
    few.parent.mkdir()
    few.write_text(
        '#\nmsgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{amount} is due on {day}"\nmsgstr "{amount} ist fällig am {day}"\n\n'
        'msgid "{n} duck"\nmsgid_plural "{n} ducks"\nmsgstr[0] "{n} Ente"\nmsgstr[1] "{n} Enten"\n\n'
        'msgctxt "of a pond"\nmsgid "deep"\nmsgstr "tief"\n'
    )
    speech.learn(tmp_path)
    yield GERMAN
    few.unlink()  # a folder without catalogues says nothing
    speech.catalogue.cache_clear()


def test_what_was_said_in_english_is_said_again_in_german(german: Reader) -> None:
    due = speech.say("{amount} is due on {day}", amount=Money(123450, "EUR"), day=date(2026, 11, 2))
    told = speech.joined("; ", [due, speech.counted("{n} duck", "{n} ducks", 2), speech.say_as("of a pond", "deep")])

    with speech.spoken_to(german):
        said = speech.again(told)
        read = kept.said(told)

    assert told == "1,234.50 EUR is due on 2 Nov 2026; 2 ducks; deep"
    assert said == read == "1.234,50 EUR ist fällig am 2. Nov. 2026; 2 Enten; tief"


def test_what_is_stored_is_read_by_each_in_their_language(german: Reader) -> None:
    stored = Told(told=(speech.counted("{n} duck", "{n} ducks", 1), "a {plain} text")).model_dump_json()

    with speech.spoken_to(german):
        read = Told.model_validate_json(stored)

    assert read.told == ("1 Ente", "a {plain} text")
    assert Told.model_validate(json.loads(stored)).told == ("1 duck", "a {plain} text")


def test_the_words_of_a_refusal_are_kept_in_a_column_of_text(german: Reader) -> None:
    refusal = Refusal(speech.say("{amount} is due on {day}", amount=Money(5, "JPY"), day=date(2026, 11, 2)))
    stored = sentences.as_text(str(refusal))

    with speech.spoken_to(german):
        read = sentences.said(stored)

    assert sentences.said(stored) == str(refusal)
    assert read == "5 JPY ist fällig am 2. Nov. 2026"


@pytest.mark.parametrize("text", ["", "no sentence", '{"say": broken', '{"say": 5}', "{curly}"])
def test_a_plain_text_is_kept_as_it_is(text: str) -> None:
    assert sentences.said(sentences.as_text(text)) == text


async def test_a_database_takes_what_was_said_as_text(core: Core) -> None:
    row = await core.database.row("SELECT %s::text AS told", (speech.say("{amount} is due", amount=Money(5, "JPY")),))

    assert row == {"told": "5 JPY is due"}
