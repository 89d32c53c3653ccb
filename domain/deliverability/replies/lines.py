"""What a line of a mail is: marked as quoted, announcing a quote, appended by a program, or a person's words.

Each test looks at a bounded piece of one line or of a few, so no line can cost more than another of its length.
"""

import re
from collections.abc import Sequence

from domain.deliverability.replies import tables

MAX_LINE = 400
"""Characters of a line that are looked at; what announces something is shorter."""
MAX_ATTRIBUTION_LINES = 6
MAX_HEADER_LINES = 24
MAX_CLOSING = 80
LEAST_WORDS = 7
"""Words of a sentence; a shorter line may be somebody's title."""

_QUOTING = tables.sections("quoting.txt")
_SIGNATURES = tables.sections("signatures.txt")

_MARKED = re.compile(r"[ \t]{0,3}(?:[A-Z][A-Za-z]{0,3})?>")
_MARKS = re.compile(r"[ \t>|]{0,200}")
_RULE = re.compile(r"\s*(?:-{2,}|_{2,}|={3,}|~{3,}|\*{3,}|#{3,}|\+{3,}|[—–⸺―ᐧ]{1,}|(?:- ){3,}-?)\s*")
_ADDRESS = re.compile(r"[\w.+&'=-]{1,64}@[\w-]{1,63}\.[\w.-]{1,100}|<[^<>\s]{1,100}@[^<>\s]{1,100}")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}[:.h]\d\d\b|\d{1,2}月|\d{1,2}월"
)  # fmt: skip
_STARTS_WITH_DATE = re.compile(
    r"(?:[^\W\d]{2,14}[.,]{0,2}\s)?\s{0,2}(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}年|\d{4}년"
    r"|\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s(?:de\s)?\d{4})"
)
_ZONED = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d(?::\d\d)? (?:GMT|UTC)[+-]\d\d:?\d\d\s{1,3}\S")
_END = re.compile(r"(?:[:：]|[:：]\s?\*|-{2,5})$")
_FIELD = re.compile(r"[>\s*_|]{0,40}([^\W\d_][\w .'’()-]{0,24}?)[*_\s]{0,4}[:：](?![/\d])\s{0,8}")

_DRAWN = "-_=*#:>– \t"

_WORD = re.compile(r"[^\W\d_]+(?:\([^\W\d_]{1,3}\))?")
_OPENING = frozenset(_QUOTING["opening"])
_WROTE_ANYWHERE = _QUOTING["wrote, anywhere"]
_WROTE = re.compile(
    "(?<![^\\W_])(?:" + "|".join(map(re.escape, sorted(_QUOTING["wrote"], key=len, reverse=True))) + ")(?![^\\W_])"
)
_FIELDS = {name: kind for kind in ("others", "copy", "subject", "to", "date", "from") for name in _QUOTING[kind]}
_WITH_MARKS = tables.pieces(_QUOTING["between, with marks"])
_AS_IT_STANDS = tuple(_QUOTING["between"])
_APPENDED = tables.pieces(_SIGNATURES["appended"])
_APPENDED_BEGINNINGS = tuple({wording[0] for wording in _APPENDED if wording[0]})
_APPENDED_ENDINGS = tuple(wording for wording in _APPENDED if not wording[0])
_NOT_APPENDED = _SIGNATURES["not appended"]
_DISCLAIMERS = _SIGNATURES["disclaimer"]
_BANNERS = tuple(_SIGNATURES["banner"])
_CLOSINGS = frozenset(_SIGNATURES["closing"])
_CLOSINGS_WITH_COMMA = frozenset(_SIGNATURES["closing, with comma"])


def marked(line: str) -> bool:
    """Tell whether the line bears a quote's mark."""
    return _MARKED.match(line) is not None


def unmarked(line: str) -> str:
    """Return the line without its quote's marks."""
    return line[_MARKS.match(line[:200]).end() :] if line[:1] in "> \t|" else line  # type: ignore[union-attr]  # it matches an empty text too


def is_rule(line: str) -> bool:
    """Tell whether the line is drawn across the page, such as ``--`` in front of a signature."""
    return len(line) <= 200 and _RULE.fullmatch(line) is not None


def attribution_before(lines: Sequence[str], end: int) -> int | None:
    """Return where the announcement of a quote (``On … Ann wrote:``) begins that ends in this line, or None."""
    last = lines[end].rstrip()
    if not last or len(last) > MAX_LINE:
        return end if last and _runs_on(last[:MAX_LINE]) else None
    if _ZONED.match(unmarked(last)):
        return end
    if not _END.search(last):
        return end if _runs_on(last) else None
    answered = _answered(lines, end)
    found = None
    text = ""
    for at in range(end, max(-1, end - MAX_ATTRIBUTION_LINES), -1):
        line = lines[at].strip()[:MAX_LINE]
        if not line:
            if at == end or not text.startswith("<"):
                break
            continue
        text = f"{line if at == end else unmarked(line)} {text}".strip()
        if len(text) > MAX_LINE:
            break
        if announces(text, answered=answered):
            opens = _opens(text)
            if found is None or opens:
                found = at
            if opens:
                break
        elif found is not None and at < end - 2 and "<" not in text[:40]:
            break
    return found


