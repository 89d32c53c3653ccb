"""Reconciling: the provider's own lists of money against the ledger, page by page, each page as one set.

What belongs to a payment that we know is booked at once; what belongs to a checkout of ours is named, so that it is
read and taken in whole; what fits nothing waits for a person as a stray movement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import Movement, Reversal
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger import entries, invoices
from domain.ledger.models import Payment
from domain.pay_links import bookings, doubts, provider_health, provider_marks
from domain.pay_links.models import StrayMovement
from domain.pay_links.provider_news import StrayMoneyFound
from domain.pay_links.states import StrayState

LISTS = {"payments": timedelta(days=10), "refunds": timedelta(days=10), "disputes": timedelta(days=90)}
"""How far back each list is read every night. A list is by the day on which something began: a bank debit is paid, and
a refund fails, days after that; a dispute is decided weeks later."""

EXAMPLES = 5

_TOLD = "strays told"
_PLACE = "compare "

_UNMATCHED = f"""
    WITH shown AS MATERIALIZED (
        SELECT * FROM unnest(%(objects)s::text[], %(kinds)s::text[], %(minors)s::bigint[], %(currencies)s::text[],
                             %(charges)s::text[], %(checkouts)s::uuid[])
               WITH ORDINALITY AS each (object_id, kind, minor, currency, charge_id, checkout_id, place)
    ), confirmed AS ({doubts.CONFIRM})
    SELECT s.place, p.id AS booked_id, p.amount_minor AS booked_minor, p.currency AS booked_currency,
           paid.id AS payment_id, k.id AS checkout_id, k.session_id, k.state AS checkout_state,
           EXISTS (SELECT FROM stray_movement y WHERE y.object_id = s.object_id AND y.kind = s.kind
                   OR y.object_id = s.charge_id AND y.kind = 'payment' AND y.state = 'dismissed') AS known
    FROM shown s
    LEFT JOIN payment p ON p.object_id = s.object_id AND p.kind = s.kind
    LEFT JOIN payment paid ON paid.object_id = s.charge_id AND paid.kind = 'payment'
    LEFT JOIN checkout k ON k.id = s.checkout_id
    WHERE p.id IS NULL OR abs(p.amount_minor) <> s.minor OR p.currency <> s.currency
    ORDER BY s.place
"""
"""What a page shows that the ledger has not, or has otherwise; what it has as it is shown is confirmed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a page held that was not in the ledger."""

    sessions: tuple[str, ...]
    """Checkouts of ours that were paid without our knowing; the caller reads them at the provider."""
    charges: tuple[str, ...]
    """Payments of ours whose session is not known here; the caller looks for it."""
    booked: int
    """Refunds, chargebacks and reinstatements that were booked."""
    strays: int


async def compare(core: Core, *, movements: Sequence[Movement]) -> Compared:
    """Compare one page with the ledger; safe to repeat.

    A refund that failed before we heard of it has taken nothing, so there is nothing to give back.
    """
    values = {**_columns(movements), "source": bookings.SOURCE, "now": core.clock.now()}
    rows = await core.database.rows(_UNMATCHED, values) if movements else []
    sessions: list[str] = []
    charges: list[str] = []
    strays: list[tuple[Movement, str, UUID | None]] = []
    booked = 0
    for row in rows:
        movement = movements[row["place"] - 1]
        if row["booked_id"] is not None:
            strays += [(movement, _differs(row), row["booked_id"])] if not row["known"] else []
        elif movement.kind == "payment" and row["checkout_id"] is not None:
            if row["checkout_state"] != "mismatched":  # of that a person was told when it came
                (sessions if row["session_id"] else charges).append(row["session_id"] or movement.charge_id)
        elif row["payment_id"] is not None:
            booked += await _book(core, row["payment_id"], movement)
        elif movement.kind != "reinstated" and not row["known"]:
            strays.append((movement, say("no checkout and no payment of ours belongs to it"), None))
    return Compared(tuple(sessions), tuple(charges), booked, await _keep(core, strays))


@dataclass(frozen=True, slots=True)
class Place:
    """Where tonight's comparison of one list stands."""

    of: str
    since: datetime
    after: str | None
    """The line behind which it goes on; None at the beginning."""


