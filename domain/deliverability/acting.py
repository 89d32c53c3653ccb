"""Acting on a mail: the one place where what a mail says changes anything; all of it in the caller's transaction.

Evidence is kept first. A mail that is read again, and now says something else, takes back what it had led to before
it does anything new; what a person decided meanwhile stands.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.deliverability import authentications, evidence, notes, suppressions, waits
from domain.deliverability.cases import Case, Mailed, mailed_by
from domain.deliverability.contact_events import AbsenceWithdrawn, BounceCounted, ContactAway, ContactLeft
from domain.deliverability.events import MailArrived
from domain.deliverability.evidence import Proof
from domain.deliverability.models import Mailing
from domain.deliverability.reading import Kind
from domain.deliverability.replies import IntentKind, Reply
from domain.deliverability.suppressions import Why
from domain.deliverability.triage import Act, Decision
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier reading of the mail had led to."""

    decided: str
    """As ``triage.mark`` tells it; empty when the mail was never read."""
    mailing_id: UUID | None


ADDRESS_LOCK = 7_154_260
"""With the hash of an address: two bounces of one mailbox at once are counted one after the other."""

_HELD = """
    SELECT pg_advisory_xact_lock(%s, hash)
    FROM (SELECT DISTINCT hashtext(each) AS hash FROM unnest(%s::text[]) each ORDER BY 1) ordered
"""
"""In the order of the hashes: a stranger may choose addresses whose hashes are those of others."""

CHANGES_CONTACTS = frozenset({IntentKind.WRONG_CONTACT, IntentKind.STOP})
"""Wishes that, once confirmed, change whom we write to."""

QUIET = frozenset({Act.SUPPRESS, Act.COUNT, Act.LIFT, Act.LEFT, Act.AWAY, Act.NOTE})
"""What leaves nothing for a person to answer; a task or a notice says what else there is to do."""


