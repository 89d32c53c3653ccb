"""Waiting: hand the mails whose moment has come to the workers again, and drop drafts that nobody need look at."""

from uuid import UUID

from domain.commitments import pauses
from domain.deliverability.states import MailingState
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import settling

PAGE = 200
"""Mails released in one transaction."""

_COME_DUE = """
    UPDATE mailing SET not_before = NULL WHERE id IN (
        SELECT id FROM mailing WHERE state = 'queued' AND not_before <= %(now)s
        ORDER BY not_before, queued_at, id LIMIT %(page)s FOR UPDATE SKIP LOCKED)
    RETURNING id, queued_at
"""

_SPENT = f"""
    SELECT m.id FROM mailing m WHERE m.state = 'drafted' AND EXISTS (
        SELECT FROM mailing_item t JOIN invoice i ON i.id = t.invoice_id
        WHERE t.mailing_id = m.id AND t.state = 'included'
          AND (i.state <> 'open' OR t.instalment_id IS NULL AND EXISTS (
            SELECT FROM plan p {pauses.lateral("i")}
            WHERE p.invoice_id = i.id AND p.state = 'running' AND {pauses.chaseable("i")} = 0)))
    ORDER BY m.queued_at LIMIT %(page)s
"""
"""Drafts about an invoice that is settled, or under a plan that is on schedule: while such a draft waits for a person,
the plan's own instalments could not be asked for."""


async def release(core: Core) -> None:
    """Queue the sending of every mail whose wait is over (the job ``release_waiting``), then drop spent drafts.

    Safe to run at any time and by any number at once: what one has released has no moment to wait for any more. Mails
    come first: whatever is wrong with a draft keeps none of them back.
    """
    found = PAGE
    while found == PAGE:
        async with core.transaction() as tx:
            rows = await tx.rows(_COME_DUE, {"now": core.clock.now(), "page": PAGE})
            rows.sort(key=lambda row: (row["queued_at"], row["id"]))
            await core.jobs.defer_many(tx, "send_mailing", [{"mailing_id": str(row["id"])} for row in rows])
            found = len(rows)
    await _drop_spent(core)


async def hasten(core: Core, tx: Transaction, *, guardrail: str, segment: str | None = None) -> int:
    """End the wait of every mail that waits for that guardrail, since its reason is gone; return how many wait.

    A step of the caller's transaction; the mails are handed out right after it, and judged again.
    """
    hastened = await tx.execute(
        "UPDATE mailing SET not_before = %(now)s WHERE state = 'queued' AND waits = %(guardrail)s"
        " AND not_before > %(now)s AND (%(segment)s::text IS NULL OR segment = %(segment)s)",
        {"now": core.clock.now(), "guardrail": guardrail, "segment": segment},
    )
    if hastened:
        await core.jobs.defer(tx, "release_waiting")
    return hastened


async def _drop_spent(core: Core) -> None:
    """Take invoices out of drafts that are settled or under a plan, so that nobody approves what would not leave."""
    today, failed = local_date(core.clock, core.merchant.zone), list[Exception]()
    for row in await core.database.rows(_SPENT, {"page": PAGE, "today": today}):
        try:
            await _reconsider(core, row["id"])
        except Exception as error:  # whatever is wrong with one draft keeps no other; the job fails for it at its end
            failed.append(error)
    if failed:
        raise failed[0]


async def _reconsider(core: Core, mailing_id: UUID) -> None:
    async with core.transaction() as tx:
        mailing = await settling.locked(tx, mailing_id=mailing_id)
        if mailing is not None and mailing.status is MailingState.DRAFTED:
            await settling.pruned(core, tx, mailing)
