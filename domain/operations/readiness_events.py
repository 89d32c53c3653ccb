"""What happens to readiness: a check changed, one was overridden, a test dispute came to its end."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.deliverability.events import SuppressionsLoaded
from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.speech import phrase, say
from domain.ledger.events import ContactAdded, LedgerImported
from domain.ledger.parity_events import ParityChecked, ParityFailed
from domain.operations import readiness_checks
from domain.operations.readiness_checks import BY_NAME
from domain.pay_links.provider_news import ProviderNotReady, ProviderReady

VERDICTS = {"pass": phrase("passes"), "warn": phrase("warns"), "fail": phrase("fails")}
"""What a verdict is called behind a check's name."""


class Change(BaseModel):
    """One check that says something else than before."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    before: str
    """Empty: it was judged for the first time."""
    verdict: str
    code: str
    figures: dict[str, Any]

    def told(self) -> str:
        """Return the change as a sentence."""
        check = BY_NAME.get(self.name)
        if check is None:
            return f"{self.name}: {self.verdict}"
        found = readiness_checks.said(check, self.code, self.figures)
        verdict = say(VERDICTS[self.verdict])
        return say("{check} {verdict}: {found}", check=say(check.title), verdict=verdict, found=found)


class ReadinessChanged(Event):
    """Checks of readiness passed, warned or failed that did not before."""

    kind: ClassVar[str] = "readiness.changed"

    changes: tuple[Change, ...]
    holding: tuple[str, ...]
    """Names of the checks that hold Autopilot now."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        changes = " ".join(each.told() for each in self.changes)
        if not self.holding:
            return changes.rstrip(".")
        names = ", ".join(title(each) for each in self.holding)
        return f"{changes} {say('Autopilot is held by {names}; `/plixo readiness` says what to do', names=names)}"


class OverrideEvent(Event):
    """Something about the override of one check."""

    override_id: UUID
    check: str
    reason: str
    until: AwareDatetime

    @property
    def title(self) -> str:
        """What the check is called."""
        return title(self.check)

    @property
    def end(self) -> str:
        """Until when, as it is read in a sentence."""
        return f"{self.until:%Y-%m-%d %H:%M} UTC"


class OverrideProposed(OverrideEvent):
    """Somebody wants a check to hold nothing back for a while; another person has to agree."""

    kind: ClassVar[str] = "readiness.override_proposed"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{check} is to be overridden until {end}: {reason}; a second person decides (`/plixo readiness`)",
            check=self.title,
            end=self.end,
            reason=self.reason,
        )


class OverrideBegun(OverrideEvent):
    """A check holds nothing back for a while."""

    kind: ClassVar[str] = "readiness.override_begun"

    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{check} is overridden until {end}, as {name} proposed: {reason}",
            check=self.title,
            end=self.end,
            name=self.proposed_by,
            reason=self.reason,
        )


class OverrideDeclined(OverrideEvent):
    """A check is not overridden."""

    kind: ClassVar[str] = "readiness.override_declined"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{check} is not overridden", check=self.title)


class OverrideEnded(OverrideEvent):
    """A check counts again."""

    kind: ClassVar[str] = "readiness.override_ended"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{check} counts again; its override is over", check=self.title)


class SmokeAsked(Event):
    """Somebody had a test dispute filed."""

    kind: ClassVar[str] = "readiness.smoke_asked"

    smoke_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("A test dispute is filed through the payers' pages")


class SmokeEnded(Event):
    """A test dispute arrived, or did not; it is closed and its link is dead."""

    kind: ClassVar[str] = "readiness.smoke_ended"

    smoke_id: UUID
    arrived: bool
    seconds: int
    why: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.arrived:
            return say("The test dispute arrived after {seconds} seconds", seconds=self.seconds)
        return say("The test dispute did not arrive ({why})", why=self.why)


def title(name: str) -> str:
    """Return what a check is called, said to the reader."""
    check = BY_NAME.get(name)
    return say(check.title) if check else name


_ANEW = (operators(), job("judge_readiness"))

NOTICES: Notices = {
    ReadinessChanged: (operators(), job("show_readiness")),
    OverrideProposed: (operators(), job("show_readiness")),
    OverrideBegun: _ANEW,
    OverrideDeclined: (operators(), job("show_readiness")),
    OverrideEnded: _ANEW,
    SmokeAsked: SILENT,  # whoever asked is answered
    SmokeEnded: (job("judge_readiness"),),  # what it changes is told
    LedgerImported: (job("judge_readiness"),),
    ContactAdded: (job("judge_readiness"),),
    SuppressionsLoaded: (job("judge_readiness"),),
    ParityChecked: (job("judge_readiness"),),
    ParityFailed: (job("judge_readiness"),),
    ProviderReady: (job("judge_readiness"),),
    ProviderNotReady: (job("judge_readiness"),),
}
