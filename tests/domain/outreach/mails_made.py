"""Reminders made for tests, as the planner makes them, and facts about which nothing is to be objected."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.deliverability import mailings
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Contact, Invoice
from domain.outreach.facts import ItemFacts, MailFacts
from domain.outreach.models import Enrolment
from tests import builders

CADENCE = UUID("00000000-0000-4000-8000-000000000001")
"""The cadence that every deployment starts with: day -3, 0, 7 and 14, then a person."""

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


async def enrolled(core: Core, invoice: Invoice, *, step: int = 3, segment: str = "everyone") -> Enrolment:
    """Store that the invoice's reminders have come to a step."""
    return await Enrolment.create(
        id=uuid4(),
        invoice_id=invoice.id,
        cadence_id=CADENCE,
        segment=segment,
        state="running",
        last_position=step,
        last_severity=-1,
        next_action_at=core.clock.now() + timedelta(days=7),
        created_at=core.clock.now(),
    )


async def a_reminder(
    core: Core,
    *invoices: Invoice,
    contact: Contact | None = None,
    state: str = "queued",
    letter: str = "reminder-overdue",
    severity: int = 1,
    step: int = 3,
    **also: Any,
) -> Mailing:
    """Store a reminder to a contact about these invoices (or a new one), each at a step of its cadence."""
    about = list(invoices) or [await builders.an_invoice(core)]
    contact = contact or await Contact.filter(account_id=about[0].account_id).order_by("created_at", "email").first()
    assert contact is not None
    mailing_id = uuid4()
    mailing = await Mailing.create(
        **{
            "id": mailing_id,
            "unique_key": f"reminder:{mailing_id}",
            "letter": letter,
            "invoice_id": about[0].id,
            "account_id": contact.account_id,
            "contact_id": contact.id,
            "address": contact.email,
            "address_key": contact.email_key,
            "message_id": mailings.message_id(core, mailing_id),
            "asks": True,
            "step": step,
            "segment": "everyone",
            "state": state,
            "reason": f"step {step} of cadence default v1",
            "queued_at": core.clock.now(),
            **also,
        }
    )
    for invoice in about:
        await an_item(core, mailing, invoice, letter=letter, severity=severity, step=step)
    return mailing


async def an_item(
    core: Core,
    mailing: Mailing,
    invoice: Invoice,
    *,
    letter: str = "reminder-overdue",
    severity: int = 1,
    step: int = 3,
    instalment_id: UUID | None = None,
    key: str = "",
) -> None:
    """Put an invoice into a reminder."""
    enrolment = await Enrolment.get_or_none(invoice_id=invoice.id, state="running") or await enrolled(
        core, invoice, step=step
    )
    await core.database.execute(
        "INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, enrolment_id, step, step_before,"
        " instalment_id, letter, tone, severity, state, reason, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'Neutral', %s, 'included', %s, %s)",
        (uuid4(), mailing.id, invoice.id, mailing.contact_id, key or f"step:{enrolment.id}:{step}:{mailing.contact_id}",
         enrolment.id, step, step - 1, instalment_id, letter, severity, f"step {step} of cadence default v1",
         core.clock.now()),
    )  # fmt: skip


def item_facts(**but: Any) -> ItemFacts:
    """Return the facts of an invoice that may be asked for."""
    facts = ItemFacts(
        now=NOW,
        today=TODAY,
        item_id=uuid4(),
        invoice_id=uuid4(),
        number="INV-1042",
        enrolment_id=uuid4(),
        step=3,
        step_before=2,
        nudge=False,
        letter="reminder-overdue",
        tone="Neutral",
        severity=1,
        invoice_state="open",
        settled_on=None,
        due_on=date(2026, 3, 3),
        ask=Money(12500, "EUR"),
        enrolment_state="running",
        offset_days=7,
        owed_minor=12500,
    )
    return replace(facts, **but)


def mail_facts(**but: Any) -> MailFacts:
    """Return the facts of a reminder that may leave: a Tuesday at ten in Berlin."""
    facts = MailFacts(
        now=NOW,
        today=TODAY,
        mailing_id=uuid4(),
        state="queued",
        letter="reminder-overdue",
        asks=True,
        segment="everyone",
        address_key="anna@acme.example",
        provider="acme.example",
        invoice_state="open",
        contact_state="active",
        zone=ZoneInfo("Europe/Berlin"),
        country="DE",
        opens=time(8),
        closes=time(18),
        rest=timedelta(days=3),
        undo=timedelta(seconds=60),
        ledger_max_age=timedelta(days=14),
        ledger_at=NOW - timedelta(days=1),
        next_day=datetime(2026, 3, 11, tzinfo=ZoneInfo("Europe/Berlin")),
        total="125.00 EUR",
        items=(item_facts(),),
    )
    return replace(facts, **but)
