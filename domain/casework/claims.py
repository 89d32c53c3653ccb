"""Claims: one customer is in the hands of one person, until the time is over or it is given back.

Doing anything about the customer renews the claim: that too is arithmetic, on the timeline.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.casework import absences
from domain.casework.events import CaseClaimed, CaseReleased
from domain.casework.models import Claim
from domain.casework.refusals import ClaimedByAnother, NobodyToClaimFor, NothingClaimed
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Rows, Transaction
from domain.ledger import invoices
from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.people.models import Person

LOCK = 7_154_206
"""Advisory lock under which customers are taken up, so that of twenty people at once each gets another."""

ACTS_READ = 30
"""So many of a customer's newest timeline entries are searched for what the claimant did."""

_UNTIL = f"""greatest(c.until, (
        SELECT max(t.at) FROM (SELECT at, fact->>'actor_id' AS actor_id FROM timeline_entry
                               WHERE account_id = c.account_id ORDER BY id DESC LIMIT {ACTS_READ}) t
        WHERE t.actor_id = p.id::text AND t.at >= c.created_at) + %(claim)s)"""

LIVE = f"""(
    SELECT held.* FROM (
        SELECT c.id, c.account_id, c.person_id, p.name, c.created_at, {_UNTIL} AS until
        FROM claim c JOIN person p ON p.id = c.person_id WHERE c.state = 'active'
    ) held WHERE held.until > %(now)s) c"""
"""The claims in force, as a table named ``c``; the statement needs ``parameters``."""

OF_OTHERS = f"SELECT c.account_id FROM {LIVE} WHERE c.person_id <> ALL(%(people)s)"
"""The customers that somebody else has in hand than these people: somebody, and for whom they stand in."""


def parameters(core: Core) -> dict[str, Any]:
    """Return the named parameters of ``LIVE``."""
    return {"now": core.clock.now(), "claim": core.limits.claim}


async def take(core: Core, *, invoice_number: str, actor: Actor, over: bool = False) -> CaseClaimed:
    """Take up an invoice's customer; taken already, the claim begins anew. *over*: from whoever has it now.

    Raises:
        NotAllowed: The actor may not work the queue, or not take over from others.
        NobodyToClaimFor: The actor is no person.
        InvoiceNotFound: No invoice has that number.
        ClaimedByAnother: Somebody else has the customer in hand.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        if over:
            actor.require(Permission.APPROVE)
        invoice = await invoices.locked(invoice_number)
        await one_at_a_time(tx)
        return await claimed(core, tx, invoice=invoice, actor=actor, over=over)


async def release(core: Core, *, invoice_number: str, actor: Actor) -> CaseReleased:
    """Give an invoice's customer back, so that somebody else may take it up.

    Raises:
        NotAllowed: The actor may not work the queue.
        InvoiceNotFound: No invoice has that number.
        NothingClaimed: Nobody has the customer in hand.
        ClaimedByAnother: Somebody else has, and the actor may not decide for others.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        invoice = await invoices.locked(invoice_number)
        await one_at_a_time(tx)
        event = await given_back(core, tx, invoice=invoice, actor=actor)
        if event is None:
            raise NothingClaimed(invoice.number)
    return event


async def keep(core: Core, *, invoice_id: UUID, actor: Actor) -> None:
    """Let somebody go on with a case: theirs still, or theirs again when nobody else has taken it up meanwhile.

    Raises:
        NotAllowed: The actor may not work the queue.
        NobodyToClaimFor: The actor is no person.
        InvoiceNotFound: There is no such invoice.
        ClaimedByAnother: Somebody else has the customer in hand by now.
    """
    actor.require(Permission.WORK_QUEUE)
    number = await _kept(core, invoice_id=invoice_id, actor=actor)
    if number is not None:
        await take(core, invoice_number=number, actor=actor)


async def _kept(core: Core, *, invoice_id: UUID, actor: Actor) -> str | None:
    """Return None while the actor has the invoice's customer in hand, else its number."""
    row = await core.database.row(
        f"SELECT i.number, EXISTS (SELECT FROM {LIVE} WHERE c.account_id = i.account_id AND c.person_id = %(person)s)"
        " AS kept FROM invoice i WHERE i.id = %(id)s",
        {**parameters(core), "person": actor.id, "id": invoice_id},
    )
    if row is None:
        raise InvoiceNotFound(str(invoice_id))
    return None if row["kept"] else str(row["number"])


async def one_at_a_time(tx: Transaction) -> None:
    """Wait until nobody else takes up a customer; held to the end of the transaction.

    Taken after the lock of an invoice, never before: who waits for an invoice must not make everybody wait.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


async def claimed(core: Core, tx: Transaction, *, invoice: Invoice, actor: Actor, over: bool = False) -> CaseClaimed:
    """Take up the invoice's customer inside the caller's transaction, which is alone at it."""
    person = await Person.get_or_none(id=actor.id) if actor.id else None
    if person is None:
        raise NobodyToClaimFor
    now = core.clock.now()
    holder = await _holder(core, tx, account_id=invoice.account_id)
    mine = await absences.covered(core, tx, person_id=person.id)
    if holder is not None and holder["person_id"] not in mine and not over:
        raise ClaimedByAnother(holder["name"], holder["until"].astimezone(UTC))
    for ended in await Claim.filter(account_id=invoice.account_id, state="active").select_for_update():
        await ended.move("release")
    until = now + core.limits.claim
    await Claim.create(
        id=uuid4(), account_id=invoice.account_id, person_id=person.id, state=Claim.MACHINE.start.value, until=until,
        created_at=now,
    )  # fmt: skip
    event = CaseClaimed(**_about(invoice), until=until, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def given_back(core: Core, tx: Transaction, *, invoice: Invoice, actor: Actor) -> CaseReleased | None:
    """Give the invoice's customer back inside the caller's transaction; None when nobody had it."""
    holder = await _holder(core, tx, account_id=invoice.account_id)
    if holder is None:
        return None
    mine = await absences.covered(core, tx, person_id=actor.id) if actor.id else frozenset()
    if holder["person_id"] not in mine and Permission.APPROVE not in actor.may:
        raise ClaimedByAnother(holder["name"], holder["until"].astimezone(UTC))
    await (await Claim.get(id=holder["id"])).move("release")
    event = CaseReleased(**_about(invoice), **by(actor, core.clock.now()))
    await timeline.record(core, tx, event)
    return event


async def holders(core: Core, rows: Rows, *, accounts: Sequence[UUID]) -> dict[UUID, str]:
    """Return who has which of the customers in hand, in words."""
    if not accounts:
        return {}
    found = await rows.rows(
        f"SELECT c.account_id, c.name FROM {LIVE} WHERE c.account_id = ANY(%(accounts)s)",
        {**parameters(core), "accounts": list(set(accounts))},
    )
    return {row["account_id"]: row["name"] for row in found}


async def _holder(core: Core, tx: Transaction, *, account_id: UUID) -> dict[str, Any] | None:
    return await tx.row(
        f"SELECT c.id, c.person_id, c.name, c.until FROM {LIVE} WHERE c.account_id = %(account)s",
        {**parameters(core), "account": account_id},
    )


async def in_hand(core: Core, rows: Rows, *, account_id: UUID) -> tuple[str, datetime] | None:
    """Return who has the customer in hand and until when, or None."""
    row = await rows.row(
        f"SELECT c.name, c.until FROM {LIVE} WHERE c.account_id = %(account)s",
        {**parameters(core), "account": account_id},
    )
    return (row["name"], row["until"]) if row else None


def _about(invoice: Invoice) -> dict[str, Any]:
    return {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}
