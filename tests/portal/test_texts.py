"""The texts: every language has every text, with the same places to fill in."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from portal import declines
from portal.texts import FOLDER, LANGUAGES, Texts, catalogue


def texts(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the forms of every text of a language."""
    found: dict[str, tuple[str, ...]] = {}
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as stream:
            for each in read_po(stream, locale=language):
                if each.id:
                    key = each.id if isinstance(each.id, str) else each.id[0]
                    found[key] = (each.string,) if isinstance(each.string, str) else tuple(each.string or ())
    return found


def places(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_places(language: str) -> None:
    english, theirs = texts("en"), texts(language)

    assert set(theirs) == set(english)
    assert {key for key, forms in theirs.items() if not all(forms)} == set(), "no text is empty"
    assert {key: places(forms) for key, forms in theirs.items()} == {key: places(each) for key, each in english.items()}


def test_every_decline_has_its_texts() -> None:
    said = {key for each in (declines.GENERIC, *declines.TABLE.values()) for key in (each.why, each.next)}

    assert said <= set(texts("en"))


def test_a_number_chooses_the_form() -> None:
    t = Texts("en")

    assert t.count("overdue", 1, date="May 1") == "Due on May 1, 1 day overdue"
    assert t.count("overdue", 2, date="May 1") == "Due on May 1, 2 days overdue"


def test_a_text_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such_text"):
        Texts("en")("no_such_text")


def test_every_language_of_the_folder_is_offered() -> None:
    assert {each.name for each in FOLDER.iterdir()} == set(LANGUAGES)
    assert all(re.fullmatch("[a-z]{2}", each) and catalogue(each) for each in LANGUAGES)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.po")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_catalogue_says_a_key_twice(file: Path) -> None:
    keys = re.findall(r'^msgid "(.+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)

    assert [key for key in set(keys) if keys.count(key) > 1] == []
