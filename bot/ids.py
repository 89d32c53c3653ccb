"""Ids: the names of all buttons, and what a button carries: a version and an id, nothing else.

A button lives as long as its message, for years. What it stands for is looked up, and the person who clicks is
authorised, when it is clicked.
"""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError


class Action(StrEnum):
    """A button's ``action_id``; ``bot/actions.py`` says what each does."""

    REGENERATE_LINK = "link.regenerate"
    WHY = "invoice.why"
    SHOW = "invoice.show"


class Subject(BaseModel):
    """What a button is about."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    invoice: UUID


def value(*, invoice_id: UUID) -> str:
    """Return the value of a button about an invoice."""
    return Subject(invoice=invoice_id).model_dump_json()


def subject(text: str) -> Subject | None:
    """Return what a button's value stands for; None when no version of ours wrote it."""
    try:
        return Subject.model_validate_json(text)
    except ValidationError:
        return None
