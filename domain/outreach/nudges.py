"""Nudges: whoever knows the customer asks for a reminder now; it is an approved letter and obeys every guardrail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel import addresses, dates, sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.events import by
from domain.kernel.speech import joined, say
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Account, Invoice
from domain.outreach import due, fact_sheets, fitting, gathering, guardrails, judges
from domain.outreach.gathered_mails import Wanted
from domain.outreach.models import Enrolment
from domain.outreach.refusals import NudgeRefused
from domain.outreach.stop_events import ReminderNudged
from domain.outreach.verdicts import Never, Review, Wait
from domain.people.models import Person

LONGEST_NOTE = 300

_PENDING = """
    SELECT m.state, m.waits_reason, m.not_before FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id
    WHERE t.invoice_id = %s AND t.state = 'included' AND m.state IN ('drafted', 'queued', 'sending')
    ORDER BY m.queued_at LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Made:
    """The mails that the reminder is in."""

    mailing_ids: tuple[UUID, ...]
    sent_to: tuple[str, ...]
    waits: str


async def nudge(core: Core, *, invoice_number: str, actor: Actor, note: str = "") -> ReminderNudged:
    """Send a reminder about an invoice to the customer's billing contacts, now or as soon as nothing speaks against it.

    It joins a mail that waits for the contact already. Large sums are approved by somebody else first. The customer's
    owner is told.

    Raises:
        NotAllowed: The actor may not nudge.
        InvoiceNotFound: No invoice has that number.
        NudgeRefused: A guardrail would keep it back for good, or a reminder about the invoice is on its way.
    """
    actor.require(Permission.NUDGE)
    async with core.transaction() as tx:
        invoice = await invoices.locked(invoice_number)
        made = await prepared(core, tx, invoice=invoice, actor=actor)
        account = await Account.get(id=invoice.account_id)
        owner = await Person.get_or_none(id=account.owner_id) if account.owner_id else None
        event = ReminderNudged(
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            account_id=invoice.account_id,
            mailing_ids=made.mailing_ids,
            sent_to=made.sent_to,
            owner_id=owner.id if owner else None,
            owner_name=owner.name if owner else None,
            note=" ".join(note.split())[:LONGEST_NOTE],
            waits=made.waits,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def prepared(core: Core, tx: Transaction, *, invoice: Invoice, actor: Actor) -> Made:
    """Put a reminder about a locked invoice into mails, inside the caller's transaction.

    Raises:
        NudgeRefused: A guardrail would keep it back for good, or a reminder about the invoice is on its way.
    """
    await _none_pending(tx, invoice)
    key = f"nudge:{uuid4()}"
    await _gathered(core, tx, invoice, key, actor)
    return await _judged(core, tx, invoice, key, actor)


async def _none_pending(tx: Transaction, invoice: Invoice) -> None:
    pending = await tx.row(_PENDING, (invoice.id,))
    if pending is None:
        return
    if pending["state"] == "drafted":
        raise NudgeRefused(invoice.number, say("a reminder about it waits for an approval"))
    if not pending["not_before"]:
        raise NudgeRefused(invoice.number, say("a reminder about it is on its way"))
    raise NudgeRefused(
        invoice.number,
        say(
            "a reminder about it is on its way until {until}: {why}",
            until=dates.told(pending["not_before"]),
            why=sentences.said(pending["waits_reason"]),
        ),
    )


async def _gathered(core: Core, tx: Transaction, invoice: Invoice, key: str, actor: Actor) -> None:
    """Put the invoice into the mails of everybody at the customer who gets its reminders."""
    now = core.clock.now()
    people = (await due.recipients(tx, accounts=[invoice.account_id], now=now)).get((invoice.account_id, "billing"), ())
    mailable = tuple(each for each in people if not each.suppressed and not each.held)
    if not mailable:
        raise NudgeRefused(invoice.number, say("nobody at the customer can be mailed"))
    days = days_past_due(invoice.due_on, local_date(core.clock, core.merchant.zone))
    letter = fitting.OVERDUE if days > 0 else fitting.DUE
    enrolment = await Enrolment.get_or_none(invoice_id=invoice.id, state="running")
    wanted = Wanted(
        key=key,
        invoice_id=invoice.id,
        number=invoice.number,
        account_id=invoice.account_id,
        due_on=invoice.due_on,
        letter=letter,
        tone="Neutral",
        severity=letters.KINDS[letter].severity,
        reason=say("asked for by {name}", name=actor.name),
        recipients=mailable,
        segment=enrolment.segment if enrolment else None,
        at_once=True,
    )
    gathered = await gathering.gather(core, tx, wanted=[wanted])
    if key not in gathered.done:
        raise NudgeRefused(
            invoice.number, say("another mail to the customer is just leaving or full; try again in a minute")
        )


async def _judged(core: Core, tx: Transaction, invoice: Invoice, key: str, actor: Actor) -> Made:
    """Judge the mails as if they left now; refuse when no one of them ever would."""
    rows = await tx.rows(
        "SELECT m.id, m.address FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id"
        " WHERE t.unique_key LIKE %s AND t.invoice_id = %s ORDER BY m.address",
        (f"{key}:%", invoice.id),
    )
    ids = [row["id"] for row in rows]
    sheets = await fact_sheets.read(core, tx, mailing_ids=ids)
    nevers: list[str] = []
    waits: list[str] = []
    for mailing_id in ids:
        facts = sheets[mailing_id]
        (item,) = [each for each in facts.items if each.invoice_id == invoice.id]
        verdict: Any = guardrails.judged(item)
        if not isinstance(verdict, Never):
            verdict = guardrails.verdict(facts)
        match verdict:
            case Never():
                nevers.append(verdict.reason)
            case Review():
                why = joined(", ", judges.approvals(facts))
                waits.append(say("waits for an approval: {why}", why=why))
            case Wait():
                until = dates.told(verdict.until)
                waits.append(say("waits until {until}: {why}", until=until, why=verdict.reason))
    if len(nevers) == len(ids):
        raise NudgeRefused(invoice.number, nevers[0])
    await Mailing.filter(id__in=ids, made_by="Plixo").update(made_by=actor.name, made_by_id=actor.id)
    return Made(tuple(ids), tuple(addresses.masked(row["address"]) for row in rows), waits[0] if waits else "")