async def act(
    core: Core,
    tx: Transaction,
    *,
    mail_id: UUID,
    case: Case,
    decision: Decision,
    before: Before,
    reply: Reply | None = None,
    waits_until: datetime | None = None,
) -> None:
    """Keep the evidence of a mail, and do what was decided; it comes to the same however often it is done."""
    reading, mailed = case.reading, decision.mailed
    keys = {mailed.address_key} if mailed else set()
    keys |= {addresses.key(each.address) for each in decision.findings}
    await tx.execute(_HELD, (ADDRESS_LOCK, list(keys)))
    lost = await evidence.record(
        core, tx, mail_id=mail_id, mailing_id=mailed.id if mailed else None, findings=decision.findings,
        rule=reading.rule, heard_at=case.arrived,
    )  # fmt: skip
    await _take_back(core, tx, mail_id, decision, lost)
    await _end_absence(core, tx, mail_id, before)
    if await _sender_matters(tx, case, decision, reply):
        await authentications.queue(core, tx, mail_id=mail_id)
    done = await _done(core, tx, mail_id, case, decision)
    if done is None and decision.act in (Act.LEFT, Act.AWAY):
        await timeline.record(core, tx, _of_contact(core, mail_id, case, decision))
    elif done is None:
        where = place(case)
        event = MailArrived(
            mail_id=mail_id, what=reading.kind.value, rule=reading.rule, sender=addresses.masked(reading.sender),
            note=decision.note, belonging=decision.belonging, thread=where["thread"],
            guesses=tuple(each.kind.value for each in reply.intents) if reply else (),
            attachments=sum(not each.inline for each in reply.attachments) if reply else 0, waits_until=waits_until,
            invoice_id=where["invoice_id"], invoice_number=_number(case), account_id=where["account_id"],
            **by(SYSTEM, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)


def place(case: Case) -> dict[str, Any]:
    """Return the columns that say to whom a mail belongs, by token, reference, quoted token or sender, and by which."""
    for how, found in (("token", case.by_token), ("reference", case.by_reference), ("quoted token", case.by_quote)):
        if found is not None:
            return {"thread": how, "account_id": found.account_id, "invoice_id": found.invoice_id}
    if case.writer is not None and case.writer.invoice_id is not None:
        return {"thread": "sender", "account_id": case.writer.account_id, "invoice_id": case.writer.invoice_id}
    return {"thread": "", "account_id": None, "invoice_id": None}


def leads_to(decision: Decision) -> Why | None:
    """Return the reason for which a decision may suppress an address; None when it cannot."""
    return decision.why if decision.act is Act.SUPPRESS else Why.SOFT_BOUNCES if decision.act is Act.COUNT else None


def _number(case: Case) -> str | None:
    if case.about is not None:
        return case.about.invoice_number
    return case.writer.invoice_number if case.writer else None


async def _sender_matters(tx: Transaction, case: Case, decision: Decision, reply: Reply | None) -> bool:
    """Tell whether somebody may ask who sent it.

    That is so of complaints, of unproven bounces that name a contact of ours, and of people's mail that is a customer's
    by its sender only, or may change whom we write to.
    """
    if case.reading.kind is Kind.HUMAN:
        wishes = {each.kind for each in reply.intents} if reply else set()
        return place(case)["thread"] == waits.BY_SENDER or bool(wishes & CHANGES_CONTACTS)
    if case.reading.kind is not Kind.BOUNCE:
        return case.reading.kind is Kind.COMPLAINT
    keys = [addresses.key(each.address) for each in decision.findings if each.proof is not Proof.PROVEN]
    known = "SELECT 1 FROM contact WHERE email_key = ANY(%s) AND state = 'active' LIMIT 1"
    return bool(keys) and await tx.row(known, (keys,)) is not None


async def _done(core: Core, tx: Transaction, mail_id: UUID, case: Case, decision: Decision) -> Event | None:
    """Suppress or lift; None when nothing was to be done or nothing came of it."""
    if decision.act is Act.LIFT:
        assert decision.mailed is not None
        return await suppressions.complaint_over(
            core, tx, address_key=decision.mailed.address_key, reason=decision.note
        )
    if decision.act is Act.SUPPRESS:
        assert decision.mailed is not None
        assert decision.why is not None
        return await _suppressed(core, tx, mail_id, case, decision, decision.mailed, decision.why, until=None)
    if decision.act is Act.COUNT:
        assert decision.mailed is not None
        days = await evidence.bounce_days(core, tx, address_key=decision.mailed.address_key)
        if days >= evidence.BOUNCE_DAYS:
            until = core.clock.now() + suppressions.SOFT_REST
            return await _suppressed(core, tx, mail_id, case, decision, decision.mailed, Why.SOFT_BOUNCES, until=until)
        event = BounceCounted(
            mail_id=mail_id, address=addresses.masked(decision.mailed.address), why=decision.note, days=days,
            of=evidence.BOUNCE_DAYS, **_about(decision.mailed), **by(SYSTEM, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)
        return event
    return None


async def _suppressed(
    core: Core,
    tx: Transaction,
    mail_id: UUID,
    case: Case,
    decision: Decision,
    mailed: Mailed,
    why: Why,
    *,
    until: datetime | None,
) -> Event | None:
    mailing = await Mailing.get(id=mailed.id)
    return await suppressions.suppress(
        core, tx, mailing=mailing, reason=why, rule=case.reading.rule, diagnostic=decision.diagnostic,
        mail_id=mail_id, until=until)  # fmt: skip


async def _take_back(core: Core, tx: Transaction, mail_id: UUID, decision: Decision, lost: tuple[str, ...]) -> None:
    """Lift what this mail had led to by an earlier reading, and nothing else proves.

    With the point of a bounce day that the mail gives no more, a suppression may fall that another mail had led to.
    """
    rows = await tx.rows(
        "SELECT address_key, reason, mail_id FROM suppression WHERE state = 'active' AND (mail_id = %s"
        " OR address_key = ANY(%s) AND reason = %s AND mail_id IS NOT NULL)",
        (mail_id, list(lost), Why.SOFT_BOUNCES.value),
    )
    again = leads_to(decision)
    for row in rows:
        if again is None or row["reason"] != again.value:
            await suppressions.withdraw(
                core, tx, address_key=row["address_key"], reason=say(notes.READ_AGAIN),
                actor=SYSTEM, only=Why(row["reason"]), mail_id=row["mail_id"])  # fmt: skip


async def _end_absence(core: Core, tx: Transaction, mail_id: UUID, before: Before) -> None:
    """Take back that a contact is away until a day, when the mail had said so before."""
    if not before.decided.startswith(f"{Act.AWAY}|") or before.mailing_id is None:
        return
    mailed = (await mailed_by(tx, [before.mailing_id]))[before.mailing_id]
    event = AbsenceWithdrawn(
        mail_id=mail_id, contact_id=mailed.contact_id, address=addresses.masked(mailed.address), **_about(mailed),
        **by(SYSTEM, core.clock.now()))  # fmt: skip
    await timeline.record(core, tx, event)


def _of_contact(core: Core, mail_id: UUID, case: Case, decision: Decision) -> Event:
    assert decision.mailed is not None
    told = {"mail_id": mail_id, "address": addresses.masked(decision.mailed.address),
            **_about(decision.mailed), **by(SYSTEM, core.clock.now())}  # fmt: skip
    if decision.act is Act.LEFT:
        successor = addresses.masked(case.reading.successor) if case.reading.successor else ""
        return ContactLeft(contact_id=decision.mailed.contact_id, successor=successor, **told)
    assert decision.until is not None
    return ContactAway(contact_id=decision.mailed.contact_id, until=decision.until, **told)


def _about(mailed: Mailed) -> dict[str, Any]:
    return {"invoice_id": mailed.invoice_id, "invoice_number": mailed.invoice_number, "account_id": mailed.account_id}
