"""The policy document: every segment and cadence of a merchant as one value, so that they always fit each other.

It is stored as JSON in the table ``policy`` and written by people as a file; both are read by ``Document``. What a
single value cannot tell (a cadence that nobody uses, a harsher letter before a milder one) is in ``checks.py``.
"""

from typing import Any, Self

from pydantic import Field, model_validator

from domain.kernel.speech import say
from domain.policies.values import (
    Accounts,
    BalanceRange,
    Buckets,
    Countries,
    Currencies,
    DaysRange,
    Mode,
    Name,
    Notes,
    Part,
    Recipients,
    Regions,
    Risks,
    Tags,
    Tone,
    Word,
    Words,
)

MAX_SEGMENTS = 50
"""Each is a branch of one expression that is asked about every invoice."""

MAX_CADENCES = 50
MAX_STEPS = 20


class Rule(Part):
    """What an invoice and its customer must be like; every condition that is stated must hold, none means all.

    An attribute that a customer does not have (no country, no risk) meets no condition on it.
    """

    days_past_due: DaysRange | None = None
    ageing: Buckets | None = None
    balance: BalanceRange | None = None
    currency: Currencies | None = None
    country: Countries | None = None
    region: Regions | None = None
    industry: Words | None = None
    risk: Risks | None = None
    tags: Tags | None = None
    account: Accounts | None = None
    """Customer numbers or names."""


class SegmentPart(Part):
    """One segment: whom it takes, and the policy that they get."""

    name: Name
    rule: Rule = Rule()
    cadence: Name
    mode: Mode = Mode.SHADOW
    daily_cap: int | None = Field(default=None, ge=1, le=1_000_000)
    notes: Notes = ""


class StepPart(Part):
    """One step of a cadence: a letter so many days after the due date (before it when negative), or a person."""

    day: int = Field(ge=-365, le=1095)
    letter: Word | None = None
    tone: Tone = Tone.NEUTRAL
    recipients: Recipients = Recipients.BILLING
    approval: bool = False
    escalate: bool = False

    @model_validator(mode="after")
    def _letter_or_person(self) -> Self:
        if self.escalate and (idle := self.model_fields_set & {"letter", "tone", "recipients", "approval"}):
            raise ValueError(
                say("a step that hands over to a person sends no mail, so it has no {word}", word=min(idle))
            )
        if not self.escalate and self.letter is None:
            raise ValueError(say("a step has a letter, or says `escalate: true`"))
        return self


class CadencePart(Part):
    """One cadence: its steps in the order of their days."""

    name: Name
    steps: tuple[StepPart, ...] = Field(min_length=1, max_length=MAX_STEPS)


class Document(Part):
    """A whole policy; the first segment that matches takes the invoice."""

    segments: tuple[SegmentPart, ...] = Field(min_length=1, max_length=MAX_SEGMENTS)
    cadences: tuple[CadencePart, ...] = Field(min_length=1, max_length=MAX_CADENCES)

    def cadence(self, name: str) -> CadencePart | None:
        """Return the cadence of that name."""
        return next((each for each in self.cadences if each.name == name), None)

    def segment(self, name: str) -> SegmentPart | None:
        """Return the segment of that name."""
        return next((each for each in self.segments if each.name == name), None)


def as_json(part: Part) -> dict[str, Any]:
    """Return a part in the form in which it is stored and exported: what is not said is left out."""
    written = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for segment in written.get("segments", ()):
        segment.setdefault("mode", Mode.SHADOW.value)
    for cadence in written.get("cadences", ()):
        for step in cadence["steps"]:
            if "letter" in step:
                step.setdefault("tone", Tone.NEUTRAL.value)
    return written


def of_json(stored: Any) -> Document:
    """Return the document as it was stored."""
    return Document.model_validate_json(stored) if isinstance(stored, str) else Document.model_validate(stored)
