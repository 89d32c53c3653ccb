"""Refusals of disputes and their documents; the tree is drawn in ``refusals.py``."""

from domain.commitments import dispute_reasons, words
from domain.commitments.dispute_reasons import REASONS
from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say


class DisputeNotFound(NotFound):
    """Say that there is no such dispute, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(say("There is no such dispute."))


class DocumentNotFound(NotFound):
    """Say that there is no such document."""

    def __init__(self) -> None:
        super().__init__(say("There is no such document."))


class NothingToDispute(Refusal):
    """Say why an invoice cannot be disputed."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            say(
                "Invoice {number} is {state}; there is nothing left to dispute. Write to us if money has to go back.",
                number=number,
                state=words.invoice_state(state),
            )
        )


class DisputeTooLarge(Refusal):
    """Say how much of the invoice can still be disputed."""

    def __init__(self, number: str, amount: Money, most: Money, disputed: Money) -> None:
        values = {"amount": amount, "balance": most + disputed, "number": number}
        super().__init__(
            say(
                "{amount} is more than can be disputed: {balance} is open on invoice {number}, of which {disputed} is"
                " disputed already.",
                disputed=disputed,
                **values,
            )
            if disputed
            else say("{amount} is more than can be disputed: {balance} is open on invoice {number}.", **values)
        )


class DisputeReasonUnknown(Refusal):
    """Say which reasons there are."""

    def __init__(self, code: str) -> None:
        names = ", ".join(reason.code for reason in REASONS)
        super().__init__(
            say("{code} is not a reason for a dispute. The reasons are: {names}.", code=repr(code[:40]), names=names)
        )


class DescriptionUnusable(Refusal):
    """Say that the description is missing or too long."""


class DocumentsMissing(Refusal):
    """Say which documents a reason requires."""

    def __init__(self, title: str, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds
        wanted = ", ".join(dispute_reasons.document(kind) for kind in kinds)
        super().__init__(
            say("“{title}” can only be decided with this: {wanted}. Please attach it.", title=title, wanted=wanted)
        )


class DocumentUnusable(Refusal):
    """Say what is wrong with one file."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(say("{name} was not taken: {problem}.", name=repr(name), problem=problem))


class DocumentWaits(Refusal):
    """Say that a file is still being examined."""

    def __init__(self, name: str) -> None:
        super().__init__(say("{name} is still being examined. Try again in a minute.", name=repr(name)))


class DocumentHeld(Refusal):
    """Say that a file is handed out to nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(say("{name} is held back: the virus check found something in it.", name=repr(name)))


class FilesUnkept(Refusal):
    """Say that files cannot be kept or read at this moment."""

    def __init__(self) -> None:
        super().__init__(
            say("Files cannot be kept at this moment, so nothing was sent. Please try again in a few minutes.")
        )


class DocumentsTooMany(Refusal):
    """Say how many files may come."""


class DisputeClosed(Refusal):
    """Say that the dispute was decided."""

    def __init__(self, reference: str, state: str) -> None:
        self.state = state
        super().__init__(
            say(
                "Dispute {reference} is {state}; nothing can be changed about it any more.",
                reference=reference,
                state=words.dispute_state(state),
            )
        )


class DisputeTaken(Refusal):
    """Say who has the dispute."""

    def __init__(self, reference: str, owner: str) -> None:
        super().__init__(
            say(
                "{owner} has dispute {reference}. To take it over, assign it to yourself.",
                owner=owner,
                reference=reference,
            )
        )


class OwnerUnusable(Refusal):
    """Say that somebody cannot own a dispute."""


class ResolutionUnusable(Refusal):
    """Say what a resolution lacks."""


class ResolutionWaits(Refusal):
    """Say that just this end was proposed and waits for its credit."""

    def __init__(self, reference: str, credit: Money) -> None:
        super().__init__(
            say(
                "Dispute {reference} ends as soon as the credit of {credit} is approved,"
                " which waits for somebody else.",
                reference=reference,
                credit=credit,
            )
        )
