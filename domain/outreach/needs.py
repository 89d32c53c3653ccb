"""Needs: why a reminder does not leave before a person has approved it."""

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say

SHADOW = phrase("Shadow Mode")
FINAL = phrase("final notice")
HIGH_VALUE = phrase("high value")
STEP = phrase("the step asks for approval")
VOID = phrase("its approval is void")

FINAL_SEVERITY = 2
"""Severity of the last letter before a person takes over."""


def of_item(core: Core, *, mode: str, severity: int, approval: bool, asked: Money) -> tuple[str, ...]:
    """Return why a mail with such an item needs approval; nothing: it may leave by itself."""
    reasons = (
        (SHADOW, mode != "autopilot"),
        (FINAL, severity >= FINAL_SEVERITY),
        (HIGH_VALUE, core.limits.exceeds(asked, core.limits.high_value, core.merchant.currency)),
        (STEP, approval),
    )
    return tuple(say(reason) for reason, holds in reasons if holds)
