"""Parts: which amounts a payer may choose to pay instead of all that is open."""

from dataclasses import dataclass

from domain.kernel.money import Money
from domain.kernel.ports import Collectable


@dataclass(frozen=True, slots=True)
class Choices:
    """A part from *least* to *most*; what is left by it can be collected as well."""

    least: Money
    most: Money
    step: Money
    whole: Money

    def allow(self, amount: Money) -> bool:
        """Tell whether the payer may pay just this."""
        return self.least <= amount <= self.most and amount.minor % self.step.minor == 0


def choices(balance: Money, collectable: Collectable | None) -> Choices | None:
    """Return which parts of a balance can be paid; None when it cannot be divided.

    A rest below the provider's smallest amount could never be paid online, so a part leaves nothing or enough.
    """
    if collectable is None:
        return None
    largest = min(balance - collectable.least, collectable.most)
    most = Money(largest.minor - largest.minor % collectable.step.minor, balance.currency)
    if most < collectable.least:
        return None
    return Choices(collectable.least, most, collectable.step, balance)
