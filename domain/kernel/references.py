"""References: the short words by which payers and operators speak of one plan, promise, dispute, question or call."""

from uuid import UUID


def of(letter: str, of: UUID) -> str:
    """Return the last eight hex digits of an id behind the letter of its kind, in groups for the telephone."""
    digits = of.hex[-8:].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"


def plan(plan_id: UUID) -> str:
    """Return the word for a plan."""
    return of("P", plan_id)


def promise(promise_id: UUID) -> str:
    """Return the word for a promise: somebody's word on an amount and a day."""
    return of("W", promise_id)


def dispute(dispute_id: UUID) -> str:
    """Return the word for a dispute."""
    return of("D", dispute_id)


def question(question_id: UUID) -> str:
    """Return the word for a question."""
    return of("Q", question_id)


def support(support_id: UUID) -> str:
    """Return the word for a call for help."""
    return of("S", support_id)
