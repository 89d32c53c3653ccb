"""Document waits: files about which no verdict came, because the virus check or the store of files does not answer.

A file waits rather than go out unexamined, so that nobody sees it meanwhile, and nobody would miss it either. Each is
told once, and its examination is asked for again for as long as somebody may still want it, even where its job is gone.
"""

from datetime import timedelta

from domain.commitments.dispute_events import DocumentUnexamined
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by

LATE = timedelta(hours=1)
"""An examination takes seconds; a file that waits so long is told to the operators."""

KEPT_ON = timedelta(days=30)
"""So long a file's examination is asked for again; each running job of it tries once a minute besides."""

PAGE = 200
"""Files that are looked at in one transaction; the next slot of the clock takes the next ones."""

_LATE = """
    WITH found AS (
        SELECT id FROM document WHERE state = 'waiting' AND created_at <= %(late)s AND unexamined_told_at IS NULL
        ORDER BY created_at LIMIT %(page)s FOR UPDATE SKIP LOCKED
    ), told AS (
        UPDATE document f SET unexamined_told_at = %(now)s FROM found WHERE f.id = found.id RETURNING f.*
    )
    SELECT f.name, f.created_at, i.id AS invoice_id, i.number, i.account_id
    FROM told f LEFT JOIN dispute d ON d.id = f.dispute_id LEFT JOIN plan p ON p.id = f.plan_id
    LEFT JOIN question q ON q.id = f.question_id
    LEFT JOIN invoice i ON i.id = coalesce(d.invoice_id, p.invoice_id, q.invoice_id)
    ORDER BY f.created_at
"""

_WAITING = """
    SELECT id FROM document WHERE state = 'waiting' AND created_at BETWEEN %(oldest)s AND %(late)s
    ORDER BY created_at DESC LIMIT %(page)s
"""


async def watch(core: Core) -> int:
    """Tell of files that wait for too long, each once, and see to it that they are examined; return how many are new.

    A job that runs often.
    """
    now = core.clock.now()
    named = {"now": now, "late": now - LATE, "oldest": now - KEPT_ON, "page": PAGE}
    async with core.transaction() as tx:
        late = await tx.rows(_LATE, named)
        for row in late:
            event = DocumentUnexamined(
                invoice_id=row["invoice_id"],
                invoice_number=row["number"],
                account_id=row["account_id"],
                name=row["name"],
                came_at=row["created_at"],
                **by(SYSTEM, now),
            )
            await timeline.record(core, tx, event)
        waiting = await tx.rows(_WAITING, named)
        await core.jobs.defer_many(tx, "examine_document", [{"document_id": str(row["id"])} for row in waiting])
    return len(late)
