"""A stage for tests of reminders: contacts of roles, mails that leave, policies of one segment, holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.deliverability.models import Mailing, MailingItem, Suppression
from domain.kernel import addresses, sentences
from domain.kernel.core import Core
from domain.ledger.models import Account, Contact, Invoice
from domain.outreach.models import Enrolment, Hold


@dataclass(frozen=True)
class A:
    """A step of a cadence, as tests write it."""

    day: int
    letter: str | None
    tone: str = "Neutral"
    severity: int = 0
    recipients: str = "billing"
    approval: bool = False


async def a_contact_of(core: Core, account: Account, email: str, *, role: str = "billing") -> Contact:
    """Store a contact with a role."""
    return await Contact.create(
        id=uuid4(),
        account_id=account.id,
        name=email.partition("@")[0].capitalize(),
        email=email,
        email_key=addresses.key(email),
        role=role,
        state="active",
        created_at=core.clock.now(),
    )


async def suppressed(core: Core, email: str, *, reason: str = "hard bounce") -> Suppression:
    """Suppress an address."""
    return await Suppression.create(
        id=uuid4(),
        address=email,
        address_key=addresses.key(email),
        reason=reason,
        state="active",
        rule="test",
        diagnostic="",
        created_at=core.clock.now(),
    )


async def a_hold(
    core: Core,
    account: Account | UUID,
    *,
    kind: str = "pause",
    reason: str = "a call was agreed",
    invoice: Invoice | None = None,
    contact: Contact | None = None,
    until: datetime | None = None,
) -> Hold:
    """Store a hold on a customer, an invoice or a contact."""
    return await Hold.create(
        id=uuid4(),
        account_id=account.id if isinstance(account, Account) else account,
        invoice_id=invoice.id if invoice else None,
        contact_id=contact.id if contact else None,
        kind=kind,
        reason=reason,
        until=until,
        state="active",
        made_by="Ben",
        created_at=core.clock.now(),
    )


async def a_segment(
    core: Core,
    name: str,
    *steps: A,
    position: int = 0,
    mode: str = "autopilot",
    rule: str = "{}",
    version: int = 1,
) -> UUID:
    """Publish a segment with a cadence of its own name; return the cadence."""
    cadence_id = uuid4()
    now = core.clock.now()
    async with core.transaction() as tx:
        await tx.execute(
            "INSERT INTO cadence (id, name, version, state, created_at) VALUES (%s, %s, %s, 'published', %s)",
            (cadence_id, name, version, now),
        )
        for place, step in enumerate(steps, start=1):
            await tx.execute(
                "INSERT INTO cadence_step (id, cadence_id, position, offset_days, letter, tone, severity, recipients,"
                " approval) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    cadence_id,
                    place,
                    step.day,
                    step.letter,
                    step.tone,
                    step.severity,
                    step.recipients,
                    step.approval,
                ),
            )
        await tx.execute(
            "INSERT INTO segment (id, name, position, rule, cadence, mode, state, created_at)"
            " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 'published', %s)",
            (name, position, rule, name, mode, now),
        )
    return cadence_id


async def forget_segments(core: Core) -> None:
    """Remove every segment and cadence but those that Plixo starts with."""
    async with core.transaction() as tx:
        await tx.execute("TRUNCATE enrolment CASCADE")
        await tx.execute("DELETE FROM segment WHERE name <> 'everyone'")
        await tx.execute(
            "DELETE FROM cadence_step WHERE cadence_id IN (SELECT id FROM cadence WHERE name <> 'default')"
        )
        await tx.execute("DELETE FROM cadence WHERE name <> 'default'")


async def leave(core: Core) -> int:
    """Let everything that waits in a queue leave; return how many mails did."""
    waiting = await Mailing.filter(state="queued", asks=True)
    for mailing in waiting:
        await mailing.move("send")
        await mailing.move("deliver", sent_at=core.clock.now())
    return len(waiting)


async def items() -> Sequence[MailingItem]:
    """Return what is in mails, in the order in which it got there."""
    return await MailingItem.filter(state="included").order_by("created_at", "severity", "id")


async def enrolment(invoice: Invoice) -> Enrolment:
    """Return the invoice's enrolment."""
    return await Enrolment.get(invoice_id=invoice.id)


async def told(core: Core, kind: str) -> Sequence[dict[str, Any]]:
    """Return the timeline's entries of one kind, as a program reads them."""
    rows = await core.database.rows("SELECT id, fact FROM timeline_entry WHERE kind = %s ORDER BY id", (kind,))
    return [{**row, "fact": sentences.plain(row["fact"])} for row in rows]
