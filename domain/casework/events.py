"""What happens in casework: who has which case in hand, what is put off, who is away, which tasks there are."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.commitments.events import InstalmentMissed
from domain.deliverability.contact_events import ContactLeft
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.kernel import dates
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, say
from domain.ledger.entry_events import CashPlaced, CashUnapplied
from domain.ledger.events import ContactAdded, LedgerImported, PaymentReversed, SurplusReceived
from domain.outreach.events import ContactMissing
from domain.pay_links.provider_news import EntryDoubted


class CaseClaimed(InvoiceEvent):
    """A person took up a customer's case."""

    kind: ClassVar[str] = "case.claimed"

    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Case taken up until {until}", until=dates.told(self.until))


class CaseReleased(InvoiceEvent):
    """A customer's case is free again."""

    kind: ClassVar[str] = "case.released"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Case given back")


class CaseSkipped(InvoiceEvent):
    """A person left an invoice for later without a reason; it comes back soon."""

    kind: ClassVar[str] = "case.skipped"

    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Skipped until {until}", until=dates.told(self.until))


class CaseSnoozed(InvoiceEvent):
    """An invoice was put off, for a reason."""

    kind: ClassVar[str] = "case.snoozed"

    until: AwareDatetime
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Snoozed until {until}: {reason}", until=dates.told(self.until), reason=self.reason)


class CallLogged(InvoiceEvent):
    """A person spoke with the customer, or tried to."""

    kind: ClassVar[str] = "call.logged"

    outcome: str
    note: str
    follow_up_on: date | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        outcome = say(self.outcome) + (f": {self.note}" if self.note else "")
        if self.follow_up_on is None:
            return say("Called, {outcome}", outcome=outcome)
        return say("Called, {outcome}; to be followed up on {day}", outcome=outcome, day=self.follow_up_on)


class CaseHandedOver(InvoiceEvent):
    """A person passed a case on to somebody, who has a task now."""

    kind: ClassVar[str] = "case.handed_over"

    task_id: UUID
    to_id: UUID
    to_name: str
    words: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Handed over to {name}: {words}", name=self.to_name, words=self.words)


class SnoozeEnded(InvoiceEvent):
    """An invoice is back in the queue before its time."""

    kind: ClassVar[str] = "snooze.ended"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Back in the queue")


class AbsencePlanned(Event):
    """Somebody will be away, and somebody else has their work meanwhile."""

    kind: ClassVar[str] = "absence.planned"

    absence_id: UUID
    person_id: UUID
    person_name: str
    deputy_name: str
    from_at: AwareDatetime
    until: AwareDatetime
    note: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"person": self.person_name, "deputy": self.deputy_name}
        told |= {"first": dates.told(self.from_at), "last": dates.told(self.until)}
        away = say("{person} is away from {first} to {last}; {deputy} stands in", **told)
        return f"{away}: {self.note}" if self.note else away


class AbsenceCancelled(Event):
    """Somebody is here after all."""

    kind: ClassVar[str] = "absence.cancelled"

    absence_id: UUID
    person_id: UUID
    person_name: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{person} is here after all", person=self.person_name)


class AccountAssigned(Event):
    """A customer got another owner, or none."""

    kind: ClassVar[str] = "account.assigned"

    account_id: UUID
    account_name: str
    owner: str
    """Empty: nobody."""
    was: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"account": self.account_name, "owner": self.owner, "was": self.was}
        if not self.owner:
            return say("{account} belongs to nobody (before: {was})", **told)
        if not self.was:
            return say("{account} belongs to {owner} (before: nobody)", **told)
        return say("{account} belongs to {owner} (before: {was})", **told)


class WorkHandedOver(Event):
    """Everything that one person owned is another's for good."""

    kind: ClassVar[str] = "work.handed_over"

    giver: str
    taker: str
    accounts: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"giver": self.giver, "taker": self.taker}
        return counted(
            "{n} customer of {giver} belongs to {taker} now",
            "{n} customers of {giver} belong to {taker} now",
            self.accounts,
            **told,
        )


class TaskOpened(Event):
    """Something came up that only a person can do."""

    kind: ClassVar[str] = "task.opened"

    task_id: UUID
    task: str
    reason: Sentence
    account_id: UUID
    account_name: str
    invoice_id: UUID | None = None

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice, if it is about one."""
        return self.invoice_id

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"account": self.account_name, "task": say(self.task), "reason": self.reason}
        return say("To do for {account}: {task}, {reason}", **told)


class TaskClosed(Event):
    """A task was done or dropped."""

    kind: ClassVar[str] = "task.closed"

    task_id: UUID
    task: str
    ended: str
    """``done`` or ``dropped``."""
    outcome: Sentence
    account_id: UUID
    account_name: str
    invoice_id: UUID | None = None

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice, if it is about one."""
        return self.invoice_id

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        task = say(self.task)
        told = {"account": self.account_name, "outcome": self.outcome}
        told["task"] = f"{task[:1].upper()}{task[1:]}"
        if self.ended == "done":
            return say("{task} for {account} done: {outcome}", **told)
        return say("{task} for {account} dropped: {outcome}", **told)


class MailAssigned(InvoiceEvent):
    """A person said which invoice a mail is about."""

    kind: ClassVar[str] = "mail.assigned"

    mail_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("A mail was assigned to {number}; reminders wait until it is dealt with", number=self.invoice_number)


_OPEN_TASK = job("open_task")
_REFRESH = job("refresh_queue")

_REDRAW = (job("redraw_case"),)
"""Nobody is told, yet the case's message shows it."""

NOTICES: Notices = {
    AddressSuppressed: (_OPEN_TASK,),
    ContactLeft: (_OPEN_TASK,),
    SurplusReceived: (_OPEN_TASK,),
    CashUnapplied: (_OPEN_TASK,),
    EntryDoubted: (_OPEN_TASK,),
    PaymentReversed: (_REFRESH,),
    CashPlaced: (_REFRESH,),  # the task to place it may be over
    InstalmentMissed: (_OPEN_TASK,),
    ContactMissing: (_OPEN_TASK,),
    LedgerImported: (_REFRESH,),
    ContactAdded: (_REFRESH,),  # a search for a contact may be over
    SuppressionLifted: (_REFRESH,),
    CaseClaimed: _REDRAW,
    CaseReleased: _REDRAW,
    CaseSkipped: SILENT,
    CaseSnoozed: _REDRAW,
    CallLogged: (operators(),),
    CaseHandedOver: (operators(),),
    SnoozeEnded: _REDRAW,
    AbsencePlanned: SILENT,
    AbsenceCancelled: SILENT,
    AccountAssigned: SILENT,
    WorkHandedOver: SILENT,
    MailAssigned: (operators(),),
    TaskOpened: SILENT,  # what it came from was told
    TaskClosed: SILENT,
}
