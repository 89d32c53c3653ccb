"""Task endings: tasks that end by themselves, since what they asked for has happened meanwhile."""

from domain.casework import tasks
from domain.casework.models import Task
from domain.deliverability import covering
from domain.kernel import sentences
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say

HAS_CONTACT = phrase("the customer has a contact to mail")
NO_CASH = phrase("no unapplied cash is left")
DECIDED = phrase("decided")

PAGE = 100
"""Tasks that are ended in one transaction."""


async def end_searches(core: Core) -> int:
    """End the searches for a contact of customers who have one that may be mailed; return how many."""
    return await _ended(core, _FOUND, outcome=HAS_CONTACT)


_FOUND = f"""
    SELECT t.id, NULL AS decision FROM task t
    WHERE t.kind = 'find contact' AND t.state = 'open' AND EXISTS (
        SELECT FROM contact c WHERE c.account_id = t.account_id AND c.state = 'active'
          AND {covering.free("c.email_key")}
          AND (c.created_at > t.created_at
               OR {covering.lifted_since("c.email_key", "t.created_at")}))
    ORDER BY t.created_at, t.id LIMIT %(page)s FOR UPDATE OF t SKIP LOCKED
"""


async def end_placements(core: Core) -> int:
    """End the tasks to apply cash of customers who have none left to apply, and had some; return how many."""
    return await _ended(core, _PLACED, outcome=NO_CASH)


_PLACED = """
    SELECT t.id, NULL AS decision FROM task t
    WHERE t.kind = 'apply cash' AND t.state = 'open'
      AND NOT EXISTS (SELECT FROM unapplied_cash u WHERE u.account_id = t.account_id)
      AND EXISTS (SELECT FROM payment p WHERE p.account_id = t.account_id AND (p.created_at >= t.created_at
                  OR EXISTS (SELECT FROM allocation l WHERE l.payment_id = p.id AND l.created_at >= t.created_at)))
    ORDER BY t.created_at, t.id LIMIT %(page)s FOR UPDATE OF t SKIP LOCKED
"""


async def end_doubts(core: Core) -> int:
    """End the tasks to look at an entry that is in doubt no more; return how many."""
    return await _ended(core, _DECIDED, outcome=DECIDED)


_DECIDED = """
    SELECT t.id, y.decision FROM task t JOIN stray_movement y ON y.id = t.about_id
    WHERE t.kind = 'review' AND t.state = 'open' AND y.state <> 'open'
    ORDER BY t.created_at, t.id LIMIT %(page)s FOR UPDATE OF t SKIP LOCKED
"""


async def _ended(core: Core, sql: str, *, outcome: str) -> int:
    """End the tasks that a statement finds, a page in each transaction; return how many."""
    total = 0
    while True:
        async with core.transaction() as tx:
            found = await tx.rows(sql, {"page": PAGE})
            for row in found:
                task = await Task.get(id=row["id"])
                await tasks.ended(
                    core, tx, task, step="finish", outcome=_outcome(row["decision"], outcome), actor=SYSTEM
                )
        total += len(found)
        if len(found) < PAGE:
            return total


def _outcome(decision: str | None, outcome: str) -> str:
    return sentences.said(decision) if decision else say(outcome)
