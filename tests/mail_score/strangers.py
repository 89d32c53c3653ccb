"""How the reading does on strangers: each provider's mails are read without the lines that only it has taught.

The samples are grouped by provider. A line of the tables counts as a provider's own when it occurs in that provider's
mails and decided nothing in anybody else's. These lines are taken out, the provider's mails are read with what is left,
and what comes out is summed up over all providers. So the sum is what the rules and the tables would have scored on
each provider before anyone had seen a mail of it. A line that was written from a provider's documentation, and that
happens to fit the samples, is taken out as well, which makes the figure too low; rules in code stay, of which some were
written with these mails at hand, which makes it too high.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from domain.deliverability.reading import phrases, read
from domain.deliverability.reading.finder import Finder
from domain.deliverability.reading.folding import plain
from domain.deliverability.reading.look import Look
from tests.mail_score.origins import origin
from tests.mail_score.scoring import Sample, Score


@dataclass(frozen=True)
class Group:
    """One provider's samples, read with all lines and without its own."""

    name: str
    known: Score
    stranger: Score
    left_out: int
    """Lines that were taken out."""


class _Listening(phrases.Tables):
    """Tables that remember which of their lines decided something."""

    def __init__(self) -> None:
        super().__init__()
        self.decided: set[str] = set()
        for name in ("words", "certain", "subjects", "texts", "delay_texts", "delay_subjects", "final_texts"):
            finder = getattr(self, name)
            setattr(self, name, _ListeningFinder(finder.phrases, self.decided))

    def provider(self, words: str, host: str) -> phrases.ProviderLine | None:
        found = super().provider(words, host)
        if found is not None:
            self.decided.add(found.said)
        return found


class _ListeningFinder(Finder):
    def __init__(self, lines: Iterable[str], decided: set[str]) -> None:
        super().__init__(lines)
        self._decided = decided

    def all(self, text: str) -> list[int]:
        found = super().all(text)
        self._decided.update(self.phrases[n] for n in found[:1])
        return found


def groups(samples: list[Sample]) -> list[Group]:
    """Return the samples by provider, the largest group first."""
    members: dict[str, list[Sample]] = defaultdict(list)
    deciding: dict[str, set[str]] = {}
    present: dict[str, set[str]] = defaultdict(set)
    tables = _Listening()
    everything = Finder(sorted(tables.names))
    for sample in samples:
        name = origin(sample.raw)
        members[name].append(sample)
        tables.decided.clear()
        with phrases.using(tables):
            read(sample.raw)
        deciding.setdefault(name, set()).update(tables.decided)
        present[name].update(everything.phrases[n] for n in everything.all(_words(sample.raw)))
    found = []
    for name, mails in members.items():
        elsewhere = set().union(*(lines for other, lines in deciding.items() if other != name))
        own = (present[name] | deciding[name]) - elsewhere
        with phrases.using(phrases.Tables(without=own)):
            stranger = scored(mails)
        found.append(Group(name, scored(mails), stranger, len(own)))
    return sorted(found, key=lambda each: (-each.known.mails, each.name))


def scored(samples: Iterable[Sample]) -> Score:
    """Read the mails and count."""
    score = Score()
    for sample in samples:
        try:
            reading = read(sample.raw)
        except Exception:  # the rim: a crash counts as wrong and must not end the score
            score.crashed.append(sample.name)
            continue
        score.count(sample, reading)
    return score


def _words(raw: bytes) -> str:
    look = Look(raw)
    return plain(f"{look.subject} {look.whole_text} {look.status_text or ''}")
