"""History: what an import changed about known invoices and customers goes to their timelines, page by page."""

import json
from datetime import datetime
from typing import Any

from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say, say_as
from domain.kernel.transactions import Row, Transaction
from domain.ledger import words
from domain.ledger.csv_import import staging
from domain.ledger.csv_import.requests import Lowered
from domain.ledger.events import InvoiceSettled
from domain.ledger.import_events import (
    AccountChanged,
    CreditImported,
    CreditNoteChanged,
    InvoiceChanged,
    InvoiceLowered,
    PaymentImported,
)

MAX_TOLD = 20
"""Changes of one customer that are told in one event."""

_MOVED = """
    SELECT m.*, (SELECT json_agg(json_build_array(n.id, n.number, u.minor, n.open_minor) ORDER BY n.number)
                 FROM import_credit_use u JOIN credit_note n ON n.number_key = u.credit_key
                 WHERE u.invoice_key = m.number_key) AS credited
    FROM import_moved m
"""

_REDATED = """
    SELECT invoice_id, number, account_id, stored_due, due_on, stored_issued, issued_on FROM import_known WHERE redated
"""

_CREDITS = """
    SELECT k.credit_id, k.number, k.account_id, a.name AS account_name, k.currency, k.stored_open,
           least(k.open_minor, k.stored_open) AS open_minor, CASE WHEN k.referred THEN i.number END AS refers_to
    FROM import_credit_known k
    JOIN import_credit r ON r.line = k.line
    JOIN account a ON a.id = k.account_id
    JOIN credit_note n ON n.id = k.credit_id
    LEFT JOIN invoice i ON i.id = n.invoice_id
    WHERE k.used OR k.redated OR k.referred
"""

_CUSTOMERS = """
    SELECT a.id, a.name, a.number, c.id IS NOT NULL AS changed, c.old_name, c.name AS new_name, c.old_number,
           c.number AS new_number, c.old_country, c.country AS new_country, c.old_locale, c.locale AS new_locale,
           c.old_timezone, c.timezone AS new_timezone, c.old_industry, c.industry AS new_industry, c.old_risk,
           c.risk AS new_risk, replace(c.old_tags, '|', ', ') AS old_tags, replace(c.tags, '|', ', ') AS new_tags,
           e.contacts
    FROM import_wanted w
    JOIN account a ON a.id = w.id
    LEFT JOIN import_account_change c ON c.id = w.id
    LEFT JOIN (SELECT account_id,
                      json_agg(json_build_array(verdict, email, old_name, name, old_role, role) ORDER BY email_key)
                      AS contacts
               FROM import_contact WHERE verdict IN ('new', 'changed') GROUP BY account_id) e ON e.account_id = w.id
    WHERE w.stored AND (c.id IS NOT NULL OR e.account_id IS NOT NULL)
"""

_ATTRIBUTES = (
    ("name", phrase("name")), ("number", phrase("number")), ("country", phrase("country")),
    ("locale", phrase("language")), ("timezone", phrase("time zone")), ("industry", phrase("industry")),
    ("risk", phrase("risk")), ("tags", phrase("tags")),
)  # fmt: skip


async def record(
    core: Core, tx: Transaction, *, actor: Actor, of_invoices: bool, of_credits: bool, lowered: Lowered
) -> None:
    """Record every change to what was known before; new invoices and customers are told by the import as a whole."""
    now = core.clock.now()
    if of_invoices:
        async for page in staging.pages(tx, _MOVED):
            await timeline.record_many(core, tx, [event for row in page for event in _moved(row, actor, now, lowered)])
        async for page in staging.pages(tx, _REDATED):
            await timeline.record_many(core, tx, [_redated(row, actor, now) for row in page])
    if of_credits:
        async for page in staging.pages(tx, _CREDITS):
            await timeline.record_many(core, tx, [_credit(row, actor, now) for row in page])
    async for page in staging.pages(tx, _CUSTOMERS):
        await timeline.record_many(core, tx, [_customer(row, actor, now) for row in page])


