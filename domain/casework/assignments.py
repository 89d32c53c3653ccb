"""Assignments: whose customer is whose, one by one or all of somebody's at once."""

from domain.casework.events import AccountAssigned, WorkHandedOver
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.ledger import accounts
from domain.ledger.models import Account
from domain.people.models import Person
from domain.people.refusals import PersonUnknown


async def assign(core: Core, *, account: str, slack_id: str | None, actor: Actor) -> AccountAssigned:
    """Make the person of that Slack account the owner of a customer; None takes the owner away.

    Raises:
        NotAllowed: The actor may not decide about others' work.
        AccountNotFound: No customer fits.
        AccountUnclear: Several do.
        PersonUnknown: Nobody is known by that Slack account.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPROVE)
        found = await accounts.find(tx, text=account)
        customer = await Account.locked(id=found.id)
        assert customer is not None, "an account is never removed"
        owner = await _person(slack_id) if slack_id is not None else None
        before = await Person.get_or_none(id=customer.owner_id) if customer.owner_id else None
        await Account.filter(id=customer.id).update(owner_id=owner.id if owner else None)
        event = AccountAssigned(
            account_id=customer.id, account_name=customer.name, owner=owner.name if owner else "",
            was=before.name if before else "", **by(actor, core.clock.now()),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


async def hand_over(core: Core, *, from_slack_id: str, to_slack_id: str, actor: Actor) -> WorkHandedOver:
    """Make every customer of one person another's, for good; for a holiday, plan an absence instead.

    Raises:
        NotAllowed: The actor may not decide about others' work.
        PersonUnknown: One of the two is not known.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPROVE)
        giver, taker = await _person(from_slack_id), await _person(to_slack_id)
        moved = await tx.execute("UPDATE account SET owner_id = %s WHERE owner_id = %s", (taker.id, giver.id))
        await tx.execute(
            "UPDATE dispute SET owner_id = %s WHERE owner_id = %s AND state = 'open'", (taker.id, giver.id)
        )
        event = WorkHandedOver(giver=giver.name, taker=taker.name, accounts=moved, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def _person(slack_id: str) -> Person:
    person = await Person.get_or_none(slack_id=slack_id)
    if person is None:
        raise PersonUnknown(())
    return person
