"""What happens to crons: somebody paused one, and it goes on."""

from typing import ClassVar

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Event
from domain.kernel.notices import Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, say


class CronPaused(Event):
    """A cron runs no more until a moment, for a reason."""

    kind: ClassVar[str] = "cron.paused"

    cron: str
    reason: Sentence
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The cron {cron} is paused until {until}: {reason}",
            cron=self.cron,
            until=dates.told(self.until),
            reason=self.reason,
        )


class CronResumed(Event):
    """A cron runs again; what was missed is caught up by one run."""

    kind: ClassVar[str] = "cron.resumed"

    cron: str
    reason: Sentence
    missed: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"cron": self.cron, "reason": self.reason}
        if not self.missed:
            return say("The cron {cron} runs again ({reason}); it missed no run", **told)
        return counted(
            "The cron {cron} runs again ({reason}); it missed {n} run and catches up now",
            "The cron {cron} runs again ({reason}); it missed {n} runs and catches up by one now",
            self.missed,
            **told,
        )


NOTICES: Notices = {CronPaused: (operators(),), CronResumed: (operators(),)}
