"""Trim an answer: its new text beside what it quotes and its signature; every line is kept in one of the three.

Each line gets a label, and the labels decide. Nothing is thrown away: a wrong label shows a line in another place.
"""

from dataclasses import dataclass
from enum import Enum

from domain.deliverability.replies import lines as look

MAX_LINES = 4000
"""Lines that are labelled; the rest of a longer text is taken for quoted."""
MAX_SIGNATURE = 16
"""Lines with words below a drawn line; more than these are a section of the text."""
LONG_QUOTE = 20
"""Lines of an announced quote that are kept between two pieces of the answer; a longer one is not shown there."""


class Label(Enum):
    """What a line is."""

    BLANK = "blank"
    TEXT = "text"
    MARKED = "marked"
    OPENER = "opener"
    """Announces a quote."""
    QUOTED = "quoted"
    """Stands below an opener without a mark."""
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A text in three parts; together they hold every line that is not blank, once and in order."""

    new: str
    quoted: str
    signature: str


def trim(text: str) -> Trimmed:
    """Part a mail's text into what is new, what it quotes, and the signature."""
    lines = text.replace("\r\n", "\n").split("\n")
    labels = _labels(lines[:MAX_LINES])
    labels += [Label.QUOTED] * (len(lines) - len(labels))
    parts: dict[str, list[str]] = {"new": [], "quoted": [], "signature": []}
    part = "new"
    for line, label in zip(lines, _shown(labels, lines), strict=True):
        part = _PARTS.get(label, part)
        parts[part].append(line)
    return Trimmed(*(_stripped(parts[each]) for each in ("new", "quoted", "signature")))


_PARTS = {
    Label.TEXT: "new",
    Label.MARKED: "quoted",
    Label.OPENER: "quoted",
    Label.QUOTED: "quoted",
    Label.SIGNATURE: "signature",
}
"""Where a line goes; a blank one goes with the line above it."""


def _stripped(lines: list[str]) -> str:
    while lines and not lines[-1].strip():
        lines.pop()
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(line.rstrip() for line in lines[start:])


def _labels(lines: list[str]) -> list[Label]:
    """Label each line: marks first, then what opens a quote, then signatures."""
    labels = [_label(line) for line in lines]
    fenced = _fenced(lines)
    _mend_wrapped(lines, labels)
    openers = _attributions(lines)
    at = 0
    while at < len(lines):
        end = None if at in fenced else openers.get(at)
        if end is None and labels[at] is Label.TEXT and at not in fenced:
            end = at if look.is_between(lines[at]) else look.header_from(lines, at)
        at = at + 1 if end is None else _open(labels, at, end)
    _sign(lines, labels, fenced)
    return labels


def _attributions(lines: list[str]) -> dict[int, int]:
    """Return where each announcement of a quote begins and ends."""
    found: dict[int, int] = {}
    for end in range(len(lines)):
        start = look.attribution_before(lines, end)
        if start is not None:
            found.setdefault(start, end)
    return found


def _label(line: str) -> Label:
    if not line.strip():
        return Label.BLANK
    return Label.MARKED if look.marked(line) else Label.TEXT


def _fenced(lines: list[str]) -> set[int]:
    """Return the lines between two fences of code; they are never anything but text."""
    fences = [at for at, line in enumerate(lines) if line.lstrip().startswith("```")]
    inside: set[int] = set()
    for start, end in zip(fences[::2], fences[1::2], strict=False):
        inside.update(range(start, end + 1))
    return inside


def _mend_wrapped(lines: list[str], labels: list[Label]) -> None:
    """Take the tail of a long marked line, which a mail program broke without a mark, for marked as well."""
    for at in range(1, len(lines) - 1):
        if labels[at] is Label.TEXT and labels[at - 1] is Label.MARKED and labels[at + 1] is Label.MARKED:
            tail = lines[at].strip()
            if len(tail) <= 30 and len(lines[at - 1]) >= 60 and not tail[0].isupper() and not tail.endswith((":", "?")):
                labels[at] = Label.MARKED


def _open(labels: list[Label], start: int, end: int) -> int:
    """Label an opener and what stands below it; return where to go on."""
    if all(label in (Label.MARKED, Label.BLANK) for label in labels[start : end + 1]):
        return end + 1  # it stands inside of a marked quote
    for at in range(start, end + 1):
        labels[at] = Label.OPENER
    below = end + 1
    while below < len(labels) and labels[below] is Label.BLANK:
        below += 1
    if below < len(labels) and labels[below] is Label.MARKED:
        return below
    for at in range(below, len(labels)):
        labels[at] = Label.QUOTED
    return len(labels)


