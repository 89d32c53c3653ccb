"""The reading of real mails: floors a little under what is reached, so that a rule which breaks another one is seen."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domain.deliverability.reading import Kind, Reading, read
from tests.shared_data import shared_data

KINDS = {"feedback": "complaint", "delivered": "other", "challenge": "other"}
"""How the samples call what we call otherwise; ``spam`` may be read as anything that names no recipient."""


@dataclass
class Score:
    """What the samples expect, counted against what was read."""

    recipients: list[bool] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    hard: list[bool] = field(default_factory=list)
    false_hard: list[str] = field(default_factory=list)
    wrong_kind: list[str] = field(default_factory=list)
    wrong_original: list[str] = field(default_factory=list)
    wrong_feedback: list[str] = field(default_factory=list)
    false_recipient: list[str] = field(default_factory=list)


def share(found: list[bool]) -> float:
    """Return the share of those that are right."""
    return sum(found) / len(found)


@pytest.fixture(scope="module")
def score() -> Score:
    """Read every sample once."""
    folder = shared_data("mail")
    score = Score()
    for name, expected in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"].items():
        _count(score, name, expected, read((folder / "eml" / name).read_bytes()))
    return score


def _count(score: Score, name: str, expected: dict[str, Any], reading: Reading) -> None:
    kind, named = expected["kind"], expected.get("recipients") or []
    got = {each.address for each in reading.recipients}
    late = kind == "bounce" and reading.kind is Kind.DELAYED and expected.get("hard") is False
    if kind != "spam" and reading.kind.value != KINDS.get(kind, kind) and not late:
        score.wrong_kind.append(name)
    if kind in ("bounce", "delayed") and named:
        everyone = all(got & set(spellings) for spellings in named)
        score.recipients.append(everyone)
        score.exact.append(everyone and all(any(each in spellings for spellings in named) for each in got))
        if len(named[0]) > 1 and len(expected.get("sent_to") or []) == 1 and expected["sent_to"][0] not in got:
            score.wrong_original.append(name)
    if kind in ("human", "spam", "challenge", "delivered", "auto_reply") and got:
        score.false_recipient.append(name)
    told = expected.get("feedback_type")
    if kind == "feedback" and (told not in (None, reading.feedback_type) or not all(got & set(each) for each in named)):
        score.wrong_feedback.append(name)
    if expected.get("hard") is not None:
        score.hard.append(reading.hard is expected["hard"])
        if reading.hard and not expected["hard"]:
            score.false_hard.append(name)


def test_the_failed_recipients_are_found(score: Score) -> None:
    assert share(score.recipients) >= 0.985
    assert share(score.exact) >= 0.985


def test_the_address_that_was_mailed_comes_before_where_it_was_forwarded_to(score: Score) -> None:
    assert score.wrong_original == []


def test_dead_addresses_are_told_from_live_ones(score: Score) -> None:
    assert share(score.hard) >= 0.975


def test_no_live_address_is_called_dead(score: Score) -> None:
    assert score.false_hard == []


def test_every_kind_is_recognised(score: Score) -> None:
    assert score.wrong_kind == []


def test_every_complaint_is_recognised_with_its_recipient(score: Score) -> None:
    assert score.wrong_feedback == []


def test_no_recipient_is_read_where_nothing_failed(score: Score) -> None:
    assert score.false_recipient == []


ENVELOPES = (
    b"From: Ann <ann@x.example>\nTo: r@y.example\nSubject: Re: Invoice\nIn-Reply-To: <a@b>\n\n",
    b"From: Ann <ann@x.example>\nTo: r@y.example\nSubject: hello\n\n",
)
"""Headers for the replies that come as bare text: as an answer, and as a letter."""


def test_every_human_reply_is_a_persons() -> None:
    files = [each for each in sorted(shared_data("mail", "replies").iterdir()) if each.suffix in (".eml", ".txt")]
    mails = [(each, each.read_bytes()) for each in files if each.suffix == ".eml"]
    mails += [(each, head + each.read_bytes()) for each in files if each.suffix == ".txt" for head in ENVELOPES]

    wrong = [each.name for each, raw in mails if _is_not_human(read(raw))]

    assert wrong == []


def _is_not_human(reading: Reading) -> bool:
    return reading.kind is not Kind.HUMAN or bool(reading.recipients)


def test_line_ends_do_not_matter() -> None:
    folder = shared_data("mail", "eml")

    different = [each.name for each in sorted(folder.iterdir())[::5] if _changes_with_line_ends(each)]

    assert different == []


def _changes_with_line_ends(file: Path) -> bool:
    unix = file.read_bytes().replace(b"\r\n", b"\n")
    first, second = read(unix), read(unix.replace(b"\n", b"\r\n"))
    return (first.kind, [each.address for each in first.recipients], first.hard) != (
        second.kind, [each.address for each in second.recipients], second.hard)  # fmt: skip
