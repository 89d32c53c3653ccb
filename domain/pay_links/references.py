"""References: the short word by which payers and operators speak of one attempt to pay."""

from uuid import UUID


def of(checkout_id: UUID) -> str:
    """Return eight hex digits of the attempt's id, in two groups that can be read out on the telephone."""
    digits = checkout_id.hex[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"
