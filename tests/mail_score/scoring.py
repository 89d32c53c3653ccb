"""Count what the samples expect against what was read."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.deliverability.reading import Kind, Reading

KINDS = {"feedback": "complaint", "delivered": "other", "challenge": "other"}
"""How the samples call what we call otherwise; ``spam`` may be read as anything that names no recipient."""


@dataclass(frozen=True)
class Sample:
    """One mail with what its origin says of it."""

    name: str
    raw: bytes
    expected: dict[str, Any]


@dataclass
class Score:
    """What the samples expect, counted against what was read; lists of names tell where it was wrong."""

    mails: int = 0
    recipients: dict[str, bool] = field(default_factory=dict)
    exact: dict[str, bool] = field(default_factory=dict)
    hard: dict[str, bool] = field(default_factory=dict)
    late: dict[str, bool] = field(default_factory=dict)
    complaints: dict[str, bool] = field(default_factory=dict)
    original: dict[str, bool] = field(default_factory=dict)
    false_hard: list[str] = field(default_factory=list)
    wrong_kind: list[str] = field(default_factory=list)
    false_recipient: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)

    def count(self, sample: Sample, reading: Reading) -> None:
        """Add one mail."""
        self.mails += 1
        expected, kind = sample.expected, sample.expected["kind"]
        named = expected.get("recipients") or []
        got = {each.address for each in reading.recipients}
        late = kind == "bounce" and reading.kind is Kind.DELAYED and expected.get("hard") is False
        if kind != "spam" and reading.kind.value != KINDS.get(kind, kind) and not late:
            self.wrong_kind.append(sample.name)
        if kind in ("bounce", "delayed") and named:
            everyone = all(got & set(spellings) for spellings in named)
            self.recipients[sample.name] = everyone
            self.exact[sample.name] = everyone and all(any(each in spelt for spelt in named) for each in got)
            if len(named[0]) > 1 and len(expected.get("sent_to") or []) == 1:
                self.original[sample.name] = expected["sent_to"][0] in got
        if kind == "delayed":
            self.late[sample.name] = reading.kind is Kind.DELAYED
        if kind in ("human", "spam", "challenge", "delivered", "auto_reply") and got:
            self.false_recipient.append(sample.name)
        if kind == "feedback":
            told = expected.get("feedback_type")
            right = told in (None, reading.feedback_type) and all(got & set(each) for each in named)
            self.complaints[sample.name] = right and reading.kind is Kind.COMPLAINT
        if expected.get("hard") is not None:
            self.hard[sample.name] = reading.hard is expected["hard"]
            if reading.hard and not expected["hard"]:
                self.false_hard.append(sample.name)

    @property
    def false_hard_share(self) -> float:
        """Share of the labelled mails in which a live address was called dead."""
        return len(self.false_hard) / max(1, len(self.hard))

    def add(self, other: "Score") -> None:
        """Add what another score counted."""
        self.mails += other.mails
        for mine, theirs in zip(self._counts(), other._counts(), strict=True):
            mine.update(theirs)
        self.false_hard += other.false_hard
        self.wrong_kind += other.wrong_kind
        self.false_recipient += other.false_recipient
        self.crashed += other.crashed

    def _counts(self) -> tuple[dict[str, bool], ...]:
        return (self.recipients, self.exact, self.hard, self.late, self.complaints, self.original)


def share(found: dict[str, bool]) -> float:
    """Return the share of those that are right; all of none is right."""
    return sum(found.values()) / len(found) if found else 1.0


def samples(folder: Path) -> list[Sample]:
    """Return the sample mails with what is expected of them."""
    files = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"]
    return [Sample(name, (folder / "eml" / name).read_bytes(), told) for name, told in files.items()]


ENVELOPES = (
    b"From: Ann <ann@x.example>\nTo: r@y.example\nSubject: Re: Invoice\nIn-Reply-To: <a@b>\n\n",
    b"From: Ann <ann@x.example>\nTo: r@y.example\nSubject: hello\n\n",
)
"""Headers for the replies that come as bare text: as an answer, and as a letter."""


def replies(folder: Path) -> list[tuple[str, bytes]]:
    """Return the human replies as whole mails."""
    files = [each for each in sorted(folder.iterdir()) if each.suffix in (".eml", ".txt")]
    mails = [(each.name, each.read_bytes()) for each in files if each.suffix == ".eml"]
    return mails + [(each.name, head + each.read_bytes()) for each in files if each.suffix == ".txt"
                    for head in ENVELOPES]  # fmt: skip