async def to_compare(core: Core) -> tuple[Place, ...]:
    """Return the lists that are still to be compared tonight; one that was interrupted goes on where it stood."""
    now = core.clock.now()
    marks = {mark.name: mark.value for mark in await provider_marks.beginning(core.database, _PLACE)}
    places = []
    for of, back in LISTS.items():
        day, _, after = marks.get(f"{_PLACE}{of}", "").partition(" ")
        if day != now.date().isoformat():
            places.append(Place(of, now - back, None))
        elif after:
            places.append(Place(of, now - back, after))
    return tuple(places)


async def reached(core: Core, *, of: str, after: str | None) -> None:
    """Remember how far a list was compared; None: to its end."""
    day = core.clock.now().date().isoformat()
    await provider_marks.put(core, core.database, f"{_PLACE}{of}", f"{day} {after or ''}")


async def finished(core: Core) -> None:
    """Remember that all lists were compared, so that the next run begins anew."""
    for of in LISTS:
        await provider_marks.drop(core.database, f"{_PLACE}{of}")
    await provider_marks.put(core, core.database, provider_health.COMPARED, "")


async def tell_strays(core: Core) -> int:
    """Close the strays that were booked meanwhile, and tell of those that were found since this was last told."""
    async with core.transaction() as tx:
        placed = await tx.rows(
            "SELECT y.id FROM stray_movement y WHERE y.state = 'open' AND y.payment_id IS NULL AND EXISTS"
            " (SELECT FROM payment p WHERE"
            " p.object_id = y.object_id AND p.kind = y.kind AND abs(p.amount_minor) = y.amount_minor) FOR UPDATE OF y"
        )
        await StrayMovement.move_all(
            "book", ids=[row["id"] for row in placed], before=StrayState.OPEN,
            decision=say("its news came after all"), decided_by=SYSTEM.name, decided_at=core.clock.now(),
        )  # fmt: skip
        mark = await provider_marks.of(tx, _TOLD)
        rows = await tx.rows(
            "SELECT kind, currency, amount_minor, about, object_id, found_at, count(*) OVER () AS count"
            " FROM stray_movement WHERE state = 'open' AND payment_id IS NULL"
            " AND (%(since)s::timestamptz IS NULL OR found_at > %(since)s)"
            " ORDER BY found_at DESC, id LIMIT %(most)s",
            {"since": mark.at if mark else None, "most": EXAMPLES},
        )
        if not rows:
            return 0
        event = StrayMoneyFound(
            count=rows[0]["count"], examples=tuple(_example(row) for row in rows), **by(SYSTEM, core.clock.now())
        )
        await timeline.record(core, tx, event)
        await provider_marks.put(core, tx, _TOLD, rows[0]["object_id"], at=rows[0]["found_at"])
    return event.count


_ABOUT = """
    SELECT coalesce(p.for_invoice_id,
        (SELECT a.invoice_id FROM allocation a WHERE a.payment_id = p.id ORDER BY a.created_at, a.id LIMIT 1))
        AS invoice_id
    FROM payment p WHERE p.id = %(id)s
"""
"""The invoice that a payment was made for, also where it was one payment too many."""


async def _book(core: Core, payment_id: UUID, movement: Movement) -> int:
    """Enter money that went back from a payment that we know; tell whether anything was entered."""
    about = await core.database.row(_ABOUT, {"id": payment_id})
    async with core.transaction() as tx:
        payment = await Payment.get(id=payment_id)
        if about is None or about["invoice_id"] is None or movement.amount.currency != payment.currency:
            return 0
        held = await entries.family_held(tx, payment_id, besides=(about["invoice_id"],))
        invoice = held[about["invoice_id"]]
        before = await _entries(tx, payment_id)
        reversal = Reversal(movement.object_id, movement.kind, movement.amount, movement.happened_at)
        await bookings.reverse(core, tx, invoice, payment, reversal)
        return int(await _entries(tx, payment_id) > before)


