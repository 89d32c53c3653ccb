"""Refusals of deliverability.

Refusal
├── NotFound
│   ├── SuppressionNotFound    the address may be mailed, or is unknown
│   ├── MailNotFound           no stored mail has that id
│   ├── AttachmentNotFound     the mail has no such attachment
│   └── MailingNotFound        no mail of ours has that id
├── MailUnclear                several stored mails have ids that begin so
├── ReasonMissing              a suppression is made and lifted for a reason, which is kept
├── SuppressedAlready          it is suppressed for that very reason
├── EndPassed                  a suppression ends in the future
└── LegalKept                  only Legal or a Controller lifts a legal hold
"""

from uuid import UUID

from domain.kernel import addresses
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import counted, say


class SuppressionNotFound(NotFound):
    """Say that an address is not suppressed."""

    def __init__(self, address: str, domain: str | None = None) -> None:
        shown = address if address.startswith("@") else addresses.masked(address)
        super().__init__(
            say("{address} is not suppressed itself; its whole domain is: lift {domain}.", address=shown, domain=domain)
            if domain
            else say("{address} is not suppressed; there is nothing to lift.", address=shown)
        )


class MailNotFound(NotFound):
    """Say that no stored mail has that id."""

    def __init__(self, mail_id: str) -> None:
        super().__init__(say("There is no stored mail {id}. `plixo mail list` shows their ids.", id=repr(mail_id[:40])))


class MailUnclear(Refusal):
    """Say that an id is too short."""

    def __init__(self, text: str) -> None:
        super().__init__(say("Several stored mails begin with {text}. Write more of the id.", text=repr(text[:40])))


class AttachmentNotFound(NotFound):
    """Say which attachments a mail has."""

    def __init__(self, count: int) -> None:
        super().__init__(
            counted(
                "There is no such attachment: the mail has {n} attachment, counted from 1.",
                "There is no such attachment: the mail has {n} attachments, counted from 1.",
                count,
            )
            if count
            else say("There is no such attachment: the mail has none.")
        )


class MailingNotFound(NotFound):
    """Say that no mail of ours has that id."""

    def __init__(self, mailing_id: UUID) -> None:
        super().__init__(say("There is no mail {id} among those that left or wait.", id=str(mailing_id)))


class ReasonMissing(Refusal):
    """Say that a reason is needed."""

    def __init__(self) -> None:
        super().__init__(say("Say why; the reason is kept with the address."))


class SuppressedAlready(Refusal):
    """Say that nothing is left to do."""

    def __init__(self, shown: str, reason: str) -> None:
        self.shown = shown
        super().__init__(say("{address} is suppressed already ({reason}).", address=shown, reason=say(reason)))


class EndPassed(Refusal):
    """Say that a suppression cannot end before it begins."""

    def __init__(self) -> None:
        super().__init__(say("A suppression ends in the future; that moment has passed."))


class LegalKept(Refusal):
    """Say who may lift a legal hold."""

    def __init__(self) -> None:
        super().__init__(say("There is a legal hold on this address; only Legal or a Controller lifts it."))
