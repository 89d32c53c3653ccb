"""Tellings: which event makes which message in the operators' channel, as one table.

A mass of events must never flood the channel. Reminders and drafts have one message a day each; of whatever may come
by the hundred (``many``) only the first ones within an hour are told one by one, the rest is counted in a message of
the day. A case that has its message already is always kept current.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rooms import Purpose
from domain.casework import dispute_question_events as dispute_question
from domain.casework import events as casework
from domain.casework import mail_answer_events as mail_answer
from domain.casework import question_events as question
from domain.cash_application import events as cash
from domain.commitments import dispute_events as dispute
from domain.commitments import events as commitment
from domain.deliverability import contact_events as contact
from domain.deliverability import draft_events as draft
from domain.deliverability import events as mail
from domain.kernel.events import Event
from domain.kernel.speech import phrase
from domain.ledger import entry_events as entries
from domain.ledger import events as ledger
from domain.ledger import import_events as imported
from domain.ledger import parity_events as parity
from domain.ledger import twin_events as twin
from domain.operations import cron_events as cron
from domain.operations import maintenance_events as maintained
from domain.operations import readiness_events as readiness
from domain.operations import support_events as support
from domain.operations.erasing import events as erasures
from domain.outreach import events as outreach
from domain.outreach import stop_events as stop
from domain.pay_links import events as pay_links
from domain.pay_links import forwarding_events as forwarding
from domain.pay_links import oddity_events as odd_payments
from domain.pay_links import provider_news
from domain.people import access_events as access
from domain.people import events as people
from domain.policies import events as policy


@dataclass(frozen=True, slots=True)
class Telling:
    """How one kind of event is told."""

    opens_case: bool = False
    """Whether the invoice gets its living message now if it has none; else it is told only where one is."""
    to_channel: bool = False
    """Whether the thread's line also shows in the channel, since it got worse and a person must act."""

    in_day: bool = False
    """Whether it shows in the day's one message while the invoice has none: news that come by the hundred."""

    of_drafts: bool = False
    """Whether it changes which mails wait for an approval, and so the day's message about them."""

    alone: bool = True
    """Whether it is a message of its own when it belongs to no invoice."""

    many: str = ""
    """What several of them are called, if they may come by the hundred at once."""


QUIET = Telling()

OF_DRAFTS = Telling(of_drafts=True, alone=False)
NORMAL = Telling(opens_case=True)
ALARM = Telling(opens_case=True, to_channel=True)


def many(called: str, *, alarm: bool = True) -> Telling:
    """Return how something is told that asks for a person each time, and may come by the hundred."""
    return Telling(opens_case=True, to_channel=alarm, many=called)


