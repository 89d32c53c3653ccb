"""Operators as stored people, and small things that the tests of casework share."""

from datetime import datetime
from uuid import uuid4

from domain.casework import worklist
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Invoice
from domain.outreach.models import Hold
from domain.people.models import Person
from domain.people.roles import Role, permissions


async def an_operator(core: Core, name: str = "Ben", role: Role = Role.AR_OPERATOR) -> Actor:
    """Store a person of that Slack account (``U`` and the name) and return them as an actor of that role."""
    person = await Person.create(id=uuid4(), slack_id=f"U{name}", name=name, created_at=core.clock.now())
    await core.database.execute(
        "INSERT INTO role_grant (id, person_id, role, state, reason, granted_by, created_at)"
        " VALUES (%s, %s, %s, 'active', 'test', 'test', %s)",
        (uuid4(), person.id, role.value, core.clock.now()),
    )
    return Actor(ActorKind.PERSON, name, permissions((role,)), id=person.id, roles=(role.value,))


async def a_settled(core: Core, account: Account, number: str, *, late: int) -> Invoice:
    """Store an invoice that was settled so many days after it was due."""
    day = core.clock.now().date()
    return await Invoice.create(
        id=uuid4(), number=number, number_key=number.casefold(), account_id=account.id, currency="EUR",
        total_minor=100, open_minor=0, due_on=day.replace(day=1), settled_on=day.replace(day=1 + late), state="settled",
        created_at=core.clock.now(),
    )  # fmt: skip


async def a_hold(
    core: Core, invoice: Invoice, kind: str = "pause", *, until: datetime | None = None, whole: bool = False
) -> Hold:
    """Store a hold on an invoice or on its whole account."""
    await core.database.execute("INSERT INTO stale_case (account_id) VALUES (%s)", (invoice.account_id,))
    return await Hold.create(
        id=uuid4(), account_id=invoice.account_id, invoice_id=None if whole else invoice.id, kind=kind,
        reason="the lawyer said so", until=until, state="active", made_by="Mia", created_at=core.clock.now(),
    )  # fmt: skip


async def a_suppression(core: Core, email: str, reason: str = "hard bounce") -> None:
    """Suppress an address."""
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at)"
        " VALUES (%s, %s, %s, %s, 'active', 'test', '', %s)",
        (uuid4(), email, email, reason, core.clock.now()),
    )


async def stale(core: Core, invoice: Invoice) -> None:
    """Leave the note that an event would have left."""
    await core.database.execute("INSERT INTO stale_case (invoice_id) VALUES (%s)", (invoice.id,))


async def listed(core: Core) -> list[dict[str, object]]:
    """Return the list as it stands."""
    return await core.database.rows(
        "SELECT invoice_id, account_id, score, stopped, open_major, due_on, changes_at::text FROM worklist"
        " ORDER BY invoice_id"
    )


async def rebuilt(core: Core) -> list[dict[str, object]]:
    """Return the list as it would be if it were made anew."""
    await core.database.execute("DELETE FROM worklist")
    await worklist.rebuild(core)
    return await listed(core)


def euros(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "EUR")