def _answered(lines: Sequence[str], end: int) -> bool:
    """Tell whether a marked line stands below this one."""
    below = next((line for line in lines[end + 1 : end + 4] if line.strip()), "")
    return marked(below) and not marked(lines[end])


def _runs_on(line: str) -> bool:
    """Tell whether a line announces a quote that begins in the same line, as some phones write it."""
    at = line.find(": ", 20)
    return at > 0 and _opens(line[:at]) and _ADDRESS.search(line[:at]) is not None and announces(line[: at + 1])


def announces(text: str, *, answered: bool = False) -> bool:
    """Tell whether a text says that somebody wrote something at some time; above a marked line less is enough."""
    text = unmarked(text)
    lower = text.lower()
    dated = _DATE.search(text) is not None
    addressed = _ADDRESS.search(text) is not None
    if not dated and not addressed and not answered:
        return False
    if _WROTE.search(lower) or any(each in lower for each in _WROTE_ANYWHERE):
        return True
    return addressed and ((answered and dated) or _STARTS_WITH_DATE.match(text) is not None)


def _opens(text: str) -> bool:
    """Tell whether an announcement begins as they do: with a preposition or a date."""
    text = unmarked(text).lstrip("-*_ ")
    if _STARTS_WITH_DATE.match(text):
        return True
    words = _WORD.findall(text[:60].lower())[:2]
    return bool(words) and (words[0] in _OPENING or " ".join(words) in _OPENING)


def field(line: str) -> str:
    """Return which field of a quoted header the line is (``from``, ``date``, …), or an empty text."""
    found = _FIELD.match(line[:MAX_LINE])
    return _FIELDS.get(found[1].strip().lower(), "") if found else ""


def header_from(lines: Sequence[str], start: int) -> int | None:
    """Return where a quoted header ends that begins in this line, or None when none does."""
    first = field(lines[start])
    if first not in ("from", "date", "subject", "to"):
        return None
    kinds, end, strangers = {first}, start, 0
    for at in range(start + 1, min(len(lines), start + MAX_HEADER_LINES)):
        kind = field(lines[at])
        if kind:
            kinds.add(kind)
            end, strangers = at, 0
        else:
            strangers += 1
            if strangers > (4 if lines[at].strip() and lines[at - 1].rstrip().endswith((";", ",")) else 2):
                break
    named = kinds & {"date", "subject", "to"}
    return end if "from" in kinds and (len(kinds) >= 3 and len(named) >= 2) else None


def is_between(line: str) -> bool:
    """Tell whether the line parts an answer from the mail below it (``-----Original Message-----``)."""
    if len(line) > 200:
        return False
    lower = line.strip().strip(">").strip().lower()
    if lower.startswith(_AS_IT_STANDS) or lower.strip("#-=* ").startswith(_AS_IT_STANDS):
        return True
    bare = lower.strip(_DRAWN)
    before, behind = lower.find(bare), len(lower) - len(lower.rstrip(_DRAWN))
    if not bare or before < 2 or (behind < 2 and before < 4):
        return False
    return any(tables.fits(bare, wording) for wording in _WITH_MARKS)


def is_appended(line: str) -> bool:
    """Tell whether a program put the line there, such as ``Sent from my phone``."""
    lower = line.strip(" \t*_<>[]()").lower()
    if not 4 < len(lower) <= 200:
        return False
    likely = _APPENDED if lower.startswith(_APPENDED_BEGINNINGS) else _APPENDED_ENDINGS
    found = any(tables.fits(lower, wording) for wording in likely)
    return found and not any(word in lower for word in _NOT_APPENDED)


def is_disclaimer(paragraph: str) -> bool:
    """Tell whether a paragraph, lower case, is a company's notice."""
    return any(each in paragraph for each in _DISCLAIMERS)


def is_banner(line: str) -> bool:
    """Tell whether the line begins a server's warning about mail from outside."""
    return line.strip(" \t*_").lower().startswith(_BANNERS)


def is_closing(line: str) -> bool:
    """Tell whether somebody ends a mail with this line."""
    if len(line) > MAX_CLOSING:
        return False
    lower = line.strip(" \t,.!;*_-–—").lower()
    if lower in _CLOSINGS or lower.partition(",")[0] in _CLOSINGS:
        return True
    return lower.partition(",")[0] in _CLOSINGS_WITH_COMMA and "," in line


def is_sentence(line: str) -> bool:
    """Tell whether a line looks like something said, and not like a name, a title or an address."""
    return line.rstrip().endswith((".", "!", "?")) and len(line[:MAX_LINE].split()) >= LEAST_WORDS
