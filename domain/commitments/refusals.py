"""Refusals of promises, plans and disputes; those of disputes are in ``dispute_refusals.py``.

Refusal
├── NotFound
│   ├── PromiseNotFound
│   ├── PlanNotFound
│   ├── DisputeNotFound
│   └── DocumentNotFound
├── NotTheirs            a payer speaks about an invoice of somebody else, or names a contact of somebody else
├── AmountNotPositive
├── OtherCurrency        an amount in another currency than the invoice's
├── PromiseInPast
├── PromiseDayOver       its day is over: money decides, nobody takes it back
├── PromiseTooFar        so far ahead that it has to be a plan
├── PromiseTooLarge      more than may still be asked for
├── PromiseRepeated      the very same promise is on file
├── PlanExists           an invoice has one plan at a time
├── PlanUnsound          the instalments do not fit: sum, days, number
├── PlanOutdated         the balance is not the one that the instalments add up to
├── TextTooLong
├── NothingToDispute     the invoice is settled, void or written off
├── DisputeTooLarge      more than is open and not disputed yet
├── DisputeReasonUnknown
├── DescriptionUnusable  none, or a book
├── DocumentsMissing     a payer did not bring what the reason requires
├── DocumentUnusable     no PDF, PNG or JPEG, empty, or too large
├── DocumentsTooMany
├── DocumentWaits        it was not examined yet
├── DocumentHeld         the virus check found something in it
├── FilesUnkept          the store of files does not answer
├── DisputeClosed        it was decided
├── DisputeTaken         somebody else has it
├── OwnerUnusable        that person may not work on disputes
├── ResolutionUnusable   the end does not fit the dispute
├── ResolutionWaits      just that end waits for its credit
└── ReasonMissing        nobody said why
"""

from datetime import date

from domain.commitments import words
from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say


class PromiseNotFound(NotFound):
    """Say that no promise has that id."""

    def __init__(self) -> None:
        super().__init__(say("There is no such promise."))


class PlanNotFound(NotFound):
    """Say that the invoice has no plan that could be acted on."""

    def __init__(self, number: str) -> None:
        super().__init__(say("Invoice {number} has no plan that is requested, countered or running.", number=number))


class NotTheirs(Refusal):
    """Say that a contact does not belong to the invoice's customer."""

    def __init__(self, number: str) -> None:
        super().__init__(say("That contact does not belong to the customer of invoice {number}.", number=number))


class PromiseInPast(Refusal):
    """Say that the promised day is over."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            say("{day} is in the past; today is {today}. A promise is about a day to come.", day=day, today=today)
        )


class PromiseDayOver(Refusal):
    """Say that the promised day is over, and who decides now."""

    def __init__(self, day: date, until: date) -> None:
        super().__init__(
            say(
                "The promise was for {day}; whether it was kept is decided by the money that comes until {until}.",
                day=day,
                until=until,
            )
        )


class PromiseTooFar(Refusal):
    """Say up to which day a promise may run."""

    def __init__(self, day: date, last: date) -> None:
        super().__init__(
            say(
                "{day} is too far ahead: a promise may run until {last}. Ask for a payment plan instead.",
                day=day,
                last=last,
            )
        )


class PromiseTooLarge(Refusal):
    """Say how much may still be promised, and what the rest of the balance waits for."""

    def __init__(self, amount: Money, most: Money, why: str) -> None:
        values = {"amount": amount, "why": f" ({why})" if why else ""}
        super().__init__(
            say("{amount} cannot be promised: at most {most} is left to promise{why}.", **values, most=most)
            if most
            else say("{amount} cannot be promised: nothing is left to promise{why}.", **values)
        )


class AmountNotPositive(Refusal):
    """Say that an amount has to be more than nothing."""

    def __init__(self, amount: Money) -> None:
        super().__init__(say("{amount} is not an amount that can be paid; say one above zero.", amount=amount))


class OtherCurrency(Refusal):
    """Say in which currency the invoice is owed."""

    def __init__(self, given: str, owed: str) -> None:
        super().__init__(say("The invoice is owed in {owed}, not in {given}.", owed=owed, given=given))


class PromiseRepeated(Refusal):
    """Say that the promise is on file."""

    def __init__(self, amount: Money, day: date) -> None:
        super().__init__(say("A promise over {amount} by {day} is on file already.", amount=amount, day=day))


class PlanExists(Refusal):
    """Say that another plan comes first."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            say(
                "Invoice {number} has a plan that is {state}; end or counter that one first.",
                number=number,
                state=words.plan_state(state),
            )
        )


class PlanUnsound(Refusal):
    """Say what is wrong with the instalments."""


class PlanOutdated(Refusal):
    """Say that the balance has changed since the terms were made."""

    def __init__(self, number: str, covers: Money, balance: Money) -> None:
        super().__init__(
            say(
                "The instalments add up to {covers}, but {balance} is open on invoice {number} now. "
                "Counter with new terms, or reject the plan.",
                covers=covers,
                balance=balance,
                number=number,
            )
        )


class ReasonMissing(Refusal):
    """Say that a reason has to be given."""

    def __init__(self, what: str) -> None:
        super().__init__(say("{what} needs a reason.", what=say(what)))


class TextTooLong(Refusal):
    """Say how much may be written."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(say("{what} may have {most} characters at most.", what=say(what), most=most))
