"""Cases: all that operators want to know of one invoice at a glance, read in a handful of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.deliverability import covering
from domain.kernel import addresses, timeline
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import case_notes, references
from domain.operations.case_notes import CaseNotes
from domain.pay_links import links

CONTACTS_SHOWN = 5
LINKS_SHOWN = 5
MAILS_SHOWN = 3
ENTRIES_SHOWN = 6


class LinkStanding(StrEnum):
    """What a payer would meet who opened the link now."""

    UNUSED = "unused"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CaseContact:
    """A contact of the customer."""

    address: str
    """Masked."""
    suppressed_for: str | None
    """Why the address must not be mailed, or None."""


@dataclass(frozen=True, slots=True)
class CaseLink:
    """The newest payment link of one contact that was neither replaced nor closed."""

    address: str
    """Masked."""
    standing: LinkStanding
    until: datetime
    """When it stops, or stopped, working."""


@dataclass(frozen=True, slots=True)
class CaseCadence:
    """How far the reminders have come."""

    state: str
    done: int
    """Position of the last step that was taken; 0 before the first."""
    steps: int
    next_letter: str | None
    """None when the next step is a person's, or when there is none."""
    next_on: date | None
    """None when no step is to come."""


@dataclass(frozen=True, slots=True)
class CaseMail:
    """One mail about the invoice, whether it left or not."""

    letter: str
    address: str
    """Masked."""
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the invoice's history."""

    at: datetime
    actor: str
    told: str


@dataclass(frozen=True, slots=True)
class Case:
    """An invoice with everything around it."""

    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    account_name: str
    balance: Money
    total: Money
    due_on: date
    days_past_due: int
    is_open: bool
    words: tuple[str, ...]
    """What the invoice is, in plain words: open, overdue, partly paid, payment processing, settled, …"""
    contacts: tuple[CaseContact, ...]
    contacts_more: int
    """How many contacts there are beyond those."""
    links: tuple[CaseLink, ...]
    cadence: CaseCadence | None
    mails: tuple[CaseMail, ...]
    """Newest first."""
    lines: tuple[CaseLine, ...]
    """Newest last."""
    notes: CaseNotes = field(default_factory=CaseNotes)


_CASE = """
    SELECT i.id, i.number, i.account_id, i.currency, i.total_minor, i.open_minor, i.due_on, i.state,
           a.name AS account_name, a.state AS account_state,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing') AS processing,
           e.state AS cadence_state, e.last_position, e.next_action_at, n.letter AS next_letter,
           n.position AS next_position,
           (SELECT count(*) FROM cadence_step s WHERE s.cadence_id = e.cadence_id) AS steps
    FROM invoice i
    JOIN account a ON a.id = i.account_id
    LEFT JOIN LATERAL (SELECT * FROM enrolment x WHERE x.invoice_id = i.id ORDER BY x.created_at DESC LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT * FROM cadence_step s WHERE s.cadence_id = e.cadence_id AND s.position > e.last_position
                       ORDER BY s.position LIMIT 1) n ON true
"""


async def case(core: Core, *, invoice_number: str | None = None, invoice_id: UUID | None = None) -> Case:
    """Return the case of the invoice that is named by its number or its id, or by a reference of what is about it.

    Raises:
        InvoiceNotFound: There is no such invoice.
    """
    if invoice_id is not None:
        row = await core.database.row(f"{_CASE} WHERE i.id = %s", (invoice_id,))
    else:
        row = await core.database.row(f"{_CASE} WHERE i.number_key = %s", (invoices.number_key(invoice_number or ""),))
        about = None if row else await references.invoice_of(core, text=invoice_number or "")
        row = await core.database.row(f"{_CASE} WHERE i.id = %s", (about,)) if about else row
    if row is None:
        raise InvoiceNotFound(invoice_number or str(invoice_id))
    contacts, contacts_total = await _contacts(core, row["account_id"])
    days = days_past_due(row["due_on"], local_date(core.clock, core.merchant.zone))
    return Case(
        invoice_id=row["id"],
        invoice_number=row["number"],
        account_id=row["account_id"],
        account_name=row["account_name"],
        balance=Money(row["open_minor"], row["currency"]),
        total=Money(row["total_minor"], row["currency"]),
        due_on=row["due_on"],
        days_past_due=days,
        is_open=row["state"] == "open",
        words=_words(row, days),
        contacts=contacts,
        contacts_more=contacts_total - len(contacts),
        links=await _links(core, row["id"]),
        cadence=_cadence(core, row),
        mails=await _mails(core, row["id"]),
        lines=tuple(
            CaseLine(each.event.at, each.event.actor, each.event.told())
            for each in await timeline.of_invoice(core, row["id"], limit=ENTRIES_SHOWN)
        ),
        notes=await case_notes.of_invoice(core, invoice_id=row["id"], account_id=row["account_id"]),
    )


