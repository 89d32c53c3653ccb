"""Plan facts: what every event of a plan tells, its terms as they stood."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel import references
from domain.kernel.events import Amount
from domain.kernel.speech import say


class Term(BaseModel):
    """One instalment as it was agreed or asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_on: date
    amount: Amount


Terms = Annotated[tuple[Term, ...], Field(min_length=1)]


class PlanFacts(BaseModel):
    """What every event of a plan tells: the terms as they stood."""

    plan_id: UUID
    contact_id: UUID | None
    covers: Amount
    """The balance that the instalments add up to."""
    terms: Terms

    @property
    def reference(self) -> str:
        """The short word for the plan."""
        return references.plan(self.plan_id)

    @property
    def spelt(self) -> str:
        """The terms in words."""
        first, last = self.terms[0], self.terms[-1]
        if len(self.terms) == 1:
            return say("{amount} on {day}", amount=first.amount, day=first.due_on)
        return say(
            "{amount} in {count} instalments from {first} to {last}",
            amount=self.covers,
            count=len(self.terms),
            first=first.due_on,
            last=last.due_on,
        )

    @property
    def told_terms(self) -> dict[str, str]:
        """What every sentence about a plan names: its terms and its short word."""
        return {"terms": self.spelt, "reference": self.reference}
