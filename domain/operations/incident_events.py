"""What happens to incidents: opened, worse, in somebody's hands, noted, unowned for too long, over."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.kernel.events import Amount, Event
from domain.kernel.notices import Notices, job
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, phrase, say
from domain.operations import incident_rules

HELD = phrase("payments are blocked; it opens when the incident is over")
"""Why the gate before mail that asks to pay is closed."""

FREED = phrase("no incident blocks payments any more")
"""Why it is open again."""

QUIET = phrase("nothing of it was seen for a while")
"""Why an incident is over that nobody ended."""


class Signal(BaseModel):
    """A rule that counts, with its newest figure."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rule: str
    severity: str
    figure: float

    def told(self) -> str:
        """Return what was found."""
        return incident_rules.found(self.rule, self.figure)


class IncidentEvent(Event):
    """Something about one incident."""

    incident_id: UUID
    number: int
    cause: str
    title: str
    """The words of whoever opened it by hand; else empty."""
    severity: str

    @property
    def called(self) -> str:
        """What the incident is called, said to the reader."""
        return incident_rules.title(self.cause, self.title)

    @property
    def about(self) -> dict[str, object]:
        """The values with which every sentence about it names it."""
        return {"number": str(self.number), "severity": self.severity, "title": self.called}


class FoundEvent(IncidentEvent):
    """Something that the rules, or a person, found."""

    signals: tuple[Signal, ...] = ()

    def also(self, sentence: str) -> str:
        """Return the sentence, with what was found behind it."""
        return " ".join([f"{sentence}.", *(each.told() for each in self.signals)]).rstrip(".")


class IncidentOpened(FoundEvent):
    """Something is wrong."""

    kind: ClassVar[str] = "incident.opened"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return self.also(say("Incident {number} ({severity}): {title}", **self.about))


class IncidentReopened(FoundEvent):
    """The same came back soon after it was over."""

    kind: ClassVar[str] = "incident.reopened"

    times: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return self.also(say("Incident {number} ({severity}) is back: {title}", **self.about))


class IncidentWorsened(FoundEvent):
    """It got worse, or a person says that it is worse."""

    kind: ClassVar[str] = "incident.worsened"

    before: str
    reason: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        sentence = say("Incident {number} is worse, {severity} instead of {before}: {title}", before=self.before,
                       **self.about)  # fmt: skip
        return self.also(f"{sentence} ({self.reason})" if self.reason else sentence)


class IncidentEased(IncidentEvent):
    """A person says that it is less bad than it was taken for."""

    kind: ClassVar[str] = "incident.eased"

    before: str
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Incident {number} is {severity} instead of {before}: {reason}",
            before=self.before,
            reason=self.reason,
            **self.about,
        )


class IncidentTaken(IncidentEvent):
    """Somebody looks after it."""

    kind: ClassVar[str] = "incident.taken"

    owner: str
    instead_of: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.instead_of:
            return say(
                "{owner} takes incident {number} over from {before}", owner=self.owner, before=self.instead_of,
                **self.about,
            )  # fmt: skip
        return say("{owner} has taken incident {number}", owner=self.owner, **self.about)


class IncidentNoted(IncidentEvent):
    """Somebody wrote down what was found or done."""

    kind: ClassVar[str] = "incident.noted"

    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Note on incident {number}: {note}", note=self.note, **self.about)


class IncidentUnowned(IncidentEvent):
    """Nobody has taken it for too long."""

    kind: ClassVar[str] = "incident.unowned"

    minutes: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return counted(
            "Incident {number} ({severity}) has been open for {n} minute and nobody has taken it",
            "Incident {number} ({severity}) has been open for {n} minutes and nobody has taken it",
            self.minutes,
            **self.about,
        )


class IncidentOver(IncidentEvent):
    """It is over."""

    kind: ClassVar[str] = "incident.over"

    reason: str
    minutes: int
    mails: int
    """That asked to pay and were held back at the end."""
    sums: tuple[Amount, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return counted(
            "Incident {number} is over after {n} minute: {reason}",
            "Incident {number} is over after {n} minutes: {reason}",
            self.minutes,
            reason=self.reason,
            **self.about,
        )


_SHOW = (job("show_incidents"),)
_MAIL = (job("show_incidents"), job("mail_incident"))

NOTICES: Notices = {
    IncidentOpened: _MAIL,
    IncidentReopened: _MAIL,
    IncidentWorsened: _MAIL,
    IncidentEased: _SHOW,
    IncidentTaken: _SHOW,
    IncidentNoted: _SHOW,
    IncidentUnowned: _SHOW,
    IncidentOver: _MAIL,
}
