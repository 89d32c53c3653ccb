"""Doubts: entries of ours from the provider that the provider does not know, or knows otherwise.

What the provider's lists show as the ledger has it is confirmed for good. An entry that no list has shown within a day
is asked about by its id; where the answer is another than the ledger's, it waits as a stray movement with that entry
beside it, and a person gets a task. Nothing is booked here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import Known, Movement
from domain.kernel.speech import phrase, say
from domain.pay_links import bookings, provider_health
from domain.pay_links.models import StrayMovement
from domain.pay_links.provider_news import EntryDoubted
from domain.pay_links.states import StrayState

ASK_AFTER = timedelta(days=1)
"""By then a nightly comparison has read the lists since the entry was booked."""

ASKED_A_NIGHT = 100
"""Entries that are asked about, at one call each."""

ANOTHER_ACCOUNT = 10
"""Of so many, all unknown, it is likelier that the key is another account's than that each entry is wrong."""

UNKNOWN = phrase("Stripe does not know it")

CONFIRM = """
    INSERT INTO confirmed_payment (payment_id, at)
    SELECT DISTINCT p.id, %(now)s::timestamptz
    FROM shown s JOIN payment p ON p.object_id = s.object_id AND p.source = %(source)s
         AND (p.kind = s.kind OR p.kind = 'refund' AND s.kind = 'reinstated')
         AND abs(p.amount_minor) = s.minor AND p.currency = s.currency
    WHERE NOT EXISTS (SELECT FROM confirmed_payment c WHERE c.payment_id = p.id)
    ON CONFLICT DO NOTHING
"""
"""Note which entries are shown as the ledger has them; once each. A refund that failed later is shown as money that
came back, with the same id."""

_CONFIRM = f"""
    WITH shown AS (
        SELECT * FROM unnest(%(objects)s::text[], %(kinds)s::text[], %(minors)s::bigint[], %(currencies)s::text[])
               AS each (object_id, kind, minor, currency))
    {CONFIRM}
"""

_TO_ASK = """
    SELECT p.id, p.object_id, p.kind, abs(p.amount_minor) AS minor, p.currency, p.method, p.account_id, p.created_at,
           coalesce(root.object_id, p.object_id) AS charge_id, of.invoice_id
    FROM payment p LEFT JOIN payment root ON root.id = p.reverses_id
    LEFT JOIN LATERAL (SELECT coalesce(p.for_invoice_id, root.for_invoice_id,
        (SELECT a.invoice_id FROM allocation a WHERE a.payment_id = coalesce(p.reverses_id, p.id)
         ORDER BY a.created_at, a.id LIMIT 1)) AS invoice_id) of ON true
    WHERE p.id IN (
        SELECT u.id FROM payment u LEFT JOIN stray_movement y ON y.payment_id = u.id
        WHERE u.source = %(source)s AND u.created_at <= %(before)s AND coalesce(y.state, 'open') = 'open'
          AND NOT EXISTS (SELECT FROM confirmed_payment c WHERE c.payment_id = u.id)
        ORDER BY y.id IS NOT NULL, u.created_at, u.id LIMIT %(most)s)
    ORDER BY p.created_at, p.id
"""
"""What nobody has confirmed or decided; what is doubted already comes last, since the provider may know it by now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of ours that the provider's lists have not shown."""

    payment_id: UUID
    object_id: str
    kind: str
    amount: Money
    """Always positive; the kind says which way it went."""
    method: str
    charge_id: str
    account_id: UUID
    invoice_id: UUID | None
    """The invoice that it was made for."""
    booked_at: datetime


async def to_ask(core: Core) -> tuple[Entry, ...]:
    """Return the entries that the provider is to be asked about, the oldest first."""
    rows = await core.database.rows(
        _TO_ASK,
        {
            "source": bookings.SOURCE,
            "before": core.clock.now() - ASK_AFTER,
            "most": ASKED_A_NIGHT,
        },
    )
    return tuple(
        Entry(
            payment_id=row["id"],
            object_id=row["object_id"],
            kind=row["kind"],
            amount=Money(row["minor"], row["currency"]),
            method=row["method"],
            charge_id=row["charge_id"],
            account_id=row["account_id"],
            invoice_id=row["invoice_id"],
            booked_at=row["created_at"],
        )
        for row in rows
    )


async def answered(core: Core, *, answers: Sequence[tuple[Entry, Known | None]]) -> int:
    """Confirm the entries that the provider has as we do, and keep the others as doubts; return how many are new."""
    if len(answers) >= ANOTHER_ACCOUNT and all(known is None for _, known in answers):
        await provider_health.note_odd(
            core,
            say("Stripe knows none of {n} of our entries", n=len(answers)),
            remedy=say("Is PLIXO_STRIPE_API_KEY of another account, or of the other mode, than they came from?"),
        )
        return 0
    await _confirm(core, [each for _, known in answers if known for each in known.movements])
    doubted = [(entry, _shown(entry, known)) for entry, known in answers]
    return await _keep(core, [(entry, *shown) for entry, shown in doubted if shown is not None])


async def _confirm(core: Core, movements: Sequence[Movement]) -> None:
    if not movements:
        return
    values = {
        "objects": [each.object_id for each in movements],
        "kinds": [each.kind for each in movements],
        "minors": [each.amount.minor for each in movements],
        "currencies": [each.amount.currency for each in movements],
        "source": bookings.SOURCE,
        "now": core.clock.now(),
    }
    await core.database.execute(_CONFIRM, values)


