"""Retention: texts of people are kept for some time after their last use, then emptied; that they came stays.

Each night, by the page: so that no statement takes long, and a run that is killed is gone on with by the next one.
"""

from datetime import timedelta

from domain.kernel.core import Core

PAGE = 500
"""Rows emptied by one statement."""

_MAILS = """
    UPDATE inbound_mail SET body = '' WHERE id IN (
        SELECT id FROM inbound_mail WHERE received_at < %(before)s AND state = 'read' AND body <> ''
          AND (seen_at IS NOT NULL OR reply IS NULL) ORDER BY received_at LIMIT %(page)s)
"""
"""What could not be read, and what a person wrote and nobody has dealt with, stays for as long as that is so."""

_SUPPORT = """
    UPDATE support_request SET text = '', reply_to = '' WHERE id IN (
        SELECT id FROM support_request
        WHERE state = 'closed' AND closed_at < %(before)s AND (text <> '' OR reply_to <> '')
        ORDER BY closed_at LIMIT %(page)s)
"""

_REJECTS = """
    UPDATE import_batch SET rejects = NULL, absent = NULL WHERE id IN (
        SELECT id FROM import_batch WHERE created_at < %(before)s AND (rejects IS NOT NULL OR absent IS NOT NULL)
        ORDER BY created_at LIMIT %(page)s)
"""


async def forget_texts(core: Core, *, page: int = PAGE) -> int:
    """Empty raw mails, texts of calls for help and reject logs whose time is over; return how many (a job)."""
    limits = core.limits
    kept = ((_MAILS, limits.mail_body), (_SUPPORT, limits.support_text), (_REJECTS, limits.reject_log))
    return sum([await _emptied(core, statement, age, page) for statement, age in kept])


async def _emptied(core: Core, statement: str, age: timedelta, page: int) -> int:
    total, before = 0, core.clock.now() - age
    while True:
        emptied = await core.database.execute(statement, {"before": before, "page": page})
        total += emptied
        if emptied < page:
            return total