async def number(core: Core, *, invoice_id: UUID) -> str:
    """Return the number of the invoice that a button stands for.

    Raises:
        InvoiceNotFound: There is no such invoice.
    """
    row = await core.database.row("SELECT number FROM invoice WHERE id = %s", (invoice_id,))
    if row is None:
        raise InvoiceNotFound(str(invoice_id))
    return str(row["number"])


async def next_step(core: Core, *, invoice_number: str) -> int | None:
    """Return the step that waits in a mail, or else the next letter's in the running cadence; None when none is ahead.

    Raises:
        InvoiceNotFound: There is no such invoice.
    """
    row = await core.database.row(
        "SELECT i.id, (SELECT min(t.step) FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id"
        " WHERE t.invoice_id = i.id AND t.state = 'included' AND m.state IN ('drafted', 'queued')) AS pending,"
        " (SELECT min(s.position) FROM enrolment e JOIN cadence_step s ON s.cadence_id = e.cadence_id"
        " WHERE e.invoice_id = i.id AND e.state = 'running' AND s.position > e.last_position AND s.letter IS NOT NULL)"
        " AS step FROM invoice i WHERE i.number_key = %s",
        (invoices.number_key(invoice_number),),
    )
    if row is None:
        raise InvoiceNotFound(invoice_number)
    step = row["step"] if row["pending"] is None else row["pending"]
    return None if step is None else int(step)


def _words(row: Row, days: int) -> tuple[str, ...]:
    if row["state"] != "open":
        return (str(row["state"]).replace("_", " "),)
    held = (
        (True, "open"),
        (days == 0, "due today"),
        (days > 0, "overdue"),
        (row["open_minor"] < row["total_minor"], "partly paid"),
        (row["processing"], "payment processing"),
        (row["account_state"] == "excluded", "customer excluded from collection"),
    )
    return tuple(word for holds, word in held if holds)


def _cadence(core: Core, row: Row) -> CaseCadence | None:
    if row["cadence_state"] is None:
        return None
    runs = row["cadence_state"] == "running" and row["next_position"] is not None
    return CaseCadence(
        state=row["cadence_state"],
        done=row["last_position"],
        steps=int(row["steps"]),
        next_letter=row["next_letter"] if runs else None,
        next_on=row["next_action_at"].astimezone(core.merchant.zone).date() if runs else None,
    )


async def _contacts(core: Core, account_id: UUID) -> tuple[tuple[CaseContact, ...], int]:
    rows = await core.database.rows(
        f"SELECT c.email, {covering.reason('c.email_key')} AS reason, count(*) OVER () AS total FROM contact c"
        " WHERE c.account_id = %s AND c.state = 'active' ORDER BY c.created_at, c.id LIMIT %s",
        (account_id, CONTACTS_SHOWN),
    )
    shown = tuple(CaseContact(addresses.masked(row["email"]), row["reason"]) for row in rows)
    return shown, int(rows[0]["total"]) if rows else 0


async def _links(core: Core, invoice_id: UUID) -> tuple[CaseLink, ...]:
    rows = await core.database.rows(
        "SELECT DISTINCT ON (l.contact_id) l.state, l.last_active_at, c.email FROM pay_link l"
        " JOIN contact c ON c.id = l.contact_id WHERE l.invoice_id = %s AND l.state IN ('active', 'used')"
        " ORDER BY l.contact_id, l.issued_at DESC LIMIT %s",
        (invoice_id, LINKS_SHOWN),
    )
    return tuple(_link(core, row) for row in rows)


def _link(core: Core, row: Row) -> CaseLink:
    until: datetime = row["last_active_at"] + links.IDLE_LIMIT
    standing = LinkStanding.UNUSED if row["state"] == "active" else LinkStanding.USED
    return CaseLink(
        address=addresses.masked(row["email"]),
        standing=LinkStanding.EXPIRED if until <= core.clock.now() else standing,
        until=until,
    )


async def _mails(core: Core, invoice_id: UUID) -> tuple[CaseMail, ...]:
    rows: list[dict[str, Any]] = await core.database.rows(
        "SELECT g.letter, g.address, g.state, coalesce(g.sent_at, g.queued_at) AS at"
        " FROM (SELECT id AS mail FROM mailing WHERE invoice_id = %s"
        "       UNION SELECT mailing_id FROM mailing_item WHERE invoice_id = %s AND state = 'included') about"
        " JOIN mailing g ON g.id = about.mail ORDER BY g.queued_at DESC, g.id LIMIT %s",
        (invoice_id, invoice_id, MAILS_SHOWN),
    )
    return tuple(CaseMail(row["letter"], addresses.masked(row["address"]), row["state"], row["at"]) for row in rows)
