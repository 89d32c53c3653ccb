"""What people do about the chat itself: hear less of something, hear of it again, have a shortened message shown."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Event, PlacedEvent
from domain.kernel.notices import SILENT, Notices
from domain.kernel.speech import say, say_as


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
        return say(
            "Channel {channel} hears nothing of “{news}” until {moment}",
            channel=self.channel,
            news=words(self.of),
            moment=dates.told(self.until),
        )


class MuteLifted(Event):
    """A channel hears of something again before its time was over."""

    kind: ClassVar[str] = "channel.unmuted"

    channel: str
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Channel {channel} hears of “{news}” again", channel=self.channel, news=words(self.of))


class DetailsRevealed(PlacedEvent):
    """Somebody had shown what a message in a public channel leaves out; only that person saw it."""

    kind: ClassVar[str] = "details.revealed"

    channel: str
    file: str = ""
    """The name of the file that was handed in, if it is about one."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.file:
            return say("What the file {file} holds was revealed to one person", file=self.file)
        return say(
            "Details that channel {channel} does not show were revealed to one person",
            channel=self.channel or say_as("a channel", "unknown"),
        )


NOTICES: Notices = {
    ChannelMuted: SILENT,  # whoever asks is answered at once
    MuteLifted: SILENT,
    DetailsRevealed: SILENT,
}
