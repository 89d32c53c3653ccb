"""Rendering: a letter's words and rows become a subject, a plain text and an HTML that say the same."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Template

from domain.letters import folders, parts
from domain.letters.fields import FIELDS, Fields, FieldType, Instalment, Line
from domain.letters.kinds import KINDS, LANGUAGES
from domain.letters.parts import ShownInstalment, ShownLine

LONGEST_SUBJECT = 150
LONGEST_VALUE = 200
"""Characters of a name or number in a letter; a longer one is cut."""

LONGEST_PROSE = 5_000
"""Characters of what a person wrote for one reader."""

MOST_LINES = 50
"""Invoices that one letter lists; it says how many more there are. Mail programs cut a mail off at 100 KB."""

TEXT_WIDTH = 72

LOGO_ID = "logo"
"""Content-ID of the logo that goes with the mail."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control and direction marks: they can break a header or make a line read as something else."""

_BLANKS = re.compile(r"[ \t\r\n]+")
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter: subject on one line, text and HTML saying the same."""

    subject: str
    text: str
    html: str
    logo: bytes | None = field(default=None, repr=False)
    """A PNG that the HTML shows by the Content-ID ``logo``."""
    words: str = ""
    """The letter's own words, without greeting, rows and links: what a person may write anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that one letter is made from; what is to be read is written in the reader's language already."""

    fields: Fields
    lines: Sequence[Line] = ()
    """What it is about."""
    also: Sequence[Line] = ()
    """What it mentions besides, in milder words."""
    schedule: Sequence[Instalment] = ()
    link: str = ""
    """Where the button leads, in a letter about one invoice."""
    opt_out_link: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """What a person wrote in the place of a letter's own words."""

    subject: str = ""
    body: str = ""


def render(
    letter: str,
    contents: Contents,
    *,
    tone: str = "Neutral",
    language: str = "en",
    folder: Path | None = None,
    edited: Edited | None = None,
) -> Letter:
    """Write a letter.

    Raises:
        LettersBroken: A file in *folder* is not as it must be.
    """
    assert letter in KINDS, f"no letter is called {letter}"
    assert language in LANGUAGES, f"there are no letters in {language}"
    templates = folders.templates(folder)
    shown = _shown(templates, letter, tone, language, contents)
    if edited is not None:
        shown |= _by_hand(edited)
    logo = templates.brand.logo
    return Letter(
        subject=str(shown["subject"]),
        text=_text(templates.text.render(_narrow(shown))),
        html=templates.inliner.inline(templates.html.render(shown)),
        logo=logo,
        words="\n\n".join([*shown["opening"], *shown["closing"]]).strip(),
    )


def _cleaned(given: Fields) -> dict[str, Any]:
    """Return the fields without control marks, and names of a length that somebody can read."""
    values = ((name, getattr(given, name)) for name in FIELDS)
    return {name: _told(name, each) if isinstance(each, str) else each for name, each in values}


def _told(name: str, text: str) -> str:
    """Return a value as it stands in a letter; what a person wrote in several lines keeps them as paragraphs."""
    if FIELDS[name].type is not FieldType.PROSE:
        return _clean(text)
    return "\n\n".join(line for each in text[:LONGEST_PROSE].splitlines() if (line := _one_line(each)))


