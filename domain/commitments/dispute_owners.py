"""Owners of disputes: who has one in hand, takes it up, or hands it over."""

from uuid import UUID

from domain.commitments import disputes
from domain.commitments.dispute_events import DisputeAssigned, reference
from domain.commitments.dispute_refusals import DisputeTaken, OwnerUnusable
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.people import roles
from domain.people.roles import Role

WORKERS = tuple(dict.fromkeys((*roles.roles_with(Permission.WORK_QUEUE), Role.LEGAL)))
"""Roles of which an owner holds one: whoever works the queue, and Legal."""


async def take(core: Core, *, dispute_id: UUID, actor: Actor) -> DisputeAssigned:
    """Take up a dispute that nobody has; of two who click at once, one gets it.

    Raises:
        NotAllowed: The actor may not work the queue.
        OwnerUnusable: The actor is no person.
        DisputeNotFound, DisputeClosed: There is nothing to take.
        DisputeTaken: Somebody else has it.
    """
    if actor.id is None:
        raise OwnerUnusable(say("A dispute is taken up by a person, in Slack; here it can be assigned to one."))
    return await _assigned(core, dispute_id=dispute_id, person_id=actor.id, actor=actor, only_free=True)


async def assign(core: Core, *, dispute_id: UUID, person_id: UUID, actor: Actor) -> DisputeAssigned:
    """Put a dispute into somebody's hands, whoever had it before.

    Raises:
        NotAllowed: The actor may not work the queue.
        OwnerUnusable: That person holds no role that works on disputes.
        DisputeNotFound, DisputeClosed: There is nothing to assign.
    """
    return await _assigned(core, dispute_id=dispute_id, person_id=person_id, actor=actor, only_free=False)


async def _assigned(core: Core, *, dispute_id: UUID, person_id: UUID, actor: Actor, only_free: bool) -> DisputeAssigned:
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        invoice, dispute = await disputes.locked(dispute_id, actor=actor)
        before = await _name(tx, dispute.owner_id) if dispute.owner_id else None
        if only_free and before is not None and dispute.owner_id != person_id:
            raise DisputeTaken(reference(dispute.id), before)
        owner = await _worker(core, tx, person_id)
        event = DisputeAssigned(
            **disputes.about(invoice, dispute),
            owner_id=person_id,
            owner=owner,
            owner_before=before if dispute.owner_id != person_id else None,
            **by(actor, core.clock.now()),
        )
        if dispute.owner_id != person_id:
            dispute.owner_id = person_id
            await dispute.save(update_fields=["owner_id"])
            await timeline.record(core, tx, event)
    return event


async def _name(tx: Transaction, person_id: UUID) -> str:
    row = await tx.row("SELECT name FROM person WHERE id = %s", (person_id,))
    return str(row["name"]) if row else ""


async def _worker(core: Core, tx: Transaction, person_id: UUID) -> str:
    row = await tx.row(
        "SELECT p.name FROM person p WHERE p.id = %(id)s AND EXISTS (SELECT FROM role_grant g WHERE g.person_id = p.id"
        " AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s) AND g.role = ANY(%(roles)s))",
        {"id": person_id, "now": core.clock.now(), "roles": [role.value for role in WORKERS]},
    )
    if row is None:
        names = ", ".join(role.value for role in WORKERS)
        raise OwnerUnusable(say("A dispute is worked on by one of these: {roles}.", roles=names))
    return str(row["name"])
