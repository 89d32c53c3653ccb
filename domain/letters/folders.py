"""Folders: the letters that ship with the product, and a merchant's own ones that take their place file by file.

``LETTER/LANGUAGE/TONE.txt`` holds the words of a letter, ``parts/LANGUAGE/neutral.txt`` what all letters share,
``layout.html``, ``layout.txt`` and ``letter.css`` the form, ``brand.toml`` colour and logo.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Template

from domain.kernel.speech import say
from domain.letters import brand, parts, sandbox
from domain.letters.brand import Brand, BrandBroken
from domain.letters.fields import Field
from domain.letters.kinds import KINDS, LANGUAGES, TONES

SHIPPED = Path(__file__).parent / "templates"

LARGEST_FILE = 64 * 1024
"""Bytes of one template."""

LAYOUTS = ("layout.html", "layout.txt")
STYLE = "letter.css"
_NEUTRAL = "neutral"
_LAYOUT = "layout"


class LettersBroken(Exception):
    """The letters cannot be used; the text names every file and line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("The letters cannot be used:\n" + "\n".join(problems))


@dataclass(frozen=True)
class Templates:
    """Everything that letters are made from, checked and compiled."""

    words: Mapping[tuple[str, str, str], Template]
    """By letter (or ``parts``), language and tone."""
    html: Template
    text: Template
    inliner: css_inline.CSSInliner
    brand: Brand

    def of(self, letter: str, *, language: str, tone: str) -> Template:
        """Return the words of a letter in a tone, or the neutral ones."""
        return self.words.get((letter, language, tone.lower())) or self.words[letter, language, _NEUTRAL]


@cache
def templates(folder: Path | None) -> Templates:
    """Return the letters of a deployment; they are read once, so that a file half written is never mailed.

    Raises:
        LettersBroken: A file is not as it must be.
    """
    if problems := check(folder):
        raise LettersBroken(problems)
    roots = _roots(folder)
    words = {
        (letter, language, tone): _compiled(path, html=False)
        for letter in (*KINDS, parts.PARTS)
        for language in LANGUAGES
        for tone in (each.lower() for each in TONES)
        if (path := _found(roots, f"{letter}/{language}/{tone}.txt")) is not None
    }
    style = _found(roots, STYLE)
    assert style is not None, "it ships with the product"
    return Templates(
        words=words,
        html=_compiled(_layout(roots, "layout.html"), html=True),
        text=_compiled(_layout(roots, "layout.txt"), html=False),
        inliner=css_inline.CSSInliner(extra_css=style.read_text(encoding="utf-8"), load_remote_stylesheets=False),
        brand=brand.read(folder),
    )


def check(folder: Path | None) -> tuple[str, ...]:
    """Return what is wrong with the letters, each with file and line; nothing when all can be sent."""
    return tuple(_problems(folder))


def problems(letter: str, tone: str, *, folder: Path | None = None) -> tuple[str, ...]:
    """Return why a step of a cadence cannot send that letter in that tone; nothing when it can."""
    kind = KINDS.get(letter)
    offered = ", ".join(name for name, each in KINDS.items() if each.of_cadence)
    if kind is None:
        return (
            say("there is no letter {letter}; a step sends one of: {letters}", letter=repr(letter), letters=offered),
        )
    if not kind.of_cadence:
        values = {"letter": letter, "letters": offered}
        return (say("{letter} answers something that happened; a step sends one of: {letters}", **values),)
    if tone not in TONES:
        return (say("there is no tone {tone}; there are: {tones}", tone=repr(tone), tones=", ".join(TONES)),)
    return check(folder)


def _problems(folder: Path | None) -> Iterator[str]:
    if folder is not None and not folder.is_dir():
        yield f"{folder}: is not a folder"
        return
    roots = _roots(folder)
    for name in LAYOUTS:
        yield from _told(_layout(roots, name), _LAYOUT)
    yield from _missing_in_layouts(roots)
    for letter in (*KINDS, parts.PARTS):
        for language in LANGUAGES:
            yield from _of_letter(roots, letter, language)
    if folder is None:
        return
    yield from _strangers(folder)
    try:
        brand.read(folder)
    except BrandBroken as why:
        yield f"{folder / brand.FILE}: {why}"