def _shown(templates: folders.Templates, letter: str, tone: str, language: str, contents: Contents) -> dict[str, Any]:
    kind = KINDS[letter]
    values = _cleaned(contents.fields) | {"tone": tone, "language": language}
    own = _Words(templates.of(letter, language=language, tone=tone), values)
    shared = _Words(templates.of(parts.PARTS, language=language, tone=tone), values)
    many = "_many" if kind.of_several and len(contents.lines) > 1 else ""
    lines = [_line(shared, each) for each in contents.lines[:MOST_LINES]]
    also = [_line(shared, each) for each in contents.also[: MOST_LINES - len(lines)]]
    more = len(contents.lines) + len(contents.also) - len(lines) - len(also)
    single = kind.linked and not many
    link = contents.link or next((each.link for each in contents.lines), "")
    return {
        "language": language,
        "direction": _direction(language),
        "subject": _header(own.say(f"subject{many}")),
        "preheader": _one_line(own.say(f"preheader{many}")),
        "greeting": shared.say("greeting"),
        "opening": own.paragraphs(f"opening{many}"),
        "lines": lines,
        "total": shared.say("total"),
        "total_due": values["total_due"] if len(contents.lines) > 1 else "",
        "also_heading": shared.say("also"),
        "also": also,
        "more": shared.say("more", more_count=more) if more else "",
        "schedule_heading": shared.say("schedule"),
        "schedule": [_instalment(shared, each) for each in contents.schedule[:MOST_LINES]],
        "action": own.say("action") if single and link else "",
        "pay_link": link if single else "",
        "link_note": shared.say("link_note" if single and not also else "links_note") if kind.linked else "",
        "closing": own.paragraphs("closing"),
        "signoff": shared.say("signoff"),
        "merchant_name": values["merchant_name"],
        "merchant_contact": values["merchant_contact"],
        "reply_note": shared.say("reply_note"),
        "opt_out": shared.say("opt_out") if contents.opt_out_link else "",
        "opt_out_text": shared.say("opt_out_link"),
        "opt_out_link": contents.opt_out_link,
        "colour": templates.brand.colour,
        "ink": templates.brand.ink,
        "logo": f"cid:{LOGO_ID}" if templates.brand.logo else "",
        "logo_width": str(templates.brand.logo_width),
    }


@cache
def _direction(language: str) -> str:
    return str(Locale(language).text_direction)


def _line(shared: "_Words", line: Line) -> ShownLine:
    about = {
        "invoice_number": _clean(line.number),
        "due_date": line.due_date,
        "days_overdue": line.days_overdue,
        "instalment_number": line.instalment_number,
        "instalment_count": line.instalment_count,
    }
    return ShownLine(
        title=shared.say("line_title", **about),
        amount=line.amount,
        status=shared.say("line_status", **about),
        late="yes" if line.days_overdue > 0 else "",
        aside=shared.say("line_aside", set_aside=line.set_aside) if line.set_aside else "",
        link=line.link,
        link_text=shared.say("line_link"),
    )


def _instalment(shared: "_Words", each: Instalment) -> ShownInstalment:
    about = {"due_date": each.due_date, "instalment_number": each.number}
    return ShownInstalment(title=shared.say("schedule_line", **about), amount=each.amount)


def _by_hand(edited: Edited) -> dict[str, Any]:
    """Put a person's words in the place of ours; amounts, dates and links stay those of the ledger."""
    by_hand: dict[str, Any] = {}
    if subject := _header(edited.subject):
        by_hand["subject"] = by_hand["preheader"] = subject
    if edited.body.strip():
        by_hand |= {
            "opening": [text for each in edited.body.splitlines() if (text := _one_line(each))],
            "closing": [],
        }
    return by_hand


class _Words:
    """One file of words with the values that are put into it."""

    def __init__(self, template: Template, values: Mapping[str, Any]) -> None:
        self._template, self._values = template, values
        self._context = template.new_context(dict(values))

    def say(self, block: str, **more: Any) -> str:
        """Return one block on one line."""
        return _one_line(self._written(block, more))

    def paragraphs(self, block: str) -> list[str]:
        """Return one block as its paragraphs, which blank lines divide."""
        return [text for each in _PARAGRAPHS.split(self._written(block, {})) if (text := _one_line(each))]

    def _written(self, block: str, more: Mapping[str, Any]) -> str:
        context = self._template.new_context({**self._values, **more}) if more else self._context
        return "".join(self._template.blocks[block](context))


def _clean(text: str) -> str:
    shown = _one_line(text)
    limit = LONGEST_VALUE * 10 if shown.startswith(("https://", "http://")) else LONGEST_VALUE
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _one_line(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", _UNPRINTABLE.sub(" ", text)).strip()


def _header(text: str) -> str:
    """Return a text for a header: short, on one line, with plain blanks."""
    return re.sub(r"[\u00a0\u202f]", " ", _one_line(text))[:LONGEST_SUBJECT]


def _narrow(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Break the paragraphs of a plain text into lines; addresses are never broken."""
    broken = {name: [_wrapped(each) for each in shown[name]] for name in ("opening", "closing")}
    return {**shown, **broken, "link_note": _wrapped(shown["link_note"]), "reply_note": _wrapped(shown["reply_note"])}


def _wrapped(text: str) -> str:
    """Break a text of single blanks into lines; a word that is longer than a line gets one of its own."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > TEXT_WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _text(rendered: str) -> str:
    lines = "\n".join(line.rstrip() for line in rendered.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