def _sign(lines: list[str], labels: list[Label], fenced: set[int]) -> None:
    """Label what programs, companies and signatures add to the text."""
    start = _warned(lines, labels)
    said = False
    for at in range(start, len(lines)):
        if labels[at] is not Label.TEXT or at in fenced:
            said = said or labels[at] in (Label.TEXT, Label.MARKED)
            continue
        end = _signature_end(lines, labels, at, said=said)
        above = end < len(lines) and labels[end] is Label.OPENER and Label.TEXT not in labels[at + 1 : end]
        for each in range(at, end):
            labels[each] = Label.OPENER if above and look.is_rule(lines[at]) else Label.SIGNATURE
        said = said or labels[at] is Label.TEXT


def _warned(lines: list[str], labels: list[Label]) -> int:
    """Label the warnings of a server above the text; return where the text begins."""
    at = 0
    while at < len(lines):
        if labels[at] is Label.BLANK:
            at += 1
        elif labels[at] is Label.TEXT and look.is_banner(lines[at]):
            while at < len(lines) and labels[at] is Label.TEXT:
                labels[at] = Label.SIGNATURE
                at += 1
        else:
            break
    return at


def _signature_end(lines: list[str], labels: list[Label], at: int, *, said: bool) -> int:
    """Return where the signature ends that begins with this line; the line itself when none does."""
    line = lines[at]
    if look.is_appended(line):
        return at + 1
    drawn = look.is_rule(line)
    if not drawn and (not said or not line[:1].strip() or labels[at - 1] is Label.TEXT):
        return at
    end = at
    while end < len(lines) and labels[end] in (Label.TEXT, Label.BLANK):
        end += 1
    below = sum(label is Label.TEXT for label in labels[at + 1 : end])
    if drawn:
        few = below <= (MAX_SIGNATURE if line.strip() not in ("--", "—") else 3 * MAX_SIGNATURE)
        speaks = line.strip() not in ("--", "—") and any(look.is_sentence(each) for each in lines[at + 1 : end][:50])
        if speaks and not look.is_disclaimer("\n".join(lines[at + 1 : end])[:4000].lower()):
            return at
        return end if few and (said or not below) else at
    paragraph = []
    for each in range(at, min(end, at + 12)):
        if labels[each] is Label.BLANK:
            break
        paragraph.append(lines[each][:500])
    return end if look.is_disclaimer(" ".join(paragraph).lower()) else at


def _shown(labels: list[Label], lines: list[str]) -> list[Label]:
    """Decide which quotes belong to the answer: those between its pieces, and all when there is nothing else."""
    texts = [at for at, label in enumerate(labels) if label is Label.TEXT]
    if not texts:
        return _without_text(labels, lines)
    first, last = texts[0], texts[-1]
    inner = [at for at in range(first, last) if labels[at] is Label.MARKED]
    announced = any(label is Label.OPENER for label in labels[first:last])
    if announced and len(inner) > LONG_QUOTE and len(_runs(inner, labels)) == 1:
        return labels
    shown = list(labels)
    for at in inner:
        shown[at] = Label.TEXT
    if inner or Label.OPENER not in labels[:first]:
        for at in range(first):
            if labels[at] is Label.MARKED:
                shown[at] = Label.TEXT
    return shown


def _runs(marked: list[int], labels: list[Label]) -> list[int]:
    """Return where runs of marked lines begin that have words of the answer in front of them."""
    return [at for at, before in zip(marked[1:], marked, strict=False) if Label.TEXT in labels[before:at]] + marked[:1]


def _without_text(labels: list[Label], lines: list[str]) -> list[Label]:
    """Decide about a mail in which every line is quoted or announces a quote."""
    marked = [at for at, label in enumerate(labels) if label is Label.MARKED]
    if (
        Label.OPENER not in labels
        and marked
        and not any(
            lines[at].rstrip().endswith((":", "：")) and look.announces(lines[at][: look.MAX_LINE])
            for at in marked[:50]
        )
    ):
        return [Label.TEXT if label is Label.MARKED else label for label in labels]
    opened = next((at for at, label in enumerate(labels) if label is Label.OPENER), None)
    if opened is not None and not marked and not look.is_between(lines[opened]) and not look.field(lines[opened]):
        return [Label.TEXT if label is Label.QUOTED else label for label in labels]
    return labels
