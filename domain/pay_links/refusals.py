"""Refusals of links and checkouts.

Refusal
├── NotFound
│   ├── LinkNotFound         made up, expired, used elsewhere or replaced: one answer for all
│   ├── CheckoutNotFound     the provider speaks of a checkout that is not ours
│   ├── StrayNotFound        money that waits for nobody any more
│   └── ForwardingNotFound   no such wish that somebody else gets a link
├── ForwardingDecided        somebody answered it first
├── ForwardingOld            nobody answered it for so long that it is asked anew
├── ForwardingsWait          as many wait as one invoice may have
├── NoContact                nobody on file can be sent a link
├── AmountNotPossible        a part that cannot be collected, or would leave such a rest
├── PartPaymentsOff          the merchant takes whole payments only
├── StrayUnbookable          money that cannot be entered as it is
├── PaymentUnderWay          a bank debit is being processed
├── PaymentInReview          money arrived that does not fit; a person looks at it
└── PaymentUnavailable       the payment provider did not take the order
"""

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say
from domain.pay_links.parts import Choices


class LinkNotFound(NotFound):
    """Say that the link opens nothing, and not why."""

    def __init__(self) -> None:
        super().__init__(say("This link does not work any more. Ask for a fresh one."))


class CheckoutNotFound(NotFound):
    """Say that no checkout of ours has that session."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            say("No checkout of this deployment has the session {session}.", session=repr(session_id[:80]))
        )


class StrayNotFound(NotFound):
    """Say that no such money waits."""

    def __init__(self) -> None:
        super().__init__(say("No money of that id waits any more. `/plixo stray` lists what does."))


class ForwardingNotFound(NotFound):
    """Say that no such wish is known."""

    def __init__(self) -> None:
        super().__init__(say("There is no such request for a link. `/plixo forward` lists those that wait."))


class ForwardingDecided(Refusal):
    """Say who answered it first."""

    def __init__(self, masked: str, state: str, by: str) -> None:
        told = {"address": masked, "name": by}
        super().__init__(
            say(
                "The request that {address} gets a link is approved already, by {name}. Nothing was done twice.", **told
            )
            if state == "approved"
            else say(
                "The request that {address} gets a link is {state} already, by {name}. Nothing was done twice.",
                **told,
                state=say(state),
            )
        )


class ForwardingOld(Refusal):
    """Say that it was asked for too long ago."""

    def __init__(self, masked: str, days: int) -> None:
        super().__init__(
            say(
                "The request that {address} gets a link is older than {days} days. "
                "Ask the customer whether it still holds; `/plixo contact add` makes a contact of anybody.",
                address=masked,
                days=days,
            )
        )


class ForwardingsWait(Refusal):
    """Say that it is enough for now."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(say("{most} people wait for an answer already.", most=most))


class AmountNotPossible(Refusal):
    """Say which amounts can be paid."""

    def __init__(self, choices: Choices | None, whole: str) -> None:
        self.choices = choices
        super().__init__(
            say(
                "That amount cannot be paid. Choose an amount from {least} to {most}, or the whole balance of {whole}.",
                least=choices.least,
                most=choices.most,
                whole=whole,
            )
            if choices
            else say("That amount cannot be paid. Choose the whole balance of {whole}.", whole=whole)
        )


class PartPaymentsOff(Refusal):
    """Say that only the whole can be paid."""

    def __init__(self) -> None:
        super().__init__(
            say("Only the amount that is asked for can be paid here. Please contact us about another amount.")
        )


class StrayUnbookable(Refusal):
    """Say why money at the provider cannot be entered, and what to do instead."""


class NoContact(Refusal):
    """Say that there is nobody to send it to."""

    def __init__(self, number: str) -> None:
        super().__init__(say("Invoice {number} has no contact that may be mailed. Add a contact first.", number=number))


class PaymentUnderWay(Refusal):
    """Say that a second payment would be one too many."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say("A payment for invoice {number} is being processed. Nothing more needs to be done.", number=number)
        )


class PaymentInReview(Refusal):
    """Say that paying again would be too early."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say("A payment for invoice {number} is being looked at. Please do not pay again meanwhile.", number=number)
        )


class PaymentUnavailable(Refusal):
    """Say that paying does not work at this moment."""

    def __init__(self) -> None:
        super().__init__(
            say("The payment page cannot be opened at the moment. Nothing was charged; try again in a minute.")
        )