def _shown(entry: Entry, known: Known | None) -> tuple[Money, str] | None:
    """Return the amount and in words what the provider has instead; None where it has what we have."""
    if known is None:
        return entry.amount, say(UNKNOWN)
    own = [each for each in known.movements if each.object_id == entry.object_id]
    same = [each for each in own if each.kind == entry.kind or (entry.kind, each.kind) == ("refund", "reinstated")]
    if not same:
        return entry.amount, say("at Stripe it is {state}", state=known.status[:40])
    if same[0].amount != entry.amount:
        return same[0].amount, in_ledger(entry.amount)
    return None


def in_ledger(amount: Money) -> str:
    """Say how much an entry is that the provider shows with another amount."""
    return say("in the ledger it is {amount}", amount=amount)


async def _keep(core: Core, doubts: Sequence[tuple[Entry, Money, str]]) -> int:
    if not doubts:
        return 0
    columns: Mapping[str, Any] = {
        "state": StrayMovement.MACHINE.start.value,
        "now": core.clock.now(),
        "ids": [uuid4() for _ in doubts],
        "objects": [entry.object_id for entry, _, _ in doubts],
        "kinds": [entry.kind for entry, _, _ in doubts],
        "currencies": [amount.currency for _, amount, _ in doubts],
        "minors": [amount.minor for _, amount, _ in doubts],
        "ats": [entry.booked_at for entry, _, _ in doubts],
        "charges": [entry.charge_id for entry, _, _ in doubts],
        "methods": [entry.method for entry, _, _ in doubts],
        "notes": [sentences.as_text(note) for _, _, note in doubts],
        "invoices": [entry.invoice_id for entry, _, _ in doubts],
        "accounts": [entry.account_id for entry, _, _ in doubts],
        "payments": [entry.payment_id for entry, _, _ in doubts],
    }
    return await core.database.execute(
        "INSERT INTO stray_movement (id, object_id, kind, currency, amount_minor, happened_at, charge_id, method, note,"
        " invoice_id, account_id, payment_id, state, found_at)"
        " SELECT n.*, %(state)s, %(now)s FROM unnest(%(ids)s::uuid[], %(objects)s::text[], %(kinds)s::text[],"
        " %(currencies)s::text[], %(minors)s::bigint[], %(ats)s::timestamptz[], %(charges)s::text[],"
        " %(methods)s::text[], %(notes)s::text[], %(invoices)s::uuid[], %(accounts)s::uuid[], %(payments)s::uuid[]) n"
        " ON CONFLICT (object_id, kind) DO NOTHING",
        columns,
    )


_CLOSED = """
    SELECT y.id FROM stray_movement y JOIN confirmed_payment c ON c.payment_id = y.payment_id
    WHERE y.state = 'open' FOR UPDATE OF y
"""

_TOLD = """
    WITH told AS (
        UPDATE stray_movement SET told_at = %(now)s WHERE id IN (
            SELECT id FROM stray_movement WHERE state = 'open' AND payment_id IS NOT NULL AND told_at IS NULL
            ORDER BY found_at, id LIMIT %(most)s FOR UPDATE)
        RETURNING id, object_id, kind, amount_minor, currency, note, invoice_id, payment_id)
    SELECT told.id, told.object_id, told.kind, told.amount_minor, told.currency, told.note, told.payment_id,
           p.amount_minor AS ours, p.currency AS our_currency, p.account_id, a.name, i.id AS invoice_id, i.number
    FROM told JOIN payment p ON p.id = told.payment_id JOIN account a ON a.id = p.account_id
    LEFT JOIN invoice i ON i.id = coalesce(told.invoice_id, (
        SELECT l.invoice_id FROM allocation l WHERE l.payment_id = coalesce(p.reverses_id, p.id)
        ORDER BY l.created_at, l.id LIMIT 1))
    ORDER BY p.created_at, p.id
"""


async def tell(core: Core) -> int:
    """Close the doubts that came to nothing, and tell of those that were not told yet; return how many."""
    async with core.transaction() as tx:
        now = core.clock.now()
        await StrayMovement.move_all(
            "book", ids=[row["id"] for row in await tx.rows(_CLOSED)], before=StrayState.OPEN,
            decision=say("Stripe shows it as the ledger has it"), decided_by=SYSTEM.name, decided_at=now,
        )  # fmt: skip
        rows = await tx.rows(_TOLD, {"now": now, "most": ASKED_A_NIGHT})
        await timeline.record_many(core, tx, [_event(core, row) for row in rows])
    return len(rows)


def _event(core: Core, row: Mapping[str, Any]) -> EntryDoubted:
    shown, ours = Money(row["amount_minor"], row["currency"]), Money(abs(row["ours"]), row["our_currency"])
    return EntryDoubted(
        stray_id=row["id"],
        payment_id=row["payment_id"],
        object_id=row["object_id"],
        what=row["kind"],
        amount=ours,
        note=sentences.said(row["note"]) if shown == ours else say("at Stripe it is {state}", state=shown),
        account_id=row["account_id"],
        account_name=row["name"],
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        **by(SYSTEM, core.clock.now()),
    )
