"""What happens to maintenance besides its gate: it ends soon, it lasts, it is over and what it kept back leaves."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Amount, Event
from domain.kernel.notices import Notices, job, operators
from domain.kernel.speech import counted, say
from domain.outreach.stop_events import GateClosed, GateOpened


class MaintenanceEndsSoon(Event):
    """Maintenance ends by itself in a moment."""

    kind: ClassVar[str] = "maintenance.ends_soon"

    gate_id: UUID
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Maintenance ends at {until}, and mail leaves again; prolong it if need be", until=dates.told(self.until)
        )


class MaintenanceLasts(Event):
    """Maintenance without an end is still on."""

    kind: ClassVar[str] = "maintenance.lasts"

    gate_id: UUID
    hours: int
    mails: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return counted(
            "Maintenance has been on for {hours} hours and has no end; {n} mail waits",
            "Maintenance has been on for {hours} hours and has no end; {n} mails wait",
            self.mails,
            hours=self.hours,
        )


class MaintenanceOver(Event):
    """Maintenance is over; what it kept back leaves now."""

    kind: ClassVar[str] = "maintenance.over"

    gate_id: UUID
    since: AwareDatetime
    mails: int
    sums: tuple[Amount, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        if not self.mails:
            return say("Maintenance is over; it kept no mail back")
        return counted(
            "Maintenance is over; {n} mail over {sums} leaves now",
            "Maintenance is over; {n} mails over {sums} leave now",
            self.mails,
            sums=", ".join(str(each) for each in self.sums) or say("nothing open"),
        )


NOTICES: Notices = {
    MaintenanceEndsSoon: (operators(), job("show_maintenance")),
    MaintenanceLasts: (operators(), job("show_maintenance")),
    MaintenanceOver: (job("show_maintenance"),),  # that the gate is open is told
    GateClosed: (job("show_maintenance"),),
    GateOpened: (job("show_maintenance"),),
}
