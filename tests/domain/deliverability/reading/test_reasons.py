"""Reasons: words that mean "dead" elsewhere do not, where the place at which they are said speaks against it."""

import pytest

from domain.deliverability.reading import Reason, reasons
from domain.deliverability.reading.reasons import Stage


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("550 5.2.0 From: the domain does not exist. Give a valid one", Stage.MESSAGE),
        ("554 host unknown, message not taken", Stage.MESSAGE),
    ],
)
def test_a_host_that_is_missed_after_the_recipient_was_taken_is_not_the_recipients(said: str, stage: Stage) -> None:
    assert not reasons.verdict(said, stage=stage).hard


@pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.UNKNOWN])
def test_a_host_that_is_missed_before_is_dead(stage: Stage) -> None:
    found = reasons.verdict("550 5.1.2 Host unknown", stage=stage)

    assert (found.reason, found.hard) == (Reason.HOST_UNKNOWN, True)


def test_a_status_of_the_recipients_domain_counts_after_the_message_too() -> None:
    assert reasons.verdict("550 5.1.2 Host unknown", stage=Stage.MESSAGE).hard


@pytest.mark.parametrize(
    "said",
    [
        "deliver: could not create /srv/mail/anna/tmp: no such user",
        "local: cannot open the lock of mail spool: no such user",
        "mda: unable to chdir to the home folder: unknown user",
    ],
)
def test_a_program_that_cannot_reach_its_files_does_not_tell_of_a_dead_address(said: str) -> None:
    assert not reasons.verdict(said, status="5.1.1").hard


def test_a_recipient_who_is_unknown_is_dead() -> None:
    assert reasons.verdict("550 5.1.1 <anna@acme.example>: no such user here", status="5.1.1").hard
