"""Audience: who can read a message, and how sums and names are written for them. The one place that shortens."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot import text
from bot.blocks import Message
from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Reader, say
from domain.operations.chat_channels import ChannelClass

MOST_INITIALS = 3


@dataclass(frozen=True, slots=True)
class Audience:
    """The readers of one channel, or one person."""

    brief: bool
    """Whether people without any right here may read along: sums are rounded then, names are initials."""

    def money(self, amount: Money) -> str:
        """Return a sum as these readers may see it; rounded ones keep two figures."""
        if not self.brief:
            return speech.amount(amount)
        whole = abs(amount.decimal)
        if whole < 1:
            return say("less than 1 {currency}", currency=amount.currency)
        step = Decimal(10) ** max(whole.adjusted() - 1, 0)
        rounded = (whole / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
        figure = speech.number(int(-rounded if amount.minor < 0 else rounded))
        return say("about {figure} {currency}", figure=figure, currency=amount.currency)

    def name(self, stranger: str) -> str:
        """Return a customer's or contact's name for formatted text."""
        return text.foreign(self._initials(stranger) if self.brief else stranger)

    def plain_name(self, stranger: str) -> str:
        """Return a customer's or contact's name for an element that knows no formatting."""
        return text.plain(self._initials(stranger) if self.brief else stranger)

    @staticmethod
    def _initials(stranger: str) -> str:
        """Return the first characters of the first words; what begins like an address or a number says nothing."""
        words = [word for word in text.plain(stranger).split() if word[:1].isalnum()]
        return " ".join(f"{word[0]}…" for word in words[:MOST_INITIALS]) or say("a customer")


FULL = Audience(brief=False)
"""Those who were invited, or one person."""

PUBLIC = Audience(brief=True)
"""Everyone in the company."""

Draw = Callable[[Audience], Message]
"""A message that is drawn once it is known who will read it."""


@dataclass(frozen=True, slots=True)
class Own:
    """What draws a message to one person: as that one reads, and so is what the poster adds to it."""

    reader: Reader
    draw: Draw

    def __call__(self, audience: Audience) -> Message:
        """Draw it."""
        with speech.spoken_to(self.reader):
            return self.draw(audience)


def of(channel_class: ChannelClass) -> Audience | None:
    """Return who reads a channel of that class; None where nothing may be posted."""
    match channel_class:
        case ChannelClass.PRIVATE | ChannelClass.DIRECT:
            return FULL
        case ChannelClass.PUBLIC | ChannelClass.UNKNOWN:
            return PUBLIC
        case ChannelClass.EXTERNAL:
            return None
