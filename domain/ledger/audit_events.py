"""What comes of comparing every balance with its entries."""

from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, decimal, joined, say


class BalancesAudited(Event):
    """Every balance was compared with its entries, and all of them agree."""

    kind: ClassVar[str] = "balances.audited"

    invoices: int
    payments: int
    credit_notes: int
    seconds: float

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Balances agree with their entries: {invoices} invoices, {payments} payments and {credit_notes} credit "
            "notes compared in {seconds} s",
            invoices=self.invoices,
            payments=self.payments,
            credit_notes=self.credit_notes,
            seconds=decimal(self.seconds, places=1),
        )


class BalancesDiffer(Event):
    """Some balances are not the sum of their entries: money is wrong in our books."""

    kind: ClassVar[str] = "balances.differ"

    differences: int
    examples: tuple[Sentence, ...]
    """The first of them, in words."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = say(
            "P1: {n} balances differ from their entries. Approve no drafts and place no cash before it is understood; "
            "`plixo ledger audit` shows them. {examples}",
            n=self.differences,
            examples="; ".join(map(again, self.examples)),
        )
        more = self.differences - len(self.examples)
        return joined(" ", [told, say("and {n} more", n=more)]) if more > 0 else told