def _moved(row: Row, actor: Actor, now: datetime, lowered: Lowered) -> list[Event]:
    """Return what took the balance down, one fact for each cause."""
    said = {**_about(row), **by(actor, now)}
    currency = row["currency"]
    credits_ = json.loads(row["credited"]) if isinstance(row["credited"], str) else row["credited"] or []
    paid, unknown = Money(row["paid_minor"], currency), Money(row["lowered_minor"], currency)
    balance = Money(row["open_minor"] + sum(minor for *_, minor, _ in credits_), currency) + paid + unknown
    events: list[Event] = []
    for note_id, number, minor, left in credits_:
        amount = Money(minor, currency)
        balance -= amount
        event = CreditImported(
            **said, credit_note_id=note_id, credit_note=number, amount=amount, balance=balance,
            left=Money(left, currency),
        )  # fmt: skip
        events.append(event)
    if paid:
        balance -= paid
        received = {"payment_id": row["payment_id"], "received_on": row["received_on"]}
        events.append(PaymentImported(**said, **received, amount=paid, balance=balance))
    if unknown:
        balance -= unknown
        cause = "credit" if lowered is Lowered.CREDIT else ""
        events.append(InvoiceLowered(**said, credit_id=row["credit_id"], amount=unknown, balance=balance, cause=cause))
    if not balance:
        events.append(InvoiceSettled(**said, total=Money(row["total_minor"], currency)))
    return events


def _redated(row: Row, actor: Actor, now: datetime) -> Event:
    return InvoiceChanged(
        **_about(row),
        was_due_on=row["stored_due"],
        due_on=row["due_on"],
        was_issued_on=row["stored_issued"],
        issued_on=row["issued_on"],
        **by(actor, now),
    )


def _credit(row: Row, actor: Actor, now: datetime) -> Event:
    currency = row["currency"]
    return CreditNoteChanged(
        account_id=row["account_id"],
        account_name=row["account_name"],
        credit_note_id=row["credit_id"],
        number=row["number"],
        used=Money(max(row["stored_open"] - row["open_minor"], 0), currency),
        left=Money(row["open_minor"], currency),
        refers_to=row["refers_to"] or "",
        **by(actor, now),
    )


def _about(row: Row) -> dict[str, Any]:
    return {"invoice_id": row["invoice_id"], "invoice_number": row["number"], "account_id": row["account_id"]}


def _customer(row: Row, actor: Actor, now: datetime) -> Event:
    changes = [
        say(
            "{what}: {before} → {after}",
            what=say(word),
            before=row[f"old_{column}"] or say_as("value of a setting", "none"),
            after=row[f"new_{column}"],
        )
        for column, word in _ATTRIBUTES
        if row["changed"] and row[f"old_{column}"] != row[f"new_{column}"]
    ]
    contacts = row["contacts"] or []
    for verdict, email, *was_and_is in json.loads(contacts) if isinstance(contacts, str) else contacts:
        changes += _contact(verdict, addresses.masked(email), *was_and_is)
    return AccountChanged(account_id=row["id"], account_name=row["name"], changes=tuple(changes[:MAX_TOLD]),
                          more=max(0, len(changes) - MAX_TOLD), **by(actor, now))  # fmt: skip


def _contact(
    verdict: str, whom: str, old_name: str | None, name: str | None, old_role: str | None, role: str | None
) -> list[str]:
    """Return what became of one contact, in words."""
    if verdict == "new":
        return [say("new contact {address}", address=whom)]
    changes = []
    if name is not None and name != old_name:
        changes.append(
            say(
                "contact {address}: {before} → {after}",
                address=whom,
                before=old_name or say_as("value of a setting", "none"),
                after=name,
            )
        )
    if role is not None and role != old_role:
        changes.append(
            say(
                "contact {address}: role {before} → {after}",
                address=whom,
                before=words.contact_role(old_role or ""),
                after=words.contact_role(role),
            )
        )
    return changes