def _of_letter(roots: tuple[Path, ...], letter: str, language: str) -> Iterator[str]:
    for tone in (each.lower() for each in TONES):
        path = _found(roots, f"{letter}/{language}/{tone}.txt")
        if path is not None:
            yield from _told(path, letter)
        elif tone == _NEUTRAL:
            yield f"{roots[-1] / letter / language / tone}.txt: is missing"


def _told(path: Path, letter: str) -> tuple[str, ...]:
    """Return what is wrong with a file of words, or with a layout; what ships is looked at once."""
    return _told_once(path, letter) if path.is_relative_to(SHIPPED) else tuple(_told_now(path, letter))


@cache
def _told_once(path: Path, letter: str) -> tuple[str, ...]:
    return tuple(_told_now(path, letter))


def _told_now(path: Path, letter: str) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST_FILE + 1)
        if len(source) > LARGEST_FILE:
            yield f"{path}: is larger than {LARGEST_FILE // 1024} KB"
            return
        text = source.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        yield f"{path}: cannot be read as UTF-8 text ({type(error).__name__})"
        return
    if letter == _LAYOUT:
        faults = sandbox.faults(text, blocks={}, whole=parts.LAYOUT_FIELDS, lists=parts.LAYOUT_LISTS)
    else:
        faults = sandbox.faults(text, blocks=_blocks(letter))
    yield from (f"{path}:{fault.line}: {fault.says}" for fault in faults)
    if not faults and letter in KINDS:
        used = sandbox.shown(text)
        if lacking := [name for name in KINDS[letter].needs if name not in used]:
            yield f"{path}:1: does not say {', '.join(lacking)}"


def _blocks(letter: str) -> Mapping[str, Mapping[str, Field]]:
    return parts.PART_BLOCKS if letter == parts.PARTS else parts.blocks(KINDS[letter])


def _missing_in_layouts(roots: tuple[Path, ...]) -> Iterator[str]:
    """Yield what one of the two forms of a mail would keep from its reader."""
    every = (set(parts.LAYOUT_FIELDS) | set(parts.LAYOUT_LISTS)) - parts.ONLY_HTML
    for name in LAYOUTS:
        path = _layout(roots, name)
        if _told(path, _LAYOUT):
            continue
        used = sandbox.shown(path.read_text(encoding="utf-8"))
        if lacking := sorted(every - used):
            yield f"{path}: does not show {', '.join(lacking)}, so text and HTML would not say the same"


def _strangers(folder: Path) -> Iterator[str]:
    """Yield files that would never be used, since their names are not those of a letter."""
    tones = {f"{each.lower()}.txt" for each in TONES}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.startswith(".") or path.suffix in {".md", ".png"}:
            continue
        name = path.relative_to(folder).parts
        top = len(name) == 1 and name[0] in {*LAYOUTS, STYLE, brand.FILE}
        words = len(name) == 3 and name[0] in {*KINDS, parts.PARTS} and name[1] in LANGUAGES and name[2] in tones
        if not (top or words):
            yield f"{path}: is no file of a letter (LETTER/LANGUAGE/TONE.txt), so nobody would ever read it"


def _roots(folder: Path | None) -> tuple[Path, ...]:
    return (SHIPPED,) if folder is None else (folder, SHIPPED)


def _found(roots: tuple[Path, ...], name: str) -> Path | None:
    return next((root / name for root in roots if (root / name).is_file()), None)


def _layout(roots: tuple[Path, ...], name: str) -> Path:
    path = _found(roots, name)
    assert path is not None, "both layouts ship with the product"
    return path


def _compiled(path: Path, *, html: bool) -> Template:
    return _compiled_once(path, html) if path.is_relative_to(SHIPPED) else _compiled_now(path, html)


@cache
def _compiled_once(path: Path, html: bool) -> Template:
    return _compiled_now(path, html)


def _compiled_now(path: Path, html: bool) -> Template:
    return sandbox.environment(html=html).from_string(path.read_text(encoding="utf-8"))
