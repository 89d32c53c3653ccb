"""Refusals of links and checkouts.

Refusal
├── NotFound
│   ├── LinkNotFound         made up, expired, used elsewhere or replaced: one answer for all
│   └── CheckoutNotFound     the provider speaks of a checkout that is not ours
├── NoContact                nobody on file can be sent a link
├── PaymentUnderWay          a bank debit is being processed
├── PaymentInReview          money arrived that does not fit; a person looks at it
└── PaymentUnavailable       the payment provider did not take the order
"""

from domain.kernel.refusals import NotFound, Refusal


class LinkNotFound(NotFound):
    """Say that the link opens nothing, and not why."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask for a fresh one.")


class CheckoutNotFound(NotFound):
    """Say that no checkout of ours has that session."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"No checkout of this deployment has the session {session_id[:80]!r}.")


class NoContact(Refusal):
    """Say that there is nobody to send it to."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Invoice {number} has no contact that may be mailed. Add a contact first.")


class PaymentUnderWay(Refusal):
    """Say that a second payment would be one too many."""

    def __init__(self, number: str) -> None:
        super().__init__(f"A payment for invoice {number} is being processed. Nothing more needs to be done.")


class PaymentInReview(Refusal):
    """Say that paying again would be too early."""

    def __init__(self, number: str) -> None:
        super().__init__(f"A payment for invoice {number} is being looked at. Please do not pay again meanwhile.")


class PaymentUnavailable(Refusal):
    """Say that paying does not work at this moment."""

    def __init__(self) -> None:
        super().__init__("The payment page cannot be opened at the moment. Nothing was charged; try again in a minute.")
