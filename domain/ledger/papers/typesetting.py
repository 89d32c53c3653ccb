"""Typesetting: facts become a PDF; every word reaches the template as a text and never as markup."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date

from domain.kernel import locales
from domain.kernel.core import Merchant
from domain.ledger.papers import glyphs

log = logging.getLogger(__name__)

_FOLDER = Path(__file__).parent

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control and direction marks: no font shows them, and they can make a line read as something else."""

LONGEST_TEXT = 300
"""Characters of one field; a longer name is cut, so that it cannot push everything else off the page."""

_ACCESSIBLE = ["ua-1"]
"""PDF/UA-1, which typst refuses where a letter has no glyph."""


def texts(paper: str) -> Mapping[str, Mapping[str, str]]:
    """Return what stands on a kind of paper, by language."""
    return _texts(paper)


@cache
def _texts(paper: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((_FOLDER / f"{paper}.json").read_text(encoding="utf-8"))
    return found


@cache
def _template(paper: str) -> bytes:
    return (_FOLDER / f"{paper}.typ").read_bytes()


def reader(paper: str, *, locale: str | None, country: str | None, merchant: Merchant) -> str:
    """Return the locale in which a customer reads such a paper, with numbers and dates as in their country."""
    wanted = locale or merchant.locale
    return locales.formats(wanted, country or merchant.country, locales.language(wanted, texts(paper)))


def words(paper: str, locale: str) -> Mapping[str, str]:
    """Return the words of a kind of paper in the reader's language."""
    return texts(paper)[locales.language(locale, texts(paper))]


def day(value: date, locale: str) -> str:
    """Return a date as the reader writes it in full."""
    return str(format_date(value, format="long", locale=locale))


def short_day(value: date, locale: str) -> str:
    """Return a date as the reader writes it in a column."""
    return str(format_date(value, format="medium", locale=locale))


def set_as_pdf(paper: str, facts: Mapping[str, Any], locale: str) -> bytes:
    """Return the PDF: the same bytes for the same facts, without a look at the network.

    A script for which the built-in fonts have no letters falls back to the machine's fonts. Letters that these do not
    have either are printed as ``(?)``, never as boxes; `plixo check fonts` says which scripts are meant.
    """
    return typeset(_template(paper), {**facts, "t": words(paper, locale)})


def typeset(template: bytes, facts: Mapping[str, Any], *, pictures: Mapping[str, str] | None = None) -> bytes:
    """Return the PDF of a template and its facts; *pictures* are drawings (SVG) of our own, by their names."""
    inputs = {"facts": json.dumps(_cleaned(facts)), **(pictures or {})}
    for ignore_system_fonts in (True, False):
        try:
            return _compiled(template, inputs, _ACCESSIBLE, ignore_system_fonts=ignore_system_fonts)
        except typst.TypstError:
            continue  # a letter that these fonts do not have
    log.warning("a paper has letters for which this machine has no font; `plixo check fonts` says which")
    inputs["facts"] = json.dumps(glyphs.printable(_cleaned(facts)))
    try:
        return _compiled(template, inputs, _ACCESSIBLE, ignore_system_fonts=False)
    except typst.TypstError:  # tagged, but not certified as accessible
        return _compiled(template, inputs, [], ignore_system_fonts=False)


def _compiled(template: bytes, inputs: dict[str, str], standards: list[Any], *, ignore_system_fonts: bool) -> bytes:
    compiler = typst.Compiler(template, ignore_system_fonts=ignore_system_fonts, sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=standards)
    assert isinstance(pdf, bytes), "one document is one PDF"
    return pdf


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            shown = _UNPRINTABLE.sub("", value).strip()
            return shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 1]}…"
        case Mapping():
            return {name: _cleaned(each) for name, each in value.items()}
        case list() | tuple():
            return [_cleaned(each) for each in value]
        case _:
            return value
