"""The reading of real mails: floors a little under what is reached, so that a rule which breaks another one is seen."""

from pathlib import Path

import pytest

from domain.deliverability.reading import Kind, Reading, read
from tests.mail_score import origins, strangers
from tests.mail_score.scoring import Sample, Score, replies, samples, share
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def mails() -> list[Sample]:
    """Return every sample."""
    return samples(shared_data("mail"))


@pytest.fixture(scope="module")
def score(mails: list[Sample]) -> Score:
    """Read every sample once."""
    return strangers.scored(mails)


def test_the_failed_recipients_are_found(score: Score) -> None:
    assert share(score.recipients) >= 0.985
    assert share(score.exact) >= 0.985


def test_the_address_that_was_mailed_comes_before_where_it_was_forwarded_to(score: Score) -> None:
    assert share(score.original) == 1


def test_dead_addresses_are_told_from_live_ones(score: Score) -> None:
    assert share(score.hard) >= 0.98


def test_no_live_address_is_called_dead(score: Score) -> None:
    assert score.false_hard == []


def test_every_kind_is_recognised(score: Score) -> None:
    assert score.wrong_kind == []


def test_every_complaint_is_recognised_with_its_recipient(score: Score) -> None:
    assert share(score.complaints) == 1


def test_what_is_delayed_is_never_final(score: Score) -> None:
    assert share(score.late) == 1


def test_no_mail_crashes_the_reader(score: Score) -> None:
    assert score.crashed == []


def test_strangers_are_read_nearly_as_well(mails: list[Sample]) -> None:
    total = Score()
    for group in strangers.groups(mails):
        total.add(group.stranger)

    assert total.mails == len(mails)
    assert share(total.recipients) >= 0.975
    assert share(total.hard) >= 0.95
    assert total.false_hard_share <= 0.007


def test_every_large_group_of_strangers_has_a_name(mails: list[Sample]) -> None:
    nameless = [each.name for each in mails if origins.origin(each.raw).startswith("others")]

    assert len(nameless) <= len(mails) / 5


def test_no_recipient_is_read_where_nothing_failed(score: Score) -> None:
    assert score.false_recipient == []


def test_every_human_reply_is_a_persons() -> None:
    wrong = [name for name, raw in replies(shared_data("mail", "replies")) if _is_not_human(read(raw))]

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
