"""What was said can be kept, and be said again to somebody who reads another language."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.kernel import sentences, speech
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
        read = sentences.said(told)

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


def test_a_sentence_in_another_is_said_to_its_reader_wherever_it_was_said_first(german: Reader) -> None:
    inner = speech.counted("{n} duck", "{n} ducks", 3)

    with speech.spoken_to(german):
        whole = speech.say("swims: {what}", what=inner)
        stored = sentences.as_text(speech.say("{amount} is due on {day}", amount=inner, day=date(2026, 11, 2)))

    assert whole == "swims: 3 Enten"
    assert sentences.said(whole) == "swims: 3 ducks"
    assert sentences.said(stored) == "3 ducks is due on 2 Nov 2026"


def test_sql_may_put_a_kept_text_into_a_sentence(german: Reader) -> None:
    kept = sentences.as_text(speech.counted("{n} duck", "{n} ducks", 2))
    stored = json.dumps({"say": "{first}; {more}", "with": {"first": {"kept": kept}, "more": {"kept": "{own} words"}}})

    with speech.spoken_to(german):
        read = sentences.said(stored)

    assert read == "2 Enten; {own} words"


def deep(levels: int) -> str:
    """Return a text that doubles with each level, as a hostile one may."""
    told: dict[str, object] = {"say": "x" * 100}
    for _ in range(levels):
        told = {"say": "{a}{a}", "with": {"a": told}}
    return json.dumps(told)


@pytest.mark.parametrize(
    "hostile",
    [deep(11), deep(60), '{"say":' * 2_000, '{"say": "{n} duck", "many": "{n} ducks"}', '{"say": "x", "with": 5}',
     '{"say": "{d}", "with": {"d": {"day": "2026-99-99"}}}', '{"say": "{d}", "with": {"d": {"number": "1e999999"}}}',
     '{"say": "{d}", "with": {"d": {"minor": 5, "currency": "XXQ"}}}', '{"say": "{d}", "with": [1]}'],
    ids=["grows", "deep", "unending", "counts nothing", "no values", "no day", "no number", "no currency", "a list"],
)  # fmt: skip
def test_words_that_only_look_like_a_sentence_are_shown_as_they_are_and_cost_nothing(hostile: str) -> None:
    assert sentences.said(hostile) == hostile
    assert sentences.said(sentences.as_text(hostile)) == hostile


def test_a_reason_of_ours_is_not_cut_and_a_persons_is() -> None:
    ours = speech.say("{amount} is due", amount=Money(5, "JPY"))

    assert sentences.trimmed(ours, most=3) is ours
    assert sentences.trimmed("  a  long\nreason ", most=6) == "a long"


def test_a_program_reads_sentences_as_text() -> None:
    fact = {"why": sentences.packed(speech.counted("{n} duck", "{n} ducks", 2)), "amount": {"minor": 5}, "n": [1, "x"]}

    assert sentences.plain(fact) == {"why": "2 ducks", "amount": {"minor": 5}, "n": [1, "x"]}


async def test_a_database_takes_what_was_said_as_text(core: Core) -> None:
    row = await core.database.row("SELECT %s::text AS told", (speech.say("{amount} is due", amount=Money(5, "JPY")),))

    assert row == {"told": "5 JPY is due"}


def test_nothing_is_said_as_nothing(german: Reader) -> None:
    with speech.spoken_to(german):
        assert (speech.say(""), speech.joined("; ", []), sentences.said('{"say": ""}')) == ("", "", "")


def test_values_that_a_sentence_does_not_name_are_not_kept() -> None:
    told = speech.say("{amount} is due on {day}", amount=Money(500, "EUR"), day=date(2026, 3, 10), until=None)

    assert set(sentences.packed(told)["with"]) == {"amount", "day"}
    assert sentences.said(sentences.as_text(told)) == told


def test_the_number_of_a_count_is_kept_where_one_form_does_not_name_it() -> None:
    assert sentences.packed(speech.counted("one duck", "{n} ducks", 2))["with"] == {"n": 2}
