"""Refusals of disputes and their documents; the tree is drawn in ``refusals.py``."""

from domain.commitments.dispute_reasons import DOCUMENTS, REASONS
from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal


class DisputeNotFound(NotFound):
    """Say that there is no such dispute, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__("There is no such dispute.")


class DocumentNotFound(NotFound):
    """Say that there is no such document."""

    def __init__(self) -> None:
        super().__init__("There is no such document.")


class NothingToDispute(Refusal):
    """Say why an invoice cannot be disputed."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            f"Invoice {number} is {state.replace('_', ' ')}; there is nothing left to dispute. "
            "Write to us if money has to go back."
        )


class DisputeTooLarge(Refusal):
    """Say how much of the invoice can still be disputed."""

    def __init__(self, number: str, amount: Money, most: Money, disputed: Money) -> None:
        already = f", of which {disputed} is disputed already" if disputed else ""
        super().__init__(
            f"{amount} is more than can be disputed: {most + disputed} is open on invoice {number}{already}."
        )


class DisputeReasonUnknown(Refusal):
    """Say which reasons there are."""

    def __init__(self, code: str) -> None:
        names = ", ".join(reason.code for reason in REASONS)
        super().__init__(f"{code[:40]!r} is not a reason for a dispute. The reasons are: {names}.")


class DescriptionUnusable(Refusal):
    """Say that the description is missing or too long."""


class DocumentsMissing(Refusal):
    """Say which documents a reason requires."""

    def __init__(self, title: str, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds
        wanted = " and ".join(DOCUMENTS[kind] for kind in kinds)
        super().__init__(f"“{title}” can only be decided with this: {wanted}. Please attach it.")


class DocumentUnusable(Refusal):
    """Say what is wrong with one file."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name!r} was not taken: {problem}.")


class DocumentWaits(Refusal):
    """Say that a file is still being examined."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is still being examined. Try again in a minute.")


class DocumentHeld(Refusal):
    """Say that a file is handed out to nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is held back: the virus check found something in it.")


class FilesUnkept(Refusal):
    """Say that files cannot be kept or read at this moment."""

    def __init__(self) -> None:
        super().__init__("Files cannot be kept at this moment, so nothing was sent. Please try again in a few minutes.")


class DocumentsTooMany(Refusal):
    """Say how many files may come."""


class DisputeClosed(Refusal):
    """Say that the dispute was decided."""

    def __init__(self, reference: str, state: str) -> None:
        self.state = state
        super().__init__(f"Dispute {reference} is {state.replace('_', ' ')}; nothing can be changed about it any more.")


class DisputeTaken(Refusal):
    """Say who has the dispute."""

    def __init__(self, reference: str, owner: str) -> None:
        super().__init__(f"{owner} has dispute {reference}. To take it over, assign it to yourself.")


class OwnerUnusable(Refusal):
    """Say that somebody cannot own a dispute."""


class ResolutionUnusable(Refusal):
    """Say what a resolution lacks."""


class ResolutionWaits(Refusal):
    """Say that just this end was proposed and waits for its credit."""

    def __init__(self, reference: str, credit: Money) -> None:
        super().__init__(
            f"Dispute {reference} ends as soon as the credit of {credit} is approved, which waits for somebody else."
        )
