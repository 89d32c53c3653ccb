"""Calendar arithmetic on due dates; a due date is a date, never an instant. And moments as sentences tell them."""

from datetime import UTC, date, datetime


def days_past_due(due_on: date, today: date) -> int:
    """Return the DPD: positive when overdue, negative before the due date."""
    return (today - due_on).days


AGEING_BUCKETS: tuple[tuple[str, int], ...] = (
    ("current", 0),
    ("1-30", 30),
    ("31-60", 60),
    ("61-90", 90),
)
"""Upper bounds in days past due; anything later is 91+. Basis: the due date."""


def ageing_bucket(days: int) -> str:
    """Return the ageing bucket of so many days past due."""
    return next((name for name, limit in AGEING_BUCKETS if days <= limit), "91+")


def told(at: datetime) -> str:
    """Return a moment as sentences tell it: in UTC, for edges to show it in each reader's own zone."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