TELLINGS: Mapping[type[Event], Telling] = {
    # money and the ledger
    ledger.LedgerImported: NORMAL,
    imported.PaymentImported: QUIET,  # a file may bring thousands
    imported.CreditImported: QUIET,
    imported.InvoiceLowered: QUIET,
    imported.FallDecided: NORMAL,
    ledger.PaymentReceived: many(phrase("payments received"), alarm=False),  # a bank statement may bring thousands
    ledger.InvoiceSettled: QUIET,
    ledger.PaymentReversed: ALARM,
    ledger.SurplusReceived: many(phrase("payments of more than was open")),
    cash.LinesProposed: NORMAL,
    entries.CashUnapplied: many(phrase("payments that fit no invoice")),
    entries.CashPlaced: many(phrase("placements of unapplied cash"), alarm=False),
    entries.AllocationTakenBack: NORMAL,
    entries.CreditNoteApplied: many(phrase("credit notes applied"), alarm=False),
    entries.CreditNoteVoided: NORMAL,
    entries.WriteOffProposed: ALARM,  # somebody else has to decide
    entries.WriteOffApproved: NORMAL,
    entries.WriteOffRejected: NORMAL,
    entries.VarianceLetGo: many(phrase("small differences let go"), alarm=False),
    entries.WriteOffReversed: NORMAL,
    entries.InvoiceWrittenOff: QUIET,  # its approval was told
    entries.InvoiceVoided: NORMAL,
    entries.BalancesDiffer: ALARM,
    parity.ParityFailed: ALARM,
    twin.TwinsProposed: NORMAL,
    twin.AccountsMerged: NORMAL,
    ledger.CreditProposed: ALARM,  # somebody else has to decide
    ledger.CreditApproved: NORMAL,
    ledger.CreditRejected: NORMAL,
    # payment links
    pay_links.LinkRegenerated: NORMAL,
    pay_links.LinkEntered: NORMAL,
    pay_links.CheckoutStarted: NORMAL,
    pay_links.CheckoutEnded: QUIET,
    pay_links.PaymentProcessing: NORMAL,
    pay_links.PaymentDeclined: NORMAL,
    pay_links.PaymentFailed: ALARM,
    odd_payments.PaymentMismatched: ALARM,
    pay_links.PaymentToVerify: NORMAL,
    odd_payments.RemainderOpen: NORMAL,
    odd_payments.ChargeQuestioned: ALARM,
    forwarding.ForwardingAsked: ALARM,  # a payer waits for a person's answer
    forwarding.ForwardingApproved: NORMAL,
    forwarding.ForwardingDenied: NORMAL,
    provider_news.StrayMoneyFound: NORMAL,
    provider_news.EntryDoubted: many(phrase("entries that are not so at Stripe")),
    provider_news.ProviderReady: NORMAL,
    provider_news.ProviderNotReady: NORMAL,
    # promises and plans
    commitment.PromiseMade: NORMAL,
    commitment.PromiseKept: QUIET,  # the payment was told
    commitment.PromisePartlyKept: many(phrase("promises only partly kept")),
    commitment.PromiseBroken: many(phrase("promises broken")),
    commitment.PromiseWithdrawn: NORMAL,
    commitment.PlanRequested: ALARM,  # a payer waits for a person's answer
    commitment.PlanCountered: NORMAL,
    commitment.PlanApproved: NORMAL,
    commitment.PlanRejected: NORMAL,
    commitment.PlanCancelled: NORMAL,
    commitment.PlanCompleted: QUIET,
    commitment.PlanDefaulted: ALARM,
    commitment.InstalmentMissed: many(phrase("instalments missed")),
    # disputes
    dispute.DisputeFiled: ALARM,
    dispute.DisputeExtended: ALARM,
    dispute.DisputeTested: NORMAL,  # that it arrives here is what the test is about
    dispute.DisputeTestEnded: QUIET,
    dispute.DisputeAssigned: QUIET,
    dispute.EvidenceAdded: NORMAL,
    dispute_question.PayerAsked: NORMAL,
    dispute_question.PayerAnswered: ALARM,
    dispute.DocumentHeldBack: NORMAL,
    dispute.DocumentUnexamined: many(phrase("files that cannot be examined")),
    support.SupportAsked: many(phrase("calls for help")),  # strangers may ask, too
    dispute.DisputeAtRisk: many(phrase("disputes at risk of a late answer")),
    dispute.DisputeLate: many(phrase("disputes whose answer is late")),
    dispute.DisputeResolved: NORMAL,
    # mail
    mail.LetterSent: Telling(in_day=True),
    mail.LetterWithheld: Telling(in_day=True, of_drafts=True),
    mail.LetterUncertain: NORMAL,
    mail.LetterRefused: many(phrase("mails refused by the relay")),
    mail.AddressSuppressed: many(phrase("addresses that must not be mailed any more")),
    mail.SuppressionLifted: QUIET,
    mail.SuppressionsLoaded: NORMAL,
    mail.SuppressionsEnded: QUIET,
    contact.BounceCounted: QUIET,
    contact.ContactLeft: many(phrase("contacts who have left their company")),
    contact.ContactAway: QUIET,
    contact.AbsenceWithdrawn: QUIET,
    mail.MailArrived: ALARM,
    casework.MailAssigned: NORMAL,
    casework.CallLogged: QUIET,
    casework.CaseHandedOver: NORMAL,
    mail_answer.MailReplied: NORMAL,
    question.QuestionAsked: ALARM,  # a payer waits for a person's answer
    question.QuestionAnswered: NORMAL,
    question.QuestionClosed: QUIET,
    mail.MailQuarantined: NORMAL,
    # drafts
    outreach.DraftsMade: OF_DRAFTS,
    draft.LetterReturned: OF_DRAFTS,
    draft.LetterApproved: OF_DRAFTS,
    draft.LetterCalledBack: OF_DRAFTS,
    draft.LetterRejected: OF_DRAFTS,
    draft.LetterEdited: OF_DRAFTS,
    # reminders as a whole
    outreach.CadenceClosed: QUIET,
    outreach.InvoiceEscalated: many(phrase("invoices whose reminders are all sent"), alarm=False),
    stop.ReminderNudged: Telling(opens_case=True, of_drafts=True),
    stop.HoldPut: NORMAL,
    stop.HoldLifted: QUIET,
    stop.AccountExcluded: NORMAL,
    stop.AccountIncluded: NORMAL,
    stop.GateClosed: NORMAL,
    stop.GateOpened: NORMAL,
    stop.BreakerTripped: NORMAL,
    stop.BreakerClosed: NORMAL,
    stop.WarmUpSteppedBack: NORMAL,
    # readiness
    readiness.ReadinessChanged: ALARM,
    readiness.OverrideProposed: ALARM,  # somebody else has to decide
    readiness.OverrideBegun: NORMAL,
    readiness.OverrideDeclined: NORMAL,
    readiness.OverrideEnded: NORMAL,
    # operations
    cron.CronPaused: NORMAL,
    cron.CronResumed: NORMAL,
    maintained.MaintenanceEndsSoon: ALARM,  # somebody may have to prolong it
    maintained.MaintenanceLasts: ALARM,
    # people
    access.AccessAsked: many(phrase("requests for access")),  # anybody in the workspace may send one
    access.AccessApproved: NORMAL,
    access.AccessDenied: NORMAL,
    access.AccessWithdrawn: QUIET,
    access.AccessExpired: QUIET,
    people.RoleEndsSoon: NORMAL,
    people.RoleEnded: NORMAL,
    erasures.ErasureProposed: ALARM,  # somebody else has to decide
    erasures.ErasureDeclined: NORMAL,
    erasures.ErasureDone: NORMAL,
    # policies
    policy.PolicyProposed: NORMAL,
    policy.PolicyPublished: NORMAL,
    policy.PolicyRejected: NORMAL,
}
"""Every event that operators hear of."""


_FOR_APPROVAL: frozenset[type[Event]] = frozenset(
    {
        entries.WriteOffProposed,
        entries.WriteOffApproved,
        entries.WriteOffRejected,
        ledger.CreditProposed,
        ledger.CreditApproved,
        ledger.CreditRejected,
        twin.TwinsProposed,
        forwarding.ForwardingAsked,
        forwarding.ForwardingApproved,
        forwarding.ForwardingDenied,
        policy.PolicyProposed,
        policy.PolicyPublished,
        policy.PolicyRejected,
        erasures.ErasureProposed,
        erasures.ErasureDeclined,
        erasures.ErasureDone,
    }
)


def purpose(event: type[Event]) -> Purpose:
    """Return which channel hears of such an event, where the merchant has set one of its own for that."""
    if event.kind.startswith("dispute."):
        return Purpose.DISPUTES
    return Purpose.APPROVALS if event in _FOR_APPROVAL else Purpose.ALL
