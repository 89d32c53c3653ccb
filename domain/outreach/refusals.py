"""Refusals: how reminders say no to what people ask of them.

Refusal
├── NotFound
│   ├── NotEnrolled         the invoice is in no running cadence
│   ├── NoSuchStep          its cadence has no letter there
│   ├── DraftNotFound       no mail has that id
│   ├── LetterUnknown       no letter has that name, or there is no such tone
│   ├── NothingToTell       the invoice has had nothing that such a letter answers
│   └── HoldNotFound        nothing is on hold there
├── NothingToReplay         no imported invoice falls into the span (in ``simulation``)
├── SpanUnusable            a replay ends before it begins, or is too long (in ``simulation``)
├── ReasonMissing           an act that is told to others needs a reason
├── StepPassed              the step has left, or was passed over
├── AlreadyStruck           somebody struck it out before
├── NotStruck               nobody did
├── DayOutOfReach           a preview looks a month ahead at most
├── NoDraft                 the mail has left, waits to leave, or is not to be sent
├── DraftOutdated           it changed since the approver looked, or asks for what is not owed
├── UndoTooLate             the mail may have left
├── WordsRefused            a draft's words leave no mail that we would send
├── RecipientRefused        a draft may not go to that contact
├── NudgeRefused            a guardrail would keep the reminder back; says which
├── HoldUnclear             a hold is on an invoice, a customer or one contact, and ends in the future
├── LegalHoldKept           only Legal or a Controller lifts a legal hold
└── GateRefused             the gate is as it was asked to be, or no such segment is in force
"""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say


class NotEnrolled(NotFound):
    """Say that no reminders run for an invoice."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say("No reminders run for {number}: it is settled, with a person, or no segment takes it.", number=number)
        )


class NoSuchStep(NotFound):
    """Say that a cadence has no letter at a step."""

    def __init__(self, number: str, step: int, cadence: str, letters: Sequence[str]) -> None:
        told = {"number": number, "cadence": cadence, "step": str(step), "steps": ", ".join(letters)}
        super().__init__(
            say("{number} is in cadence {cadence}, which has no letter at step {step}; it has: {steps}.", **told)
            if letters
            else say("{number} is in cadence {cadence}, which has no letter at step {step}; it has: none.", **told)
        )


class LetterUnknown(NotFound):
    """Say that there is no such letter or tone."""

    def __init__(self, what: str, asked: str, offered: Iterable[str]) -> None:
        told = {"asked": repr(asked[:40]), "offered": ", ".join(offered)}
        super().__init__(
            say("There is no tone {asked}; there are: {offered}.", **told)
            if what == "tone"
            else say("There is no letter {asked}; there are: {offered}.", **told)
        )


class NothingToTell(NotFound):
    """Say that an invoice has had nothing that a letter could answer."""

    def __init__(self, number: str, letter: str, lacking: str) -> None:
        super().__init__(
            say(
                "{number} has had no {lacking}, so there is nothing that the letter {letter} could say.",
                number=number,
                lacking=say(lacking),
                letter=letter,
            )
        )


class ReasonMissing(Refusal):
    """Say that an act needs a reason."""


class StepPassed(Refusal):
    """Say that a step has left already, or was passed over."""

    def __init__(self, number: str, step: int) -> None:
        super().__init__(
            say(
                "Step {step} of {number} has left already or was passed over; there is nothing to change.",
                step=str(step),
                number=number,
            )
        )


class AlreadyStruck(Refusal):
    """Say who struck a step out before, and why."""

    def __init__(self, number: str, step: int, made_by: str, reason: str) -> None:
        super().__init__(
            say(
                "Step {step} of {number} was struck out by {name} already: {reason}",
                step=str(step),
                number=number,
                name=made_by,
                reason=reason,
            )
        )


class NotStruck(Refusal):
    """Say that nobody struck a step out."""

    def __init__(self, number: str, step: int) -> None:
        super().__init__(say("Step {step} of {number} is not struck out.", step=str(step), number=number))


class DayOutOfReach(Refusal):
    """Say for which days a preview can be made."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            say(
                "A preview can be made for the days from {first} to {last}; what lies beyond is a guess.",
                first=first,
                last=last,
            )
        )


class DraftNotFound(NotFound):
    """Say that there is no such mail."""

    def __init__(self) -> None:
        super().__init__(say("There is no such draft. The list of drafts shows those that wait for a person."))


class HoldNotFound(NotFound):
    """Say that nothing is on hold there."""

    def __init__(self) -> None:
        super().__init__(say("No hold of that kind is in force there; there is nothing to lift."))


class NoDraft(Refusal):
    """Say what became of a draft meanwhile."""

    def __init__(self, what: str) -> None:
        super().__init__(say("This is no draft any more: {why}.", why=what))


class DraftOutdated(Refusal):
    """Say how a draft differs from what the approver was shown; nothing was approved."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.changes = tuple(changes)
        super().__init__(
            say(
                "It has changed since you looked: {changes}. Nothing was approved; look again.",
                changes="; ".join(self.changes),
            )
        )


class UndoTooLate(Refusal):
    """Say that a mail cannot be called back."""

    def __init__(self) -> None:
        super().__init__(
            say("It cannot be called back any more: the time for that is over, and the mail may have left.")
        )


class WordsRefused(Refusal):
    """Say what is wrong with the words that a person wrote for a letter."""


class RecipientRefused(Refusal):
    """Say that a draft may not go to a contact."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "It cannot go to that contact: not one of this customer's who may be mailed, or with a mail that waits"
                " already. Nothing was saved. Open it again."
            )
        )


class NudgeRefused(Refusal):
    """Say why a reminder would not be sent now."""

    def __init__(self, number: str, why: str) -> None:
        super().__init__(say("No reminder about {number} now: {why}.", number=number, why=why))


class HoldUnclear(Refusal):
    """Say what a hold needs."""


class LegalHoldKept(Refusal):
    """Say who may lift a legal hold."""

    def __init__(self) -> None:
        super().__init__(say("A legal hold is lifted by Legal or a Controller; ask one of them."))


class GateRefused(Refusal):
    """Say why a gate stays as it is."""
