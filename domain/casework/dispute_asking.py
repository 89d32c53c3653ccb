"""Who is asked about a dispute: whoever has it, else who looks after the customer, or who stands in for them."""

from dataclasses import dataclass
from uuid import UUID

from domain.casework import absences
from domain.commitments import dispute_queries
from domain.commitments.dispute_queries import DisputeView
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.people import people
from domain.people.refusals import PersonUnknown

DECIDING = frozenset({Permission.WORK_QUEUE, Permission.APPROVE_CREDITS})
"""Either right lets somebody decide a dispute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A dispute, and who is to say whether the customer is right."""

    dispute: DisputeView
    person_id: UUID | None
    """None where nobody is asked: it is a test, it is decided or waits for its credit, or nobody is there to ask."""
    slack_id: str
    owner: str
    """Who has it, or who stands in for them, in words; empty where nobody has it."""


async def about(core: Core, *, dispute_id: UUID) -> Asked:
    """Return a dispute and who is asked about it now.

    Raises:
        DisputeNotFound: There is none.
    """
    found = await dispute_queries.dispute(core, dispute_id=dispute_id)
    owners = await absences.responsible(core, core.database, people=[found.owner_id] if found.owner_id else [])
    owner = owners.get(found.owner_id, found.owner or "") if found.owner_id else ""
    nobody = Asked(found, None, "", owner)
    if found.is_test or found.sla is None or found.credit is not None:
        return nobody
    whose = found.owner_id or await _looks_after(core, found.account_id)
    if whose is None:
        return nobody
    person_id = await absences.deputy(core, core.database, person_id=whose)
    slack_id = await people.slack_id_of(core, person_id=person_id) or ""
    try:
        person = await people.actor(core, slack_id=slack_id)
    except PersonUnknown:
        return nobody
    return Asked(found, person_id, slack_id, owner) if DECIDING & person.may else nobody


async def _looks_after(core: Core, account_id: UUID) -> UUID | None:
    row = await core.database.row("SELECT owner_id FROM account WHERE id = %s", (account_id,))
    return row["owner_id"] if row else None


async def of_credit(core: Core, *, credit_id: UUID) -> UUID | None:
    """Return the dispute that ends with a credit; None for a credit of its own."""
    row = await core.database.row("SELECT id FROM dispute WHERE credit_id = %s", (credit_id,))
    return row["id"] if row else None