async def _entries(tx: Transaction, payment_id: UUID) -> int:
    row = await tx.row("SELECT count(*) AS n FROM payment WHERE reverses_id = %s", (payment_id,))
    return int(row["n"]) if row else 0


async def _keep(core: Core, strays: Sequence[tuple[Movement, str, UUID | None]]) -> int:
    """Store what fits nothing, with the invoice that it names; return how many were new."""
    named = await _named(core, [movement.about for movement, _, _ in strays]) if strays else {}
    wanted = [
        (movement, note, named.get(movement.about), entry)
        for movement, note, entry in strays
        if not core.limits.stripe_shared or movement.about in named or movement.checkout_id or entry
    ]
    if not wanted:
        return 0
    return await core.database.execute(
        "INSERT INTO stray_movement (id, object_id, kind, currency, amount_minor, happened_at, charge_id, method,"
        " about, note, invoice_id, account_id, payment_id, state, found_at)"
        " SELECT n.id, n.object_id, n.kind, n.currency, n.minor, n.at, n.charge, n.method, n.about, n.note,"
        " n.invoice_id, n.account_id, n.entry, %s, %s"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[],"
        " %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[])"
        " AS n (id, object_id, kind, currency, minor, at, charge, method, about, note, invoice_id, account_id, entry)"
        " ON CONFLICT (object_id, kind) DO NOTHING",
        (
            StrayMovement.MACHINE.start.value,
            core.clock.now(),
            [uuid4() for _ in wanted],
            [each.object_id for each, _, _, _ in wanted],
            [each.kind for each, _, _, _ in wanted],
            [each.amount.currency for each, _, _, _ in wanted],
            [each.amount.minor for each, _, _, _ in wanted],
            [each.happened_at for each, _, _, _ in wanted],
            [each.charge_id for each, _, _, _ in wanted],
            [each.method for each, _, _, _ in wanted],
            [each.about for each, _, _, _ in wanted],
            [sentences.as_text(note) for _, note, _, _ in wanted],
            [of["id"] if of else None for _, _, of, _ in wanted],
            [of["account_id"] if of else None for _, _, of, _ in wanted],
            [entry for _, _, _, entry in wanted],
        ),
    )


async def _named(core: Core, texts: Sequence[str]) -> dict[str, Row]:
    """Return, for each text that names exactly one invoice of ours, that invoice."""
    words = {text: {invoices.number_key(word) for word in re.findall(r"[^\s,;]{2,60}", text)} for text in texts}
    keys = sorted({key for each in words.values() for key in each})
    rows = await core.database.rows(
        "SELECT id, account_id, number_key FROM invoice WHERE number_key = ANY(%s)", (keys,)
    )
    of_key = {row["number_key"]: row for row in rows}
    hits = {text: [of_key[key] for key in each if key in of_key] for text, each in words.items()}
    return {text: found[0] for text, found in hits.items() if len(found) == 1}


def _columns(movements: Sequence[Movement]) -> dict[str, list[object]]:
    return {
        "objects": [each.object_id for each in movements],
        "kinds": [each.kind for each in movements],
        "minors": [each.amount.minor for each in movements],
        "currencies": [each.amount.currency for each in movements],
        "charges": [each.charge_id for each in movements],
        "checkouts": [each.checkout_id for each in movements],
    }


def _differs(row: Row) -> str:
    return doubts.in_ledger(Money(abs(row["booked_minor"]), row["booked_currency"]))


def _example(row: Row) -> str:
    told = {
        "kind": say(row["kind"]),
        "amount": Money(row["amount_minor"], row["currency"]),
        "about": row["about"][:60],
        "id": row["object_id"][:40],
    }
    if row["about"]:
        return say("{kind} of {amount} for {about} ({id})", **told)
    return say("{kind} of {amount} ({id})", **told)
