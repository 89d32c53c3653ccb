"""Small books for reports: rows as the ledger keeps them, on the days that a test needs."""

from datetime import date, datetime
from uuid import UUID, uuid4

from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.models import Invoice


def euros(major: int) -> Money:
    """Return so many euros."""
    return Money(major * 100, "EUR")


async def paid_on(core: Core, invoice: Invoice, amount: Money, on: date, *, name: str = "") -> None:
    """Book a card payment of that day."""
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core, tx, invoice=locked, amount=amount, source="stripe", object_id=name or f"ch_{uuid4()}", method="card",
            received_on=on, actor=SYSTEM,
        )  # fmt: skip


async def moved(core: Core, invoice: Invoice, minor: int, on: date, *, kind: str, source: str = "stripe") -> None:
    """Store a movement of money that no invoice knows."""
    await core.database.execute(
        "INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,"
        " created_at) VALUES (%s, %s, %s, %s, %s, 'EUR', %s, %s, 'card', %s)",
        (uuid4(), invoice.account_id, kind, source, str(uuid4()), minor, on, core.clock.now()),
    )


async def promised(
    core: Core, invoice: Invoice, amount: Money, on: date, *, state: str = "running", judged_at: datetime | None = None
) -> None:
    """Store a promise."""
    await core.database.execute(
        "INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days, source,"
        " state, made_by, created_at, judged_at) VALUES (%s, %s, %s, %s, %s, %s, 2, 'operator', %s, 'Ben', %s, %s)",
        (uuid4(), invoice.id, invoice.account_id, amount.currency, amount.minor, on, state, core.clock.now(),
         judged_at),
    )  # fmt: skip


async def planned(core: Core, invoice: Invoice, amount: Money, on: date, *, state: str = "running") -> None:
    """Store a plan of one instalment."""
    plan_id = uuid4()
    await core.database.execute(
        "INSERT INTO plan (id, invoice_id, account_id, currency, covers_minor, frequency, grace_days, reason, state,"
        " source, made_by, created_at) VALUES (%s, %s, %s, %s, %s, 'own', 2, 'Cash', %s, 'operator', 'Ben', %s)",
        (plan_id, invoice.id, invoice.account_id, amount.currency, amount.minor, state, core.clock.now()),
    )
    await core.database.execute(
        "INSERT INTO plan_instalment (id, plan_id, position, due_on, amount_minor) VALUES (%s, %s, 1, %s, %s)",
        (uuid4(), plan_id, on, amount.minor),
    )


async def disputed(
    core: Core, invoice: Invoice, amount: Money, at: datetime, *, due: datetime, risk: datetime, state: str = "open",
    is_test: bool = False, ended: datetime | None = None,
) -> UUID:  # fmt: skip
    """Store a dispute."""
    dispute_id = uuid4()
    await core.database.execute(
        "INSERT INTO dispute (id, invoice_id, account_id, currency, amount_minor, reason_code, description, state,"
        " is_test, sla_due_at, sla_risk_at, source, filed_by, created_at, resolved_at)"
        " VALUES (%s, %s, %s, %s, %s, 'other', 'Broken', %s, %s, %s, %s, 'portal', 'p', %s, %s)",
        (dispute_id, invoice.id, invoice.account_id, amount.currency, amount.minor, state, is_test, due, risk, at,
         ended),
    )  # fmt: skip
    return dispute_id


async def queued(core: Core, invoice: Invoice, *, state: str, waits: str = "") -> None:
    """Store a reminder of one invoice that has not left."""
    row = await core.database.row("SELECT id FROM contact WHERE account_id = %s LIMIT 1", (invoice.account_id,))
    assert row is not None
    mailing = uuid4()
    await core.database.execute(
        "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, asks, state, waits, queued_at) VALUES (%s, %s, 'reminder-due', %s, %s, %s, 'a@b.example',"
        " 'a@b.example', %s, true, %s, %s, %s)",
        (mailing, str(mailing), invoice.id, invoice.account_id, row["id"], str(mailing), state, waits,
         core.clock.now()),
    )  # fmt: skip
    await core.database.execute(
        "INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, letter, tone, severity, state,"
        " reason, created_at) VALUES (%s, %s, %s, %s, %s, 'reminder-due', 'Neutral', 1, 'included', '', %s)",
        (uuid4(), mailing, invoice.id, row["id"], str(mailing), core.clock.now()),
    )
