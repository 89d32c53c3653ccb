"""Opening a mail: what it is, and of a person's mail also what it says; pure, and the standard library only."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from domain.deliverability import reading, replies
from domain.deliverability.reading import Kind, Reading
from domain.deliverability.replies import Reply


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail that was read."""

    reading: Reading
    reply: Reply | None = None
    """Of a person's mail; None of any other, and where its text defeated us: then it is shown as it came."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"reading": self.reading.as_json(), "reply": self.reply.as_json() if self.reply else None}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Read back what ``as_json`` made."""
        return cls(Reading.from_json(value["reading"]), Reply.from_json(value["reply"]) if value["reply"] else None)


def opened(raw: bytes, *, envelope_from: str, today: date) -> Opened:
    """Open one mail that came on the day *today*."""
    found = reading.read(raw, envelope_from=envelope_from)
    return Opened(found, _reply(raw, today) if found.kind is Kind.HUMAN else None)


def _reply(raw: bytes, today: date) -> Reply | None:
    try:
        return replies.read(raw, today=today)
    except Exception:  # the rim: what a person wrote reaches a person, also when our reading of it fails
        return None
