"""What happens to the data of people who asked for them to be erased. No event names the person."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.speech import counted, joined, say
from domain.operations.erasing.words import mark


class ErasureEvent(Event):
    """A fact about one erasure."""

    erasure_id: UUID
    number: int
    whom: str
    """``contact`` or ``operator``."""

    @property
    def mark(self) -> str:
        """What stands for the person."""
        return mark(self.whom, self.number)


class ErasureProposed(ErasureEvent):
    """Somebody wants a person's data to be erased; a second person decides."""

    kind: ClassVar[str] = "erasure.proposed"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"number": str(self.number), "reason": self.reason}
        if self.whom == "contact":
            return say(
                "A contact's data are to be erased: {reason}. `/plixo privacy approve {number}` by a second person",
                **known,
            )
        return say(
            "The data of an operator who left are to be erased: {reason}. `/plixo privacy approve {number}` by a second"
            " person",
            **known,
        )


class ErasureDeclined(ErasureEvent):
    """A second person said no."""

    kind: ClassVar[str] = "erasure.declined"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Erasure #{number} was declined: {reason}", number=str(self.number), reason=self.reason)


class ErasureBegun(ErasureEvent):
    """A person's data are being erased; from here on there is no way back."""

    kind: ClassVar[str] = "erasure.begun"

    reason: str
    asked_by: str
    contact_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Erasure #{number} has begun, asked for by {who}: {reason}",
            number=str(self.number),
            who=self.asked_by,
            reason=self.reason,
        )


class ErasureDone(ErasureEvent):
    """The certificate: a person's data are gone, with how many rows of what; it holds nothing of the person's."""

    kind: ClassVar[str] = "erasure.done"

    reason: str
    asked_by: str
    decided_by: str
    counts: dict[str, int]
    """Rows that changed, by table; lines of the timeline; files."""
    kept: dict[str, int]
    """What stays, since the law or the books need it."""
    waiting: int
    """Mails of theirs that nobody has dealt with yet, and that therefore stay."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = counted(
            "The data of {who} are erased: {n} entry in all",
            "The data of {who} are erased: {n} entries in all",
            sum(self.counts.values()),
            who=self.mark,
        )
        if not self.waiting:
            return told
        left = counted(
            "{n} mail that came meanwhile waits for somebody", "{n} mails that came meanwhile wait for somebody",
            self.waiting,
        )  # fmt: skip
        return joined("; ", [told, left])


class AddressReadmitted(Event):
    """An address whose data were erased may be a contact again, since a person said why."""

    kind: ClassVar[str] = "erasure.readmitted"

    number: int
    reason: str
    suppressions: tuple[str, ...]
    """For what it stays suppressed, as it was."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The address of erased contact #{number} may be used again: {reason}", number=str(self.number),
                   reason=self.reason)  # fmt: skip


NOTICES: Notices = {
    ErasureProposed: (operators(), job("tell_person")),
    ErasureDeclined: (operators(), job("tell_person"), job("redraw_chat")),
    ErasureBegun: (job("tell_person"), job("redraw_chat")),
    ErasureDone: (operators(),),
    AddressReadmitted: SILENT,
}
