"""Steps: what catches up, in which tone, and never too harsh."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.outreach.steps import Choice, Step, choose, following, moment

BERLIN = ZoneInfo("Europe/Berlin")
DUE_ON = date(2026, 3, 10)


def a_step(position: int, day: int, letter: str | None, severity: int = 0, tone: str = "Neutral") -> Step:
    return Step(position, day, letter, tone, severity, "billing", approval=False)


STEPS = (
    a_step(1, -3, "reminder-due", tone="Formal"),
    a_step(2, 0, "reminder-due"),
    a_step(3, 7, "reminder-overdue", 1),
    a_step(4, 14, "reminder-overdue", 1, tone="Confident"),
    a_step(5, 21, "final-notice", 2, tone="Confident"),
    a_step(6, 28, None, 2),
)


def chosen(
    day: int, *, last: int = 0, severity: int = -1, vetoed: tuple[int, ...] = (), steps: tuple[Step, ...] = STEPS
) -> Choice:
    """Choose at ten o'clock, so many days past the due date."""
    today = date.fromordinal(DUE_ON.toordinal() + day)
    return choose(
        steps,
        last_position=last,
        last_severity=severity,
        vetoed=vetoed,
        due_on=DUE_ON,
        now=datetime.combine(today, datetime.min.time(), BERLIN).replace(hour=10),
        today=today,
        zone=BERLIN,
    )


def test_nothing_is_due_before_the_first_step() -> None:
    assert chosen(-4) == Choice(position=0)


@pytest.mark.parametrize(
    ("day", "position", "tone"),
    [(-3, 1, "Formal"), (0, 2, "Formal"), (7, 3, "Formal"), (14, 4, "Formal"), (90, 4, "Formal")],
)
def test_of_missed_letters_the_latest_that_fits_is_sent_in_the_tone_of_the_earliest(
    day: int, position: int, tone: str
) -> None:
    choice = chosen(day)

    assert choice.step is not None
    assert (choice.position, choice.tone) == (position, tone)


def test_a_final_notice_follows_only_when_an_overdue_letter_has_left() -> None:
    before, after = chosen(30, last=2, severity=0), chosen(30, last=4, severity=1)

    assert (before.position, after.position) == (4, 5)


def test_a_letter_that_was_left_out_comes_before_a_harsher_one() -> None:
    choice = chosen(30, last=4, severity=-1)

    assert choice.step is not None
    assert (choice.position, choice.step.position, choice.step.severity) == (4, 4, 1)


def test_a_cadence_that_begins_harshly_is_taken_at_its_word() -> None:
    choice = chosen(30, steps=(a_step(1, 7, "final-notice", 2), a_step(2, 14, None)))

    assert choice.position == 1


def test_a_step_that_was_struck_out_counts_as_done() -> None:
    choice = chosen(14, last=2, severity=0, vetoed=(4,))
    passed = chosen(7, last=2, severity=0, vetoed=(3,))

    assert choice.step is not None
    assert choice.position == 3
    assert passed == Choice(position=3)


def test_a_person_takes_over_only_when_no_letter_is_left() -> None:
    early, waiting, over = (
        chosen(40, last=4, severity=1),
        chosen(25, last=5, severity=2),
        chosen(28, last=5, severity=2),
    )

    assert early.position == 5
    assert waiting == Choice(position=5)
    assert over == Choice(position=6, over=True)


def test_a_person_takes_over_at_once_when_the_last_letters_were_struck_out() -> None:
    assert chosen(28, last=4, severity=1, vetoed=(5,)) == Choice(position=6, over=True)


def test_after_the_last_step_a_person_is_asked() -> None:
    assert chosen(9, last=1, steps=STEPS[:1]) == Choice(position=1, over=True)


def test_the_next_step_never_comes_before_the_rest_is_over() -> None:
    rest = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)

    soon = following(STEPS, position=3, due_on=DUE_ON, zone=BERLIN, earliest=rest)
    far = following(STEPS, position=4, due_on=DUE_ON, zone=BERLIN, earliest=rest)

    assert soon == rest
    assert far == moment(DUE_ON, offset_days=21, zone=BERLIN)
