"""What becomes of mails to the merchant's own people, where it is not that they arrive."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import Notices, job
from domain.kernel.speech import say


class OperatorMailFailed(Event):
    """A mail to one of our own people was refused or came back; what it said is told in Slack."""

    kind: ClassVar[str] = "operator_mail.failed"

    operator_mail_id: UUID
    person_id: UUID
    person_name: str
    address: str
    """Masked."""
    answer: str
    """The codes of whoever did not take it; empty where there are none."""
    stopped: bool
    """Whether no more digests are mailed there."""
    letter: str = "digest"

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "address": self.address, "answer": self.answer or "–"}
        if self.letter == "code":
            return say("The code for {person} did not reach {address} ({answer}); is the address right?", **known)
        if self.letter != "digest":
            return say("A letter to {person} about an incident did not reach {address} ({answer})", **known)
        if self.stopped:
            return say(
                "The digest of {person} cannot be mailed to {address} ({answer}); from now on it comes in Slack",
                **known,
            )
        return say("The digest of {person} did not reach {address} by mail ({answer}); it comes in Slack", **known)


class OperatorMailDeclined(Event):
    """Whoever reads the mails to one of our own people wants no more of them."""

    kind: ClassVar[str] = "operator_mail.declined"

    operator_mail_id: UUID
    person_id: UUID
    person_name: str
    address: str
    """Masked."""
    complained: bool

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "address": self.address}
        if self.complained:
            return say(
                "A digest of {person} was reported as spam at {address}; from now on it comes in Slack alone", **known
            )
        return say("{address} wants no more digests of {person} by mail; from now on it comes in Slack alone", **known)


NOTICES: Notices = {OperatorMailFailed: (job("tell_person"),), OperatorMailDeclined: (job("tell_person"),)}
