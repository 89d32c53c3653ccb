"""What people do about the chat itself: hear less of something, hear of it again, have a shortened message shown."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain.kernel.events import Event, PlacedEvent
from domain.kernel.notices import SILENT, Notices


def words(kind: str) -> str:
    """Return a kind of event as plain words: ``payment.to_verify`` is "payment to verify"."""
    return kind.replace(".", " ").replace("_", " ").replace("-", " ")


class ChannelMuted(Event):
    """Somebody asked to hear less of one kind of news in one channel."""

    kind: ClassVar[str] = "channel.muted"

    channel: str
    of: str
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Channel {self.channel} hears nothing of “{words(self.of)}” until {self.until:%Y-%m-%d %H:%M} UTC"


class MuteLifted(Event):
    """A channel hears of something again before its time was over."""

    kind: ClassVar[str] = "channel.unmuted"

    channel: str
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Channel {self.channel} hears of “{words(self.of)}” again"


class DetailsRevealed(PlacedEvent):
    """Somebody had shown what a message in a public channel leaves out; only that person saw it."""

    kind: ClassVar[str] = "details.revealed"

    channel: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Details that channel {self.channel or 'unknown'} does not show were revealed to one person"


NOTICES: Notices = {
    ChannelMuted: SILENT,  # whoever asks is answered at once
    MuteLifted: SILENT,
    DetailsRevealed: SILENT,
}
