"""Glyphs: which letters no font of this machine has, so that none is printed as an empty box.

The fonts that come with typst have Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Armenian and Georgian letters;
all else comes from the machine's own.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typst

UNPRINTED = "(?)"
"""Stands on a paper for letters that could not be printed."""

MOST = 40
"""Letters of one script without a glyph that are looked for one by one; then all that are left are taken for such."""

_PROBE = b'#set document(title: "x")\n#sys.inputs.text'

_known: dict[str, bool] = {}
"""Whether a letter has a glyph; fonts do not come and go while a process runs."""


def missing(text: str) -> frozenset[str]:
    """Return the letters of a text that no font has; marks that stand on letters are not looked at."""
    letters = {each for each in text if not each.isascii() and not each.isspace() and not _is_mark(each)}
    scripts: dict[str, set[str]] = {}
    for each in letters - _known.keys():
        scripts.setdefault(_script(each), set()).add(each)
    for unknown in scripts.values():
        _known.update(_found_out(sorted(unknown)))
    return frozenset(each for each in letters if not _known[each])


def _found_out(letters: Sequence[str]) -> dict[str, bool]:
    """Tell of each letter of one script whether some font has it, by halves; many that lack are taken for all."""
    found: dict[str, bool] = {}
    waiting, lacking = [letters], 0
    while waiting:
        part = waiting.pop()
        if lacking < MOST and len(part) > 1 and not _have_glyphs(part):
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
            continue
        has = lacking < MOST and (len(part) > 1 or _have_glyphs(part))
        lacking += not has
        found.update(dict.fromkeys(part, has))
    return found


def _have_glyphs(letters: Sequence[str]) -> bool:
    try:
        typst.Compiler(_PROBE, sys_inputs={"text": " ".join(letters)}).compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        return False
    return True


def printable(value: Any) -> Any:
    """Return facts of a paper without what cannot be printed: letters become ``(?)``, emoji are left out."""
    lacking = missing("".join(_texts(value)))
    return _replaced(value, lacking) if lacking else value


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _replaced(value: Any, lacking: frozenset[str]) -> Any:
    match value:
        case str():
            return _told(value, lacking)
        case Mapping():
            return {name: _replaced(each, lacking) for name, each in value.items()}
        case list() | tuple():
            return [_replaced(each, lacking) for each in value]
        case _:
            return value


def _told(text: str, lacking: frozenset[str]) -> str:
    if lacking.isdisjoint(text):
        return text
    kept, after_gap = [], False
    for each in text:
        if each in lacking:
            after_gap = True
            kept.append("\0" if unicodedata.category(each)[0] in "LN" else "")
        elif not (after_gap and _is_mark(each)):  # what stands on a letter goes with it
            after_gap = False
            kept.append(each)
    told = re.sub(r"\0+(?:\s+\0+)*", UNPRINTED, "".join(kept))
    return " ".join(told.split()) or UNPRINTED


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
