"""Texts: every word that payers read on the pages, from gettext catalogues by language and key.

A language is one folder of ``locales``; each area of the pages is one catalogue in it. Keys and not English sentences
are the message ids, so that English is a language like any other and a sentence may be improved in one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locales"

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""Every language that the pages speak, and what it calls itself."""


class _Nothing(NullTranslations):
    """What is asked when no catalogue has a text: a text that is missing is a bug and never an empty place."""

    def gettext(self, message: str) -> str:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the base class's arguments
        raise KeyError(msgid1)


@cache
def catalogue(language: str) -> GNUTranslations:
    """Read all texts of one language; one key in two of its catalogues is a mistake.

    Raises:
        ValueError: Two catalogues have the same key.
    """
    whole = Catalog(locale=language)
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if not message.id:
                    continue
                if message.id in whole:
                    raise ValueError(f"{file.name} of {language} has a text again: {message.id}")
                whole.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    translations.add_fallback(_Nothing())
    return translations


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return one text with its values filled in.

        Raises:
            KeyError: The text or a value is missing.
        """
        text = catalogue(self.language).gettext(key)
        return text.format(**values) if "{" in text else text

    def count(self, key: str, number: int, **values: object) -> str:
        """Return one text in the form that the language has for *number*, which is filled in as ``n``.

        Raises:
            KeyError: The text or a value is missing.
        """
        return catalogue(self.language).ngettext(key, key, number).format(n=number, **values)
