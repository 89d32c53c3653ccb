"""Verdicts: what a guardrail may say of a mail or of one invoice in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Send:
    """Nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now; it stays queued."""

    until: datetime
    """The next moment at which it could pass; another guardrail may object then."""
    guardrail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Never:
    """Not this one; its reason is kept."""

    passing: bool = False
    """The reason may pass, so the step is given back and planned again later."""
    until: datetime | None = None
    """When it passes, where that is known."""
    guardrail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A person has to look at it first, or again."""

    guardrail: str = ""
    reason: str = ""


Verdict = Send | Wait | Never | Review

SEND = Send()
