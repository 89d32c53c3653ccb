"""Refusals: how reminders say no to what people ask of them.

Refusal
├── NotFound
│   ├── NotEnrolled         the invoice is in no running cadence
│   └── NoSuchStep          its cadence has no letter there
├── ReasonMissing           an act that is told to others needs a reason
├── StepPassed              the step has left, or was passed over
├── AlreadyStruck           somebody struck it out before
├── NotStruck               nobody did
└── DayOutOfReach           a preview looks a month ahead at most
"""

from collections.abc import Sequence
from datetime import date

from domain.kernel.refusals import NotFound, Refusal


class NotEnrolled(NotFound):
    """Say that no reminders run for an invoice."""

    def __init__(self, number: str) -> None:
        super().__init__(f"No reminders run for {number}: it is settled, with a person, or no segment takes it.")


class NoSuchStep(NotFound):
    """Say that a cadence has no letter at a step."""

    def __init__(self, number: str, step: int, cadence: str, letters: Sequence[str]) -> None:
        steps = ", ".join(letters) or "none"
        super().__init__(f"{number} is in cadence {cadence}, which has no letter at step {step}; it has: {steps}.")


class ReasonMissing(Refusal):
    """Say that an act needs a reason."""


class StepPassed(Refusal):
    """Say that a step has left already, or was passed over."""

    def __init__(self, number: str, step: int) -> None:
        super().__init__(f"Step {step} of {number} has left already or was passed over; there is nothing to change.")


class AlreadyStruck(Refusal):
    """Say who struck a step out before, and why."""

    def __init__(self, number: str, step: int, made_by: str, reason: str) -> None:
        super().__init__(f"Step {step} of {number} was struck out by {made_by} already: {reason}")


class NotStruck(Refusal):
    """Say that nobody struck a step out."""

    def __init__(self, number: str, step: int) -> None:
        super().__init__(f"Step {step} of {number} is not struck out.")


class DayOutOfReach(Refusal):
    """Say for which days a preview can be made."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"A preview can be made for the days from {first} to {last}; what lies beyond is a guess.")
