"""Phrases: compare what the code says to operators with the catalogues of its translations.

python -m plixo.phrases                       what is wrong in any language; exit code 1 when something is
python -m plixo.phrases de bot/views/queue.py  what German lacks of these files, as entries of a catalogue

A sentence is translated once, in whichever catalogue of its package; a catalogue is named after what it is about.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

import bot
import domain
from domain.kernel import speech

SENTENCES = {"say": 1, "phrase": 1, "counted": 2, "say_as": 2}
"""The functions of ``domain.kernel.speech`` that take a sentence, with how many literals; ``say_as`` has a meaning."""

ROOT = Path(domain.__file__).parent.parent

PACKAGES = tuple(Path(str(package.__file__)).parent for package in (domain, bot))

_LOOKS_SPECIAL = re.compile(r"[*_`~<>]")


def said(files: Sequence[Path] = ()) -> Catalog:
    """Return every sentence of the files (all of the packages unless some are named), with where it stands."""
    found = Catalog()
    for file in files or [file for package in PACKAGES for file in sorted(package.rglob("*.py"))]:
        code = file.read_text()
        if "speech" not in code:
            continue  # another function of that name, such as the letters' own
        place = str(file.resolve().relative_to(ROOT))
        for line, text, context in calls(code):
            found.add(text, locations=[(place, line)], context=context, flags=())
    return found


def calls(code: str) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    """Yield each sentence that is said, wherever it stands; Babel's own extraction is blind inside of f-strings."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        wanted = SENTENCES.get(name, 0)
        texts = [_literal(each) for each in node.args[:wanted]]
        if not wanted or len(texts) < wanted or not all(texts):
            continue
        if name == "say_as":
            yield node.lineno, texts[1], texts[0]
        else:
            yield node.lineno, tuple(texts) if wanted > 1 else texts[0], None


def _literal(argument: ast.expr) -> str:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def missing(language: str, files: Sequence[Path]) -> Catalog:
    """Return what the files say and the language has not, as entries to be filled in."""
    known, left = _known(language, speech.folders()), Catalog(locale=language)
    for each in _entries(said(files)):
        if known.get(each.id, each.context) is None:
            left.add(each.id, locations=each.locations, context=each.context)
    return left


def problems(language: str, *, folders: Sequence[Path] | None = None) -> Iterator[str]:
    """Yield what is wrong with the catalogues of one language, of all folders unless some are named."""
    wanted, known = said(), _known(language, speech.folders() if folders is None else folders)
    for each in _entries(wanted):
        found = known.get(each.id, each.context)
        if found is None:
            where = ", ".join(f"{place}:{line}" for place, line in each.locations[:2])
            yield f"{language}: nobody has translated {each.id!r} ({where})"
        elif each.pluralizable and not found.pluralizable:
            yield f"{language}: {each.id!r} is translated as if it counted nothing"
    for each in _entries(known):
        if wanted.get(each.id, each.context) is None:
            yield f"{language}: nobody says any more {each.id!r}"
        yield from (f"{language}: {each.id!r}: {fault}" for fault in _faults(each))


def _faults(message: Message) -> Iterator[str]:
    """Yield where a translation is no translation: empty, doubtful, with other values or other marks."""
    sources, strings = _forms(message.id), _forms(message.string)
    if message.fuzzy or not all(strings) or len(strings) != len(sources):
        yield "it is empty, doubtful, or has not as many forms as it needs"
        return
    allowed = [_values(each) for each in sources]
    for each in strings:
        if _values(each) not in allowed:
            yield f"it fills in {sorted(_values(each))} and not {sorted(allowed[-1])}"
    if sorted(_LOOKS_SPECIAL.findall(sources[-1])) != sorted(_LOOKS_SPECIAL.findall(strings[-1])):
        yield "its marks (* _ ` ~ < >) are not those of the sentence"


def _forms(text: str | Sequence[str | None] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else [each or "" for each in text]


def _values(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def _known(language: str, folders: Sequence[Path]) -> Catalog:
    whole = Catalog(locale=language)
    for folder in folders:
        for file in sorted((folder / language).glob("*.po")):
            with file.open("rb") as stream:
                for message in _entries(read_po(stream, locale=language)):
                    whole[message.id] = message
    return whole


def _entries(catalog: Catalog) -> Iterator[Message]:
    return (each for each in catalog if each.id)


def main(arguments: Sequence[str]) -> int:
    """Print the problems of all languages, or what one lacks of some files."""
    if arguments:
        stubs = BytesIO()
        write_po(stubs, missing(arguments[0], [Path(each) for each in arguments[1:]]), omit_header=True, width=0)
        sys.stdout.write(stubs.getvalue().decode())
        return 0
    found = [each for language in speech.LANGUAGES if language != speech.ENGLISH for each in problems(language)]
    sys.stdout.write("".join(f"{each}\n" for each in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
