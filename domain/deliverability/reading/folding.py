"""Fold a text so that it is found whether or not its writer could write accents: many mail servers write none."""

import unicodedata

_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "þ": "th", "’": "'"}
"""Letters that are no plain letter with a mark, and the curly apostrophe."""

_MARKS = range(0x300, 0x370)

_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
"""How Germans and Scandinavians write where there are no such letters."""


def _bare(letter: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", letter) if ord(each) not in _MARKS)


_FOLDS = {
    **{code: bare for code in (*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))
       if (bare := _bare(chr(code))) != chr(code)},
    **{ord(letter): plain for letter, plain in _LETTERS.items()},
    **dict.fromkeys(_MARKS, ""),
}  # fmt: skip


def folded(text: str) -> str:
    """Return a lower-case text without accents."""
    return text if text.isascii() else text.translate(_FOLDS)


def plain(text: str) -> str:
    """Return any text lower case, without accents, its white space folded."""
    return " ".join(folded(text.lower()).split())


def spellings(line: str) -> tuple[str, ...]:
    """Return how a lower-case line may be written once it is folded: without accents, and with them written out."""
    if line.isascii():
        return (line,)
    return tuple(dict.fromkeys((folded(line), folded(line.translate(_WRITTEN_OUT)))))
