"""One sentence with all that was found in it: names, dates, amounts, and the wordings of the tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from domain.deliverability.replies import amounts, date_words, dates, marks, phrases, sentences
from domain.deliverability.replies.phrases import Hit, Token

_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_LETTERS = re.compile(r"[^\W\d_]+")
_AROUND = frozenset({"negation", "no negation", "clause", "contrast", "conditional", "never before"})
_BREAKS = frozenset(",;:()–—.!?")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence with all that was found in it."""

    sentence: sentences.Sentence
    tokens: tuple[Token, ...]
    marks: marks.Marks
    dates: tuple[dates.Found, ...]
    amounts: tuple[amounts.Found, ...]
    hits: tuple[Hit, ...]
    """Wordings that say something."""
    around: tuple[Hit, ...]
    """Wordings that deny, weaken or part what others say."""

    @property
    def lower(self) -> str:
        """The sentence in lower case, letter by letter at the same places."""
        return _lowered(self.sentence.text)

    def of(self, *sections: str) -> set[int]:
        """Return the tokens that belong to a wording of these sections."""
        return {at for hit in self.around if hit.section in sections for at in range(hit.first, hit.last + 1)}

    def clause(self, hit: Hit) -> tuple[int, int]:
        """Return the first and last token of the clause around a wording."""
        joints = self.of("clause", "contrast")
        first, last = hit.first, hit.last
        while first > 0 and self.tokens[first - 1].word not in _BREAKS and first - 1 not in joints:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].word not in _BREAKS and last + 1 not in joints:
            last += 1
        return first, last


def _lowered(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    return lower.replace("’", "'").replace("\n", " ").replace("\t", " ")


def listened(sentence: sentences.Sentence, *, today: date, language: str) -> Spoken:
    """Find everything in a sentence that a guess is made from."""
    lower = _lowered(sentence.text)
    named = marks.found(sentence.text)
    words = _LETTERS.findall(lower)
    figures = _FIGURE.search(lower) is not None
    dated: list[dates.Found] = []
    if figures or not date_words.WORDS.isdisjoint(words):
        dated = dates.found(lower, today=today, language=language)
        dated = [each for each in dated if not _inside((each.start, each.end), named.spans)]
    taken = [*named.spans, *((each.start, each.end) for each in dated)]
    sums = amounts.found(lower, sentence.text, language=language, taken=taken)
    tokens = tuple(_tokens(sentence.text, lower, named, dated, sums))
    hits = list(phrases.WORDINGS.found(tokens))
    return Spoken(
        sentence, tokens, named, tuple(dated), tuple(sums),
        tuple(hit for hit in hits if hit.section not in _AROUND), tuple(hit for hit in hits if hit.section in _AROUND),
    )  # fmt: skip


def _inside(span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and span[1] > start for start, end in spans)


def _tokens(
    text: str, lower: str, named: marks.Marks, dated: list[dates.Found], sums: list[amounts.Found]
) -> Iterator[Token]:
    """Yield the words of a sentence; what was found in it counts as one word."""
    spans = [(start, end, "{address}") for start, end in named.address_spans]
    spans += [(each.start, each.end, "{date}") for each in dated]
    spans += [(each.start, each.end, "{amount}") for each in sums if each.amount.value]
    spans.sort()
    at, numbers = 0, date_words.NUMBERS
    for match in _WORD.finditer(lower):
        begin, finish = match.span()
        while at < len(spans) and spans[at][1] <= begin:
            at += 1
        if at < len(spans) and finish > spans[at][0]:
            start, end, kind = spans[at]
            if begin <= start or not _yielded(lower, start, begin):
                yield Token(kind, start, end)
            continue
        word, length = match[0], finish - begin
        counts = word in numbers or (length <= 2 and word.isdecimal())
        yield Token(word, begin, finish, counts, begin > 0 and length > 1 and text[begin].isupper())


def _yielded(lower: str, start: int, before: int) -> bool:
    """Tell whether a word of the same find stands in front of this place."""
    return _WORD.search(lower, start, before) is not None
