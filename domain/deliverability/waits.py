"""Waits: how long reminders to a customer wait for a mail that nobody has dealt with yet.

A mail that answers one of ours (its token, its Message-ID), that a person has placed, or whose sender DMARC vouches
for, is waited for until somebody has dealt with it. A mail that is a customer's by the sender that it names could come
from anybody: reminders wait for it some working days, counted from the first such mail that nobody has dealt with.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.deliverability.authentications import Authentication
from domain.kernel import calendars
from domain.kernel.core import Core
from domain.kernel.transactions import Rows

BY_SENDER = "sender"
"""How a mail is placed that is a customer's by its sender alone."""


def waiting(mail: str) -> str:
    """Return an SQL condition: a person's mail is unanswered, and reminders wait for it at the moment ``%(now)s``.

    Args:
        mail: The alias of the table ``inbound_mail`` in the statement.
    """
    return (
        f"{mail}.seen_at IS NULL AND {mail}.reading->>'kind' = 'human'"
        f" AND ({mail}.waits_until IS NULL OR {mail}.waits_until > %(now)s)"
    )


def talks() -> str:
    """Return a subquery of all that customers wrote and that reminders wait for at the moment ``%(now)s``.

    Columns: account_id (may be null), received_at, waits_until. A question that was asked in the portal came by a link
    of ours, so it is waited for until it is answered.
    """
    return f"""(
    SELECT w.account_id, w.received_at, w.waits_until FROM inbound_mail w WHERE {waiting("w")}
    UNION ALL
    SELECT i.account_id, q.created_at, NULL FROM question q JOIN invoice i ON i.id = q.invoice_id
    WHERE q.state = 'asked')"""


def ends(mail: str) -> str:
    """Return an SQL aggregate: when the waits for several such mails are over by themselves; null when one's is not."""
    return f"nullif(max(coalesce({mail}.waits_until, 'infinity')), 'infinity')"


async def until(
    core: Core, rows: Rows, *, thread: str, account_id: UUID | None, arrived: datetime, authentication: Any
) -> datetime | None:
    """Return when the wait for a mail is over by itself, judged by how it was placed; None when it is not.

    Args:
        core: The core.
        rows: The transaction that places it.
        thread: How it was placed.
        account_id: At whom.
        arrived: When it came.
        authentication: What is kept of SPF, DKIM and DMARC, as it is stored; None where that was not asked.
    """
    if thread != BY_SENDER or account_id is None:
        return None
    if authentication and Authentication.from_json(authentication).vouches:
        return None
    first = await rows.row(
        "SELECT min(waits_until) AS ends FROM inbound_mail WHERE account_id = %s AND seen_at IS NULL", (account_id,)
    )
    known: datetime | None = first["ends"] if first else None
    own = _after(core, arrived)
    return min(own, known) if known is not None else own


def _after(core: Core, arrived: datetime) -> datetime:
    """Return the end of the last working day of the wait, by the merchant's calendar."""
    days = core.limits.sender_wait_days
    if not days:
        return arrived
    day = arrived.astimezone(core.merchant.zone).date()
    while days:
        day += timedelta(days=1)
        days -= calendars.is_working_day(day, core.merchant.country)
    return datetime.combine(day + timedelta(days=1), time(), core.merchant.zone)
