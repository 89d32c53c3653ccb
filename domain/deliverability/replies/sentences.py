"""Cut a text into sentences, and leave out what is not its writer's own words: quotes and the end of a letter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.deliverability.replies import lines as look

MAX_TEXT = 20_000
"""Characters of an answer in which wishes are looked for."""
MAX_SENTENCE = 600
MAX_SENTENCES = 200
MAX_CLOSING = 40
"""Lines above the end of a text in which the words that end it are looked for."""
SHORT_SENTENCE = 3
SHORT_LINE = 58
"""Characters of a line that nobody had to break: the next one begins a new sentence if it begins with a capital."""

_STOP = re.compile(r"[.!?;]+[)\"'»”]?(?=\s|$)|\n[ \t]*\n|:[ \t]*\n|\n")
_SHORTENED = re.compile(
    r"(?:^|[\s(])(?:no|nr|inv|re|ref|réf|mr|mrs|ms|dr|st|ca|bzw|vgl|tel|approx|núm|num|sr|sra|fact|fra|z\.b|z|b|i\.d\.r|d\.h|u\.a|"
    r"usw|inkl|zzgl|abs|str|ggf|evtl|mme|m|art|pos|co|ltd|inc|best|kd|rechn|rg|jan|feb|febr|mar|apr|jun|jul|aug|sep|sept|oct|"
    r"okt|nov|dec|dez|janv|févr|avr|juil|déc|ene|abr|ago|dic|mon|tue|wed|thu|fri|sat|sun|a\.m|p\.m|\d{1,2})$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and where it stands in the text."""

    text: str
    start: int

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip(" )\"'»”\n").endswith("?")


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text, at most two hundred."""
    own = _own(text[:MAX_TEXT])
    start = count = 0
    for stop in _STOP.finditer(own):
        if not _ends(own, stop):
            continue
        for each in _cut(own, start, stop.end()):
            yield each
            count += 1
            if count >= MAX_SENTENCES:
                return
        start = stop.end()
    yield from _cut(own, start, len(own))


def _cut(text: str, start: int, end: int) -> Iterator[Sentence]:
    """Yield what stands between two places, in pieces if it is long."""
    for at in range(start, end, MAX_SENTENCE):
        piece = text[at : min(end, at + MAX_SENTENCE)]
        said = piece.lstrip()
        if said.strip():
            yield Sentence(said.rstrip(), at + len(piece) - len(said))


def _ends(text: str, stop: re.Match[str]) -> bool:
    """Tell whether a sentence ends here, and not only a line or a shortened word."""
    sign = stop[0]
    if sign.startswith("."):
        before = text[max(0, stop.start() - 12) : stop.start()]
        after = text[stop.end() : stop.end() + 3].lstrip(" ")
        if _SHORTENED.search(before) and after and after[0] != "\n":
            return False
        return not after[:1].islower()
    if sign != "\n":
        return True
    line = text[text.rfind("\n", 0, stop.start()) + 1 : stop.start()]
    following = text[stop.end() : stop.end() + 12]
    if _BULLET.match(following):
        return True
    return len(line.strip()) < SHORT_LINE and following.lstrip()[:1].isupper()


def _own(text: str) -> str:
    """Blank out marked lines and what stands below the words that end a letter; places stay as they are."""
    lines = text.split("\n")
    closed = _closed(lines)
    return "\n".join(" " * len(line) if at in closed or look.marked(line) else line for at, line in enumerate(lines))


def _closed(lines: list[str]) -> range:
    """Return the lines of a letter's end: its closing words, and below them names and numbers but no sentence."""
    end = len(lines)
    for at in range(end - 1, max(0, end - MAX_CLOSING), -1):
        if _is_afterthought(lines[at]):
            end = at
        elif look.is_closing(lines[at]) and any(line.strip() for line in lines[:at]):
            return range(at, end)
        elif _speaks(lines[at]):
            break
    return range(0)


def _is_afterthought(line: str) -> bool:
    return line.lstrip().lower().startswith(("p.s", "ps:", "ps "))


def _speaks(line: str) -> bool:
    """Tell whether a line is a sentence, if only a short one."""
    return line.rstrip().endswith((".", "!", "?")) and len(line[:200].split()) >= SHORT_SENTENCE
