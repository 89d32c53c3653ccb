"""People: who may act, found by the Slack account that clicked; roles granted and revoked."""

from datetime import datetime
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.people import roles
from domain.people.events import RoleGranted, RoleRevoked
from domain.people.models import Person, RoleGrant
from domain.people.refusals import NobodyCalled, PersonUnknown, RoleHeldAlready, RoleUnknown
from domain.people.roles import Role

_HELD = (
    "SELECT p.id, p.name, array_agg(g.role ORDER BY g.role) AS roles FROM person p"
    " JOIN role_grant g ON g.person_id = p.id AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s)"
)


def role(text: str) -> Role:
    """Return the role of that name, however it is capitalised.

    Raises:
        RoleUnknown: No role has that name.
    """
    wanted = text.strip().casefold().replace("_", " ").replace("-", " ")
    for each in Role:
        if wanted in (
            each.value.casefold(),
            each.value.casefold().replace("/", ""),
            each.name.casefold().replace("_", " "),
        ):
            return each
    raise RoleUnknown(text)


async def actor(core: Core, *, slack_id: str) -> Actor:
    """Return who acts when that Slack account clicks, with the rights of this very moment.

    Raises:
        PersonUnknown: The account holds no role; the refusal names the Controllers to ask.
    """
    row = await core.database.row(
        f"{_HELD} WHERE p.slack_id = %(slack_id)s GROUP BY p.id", {"slack_id": slack_id, "now": core.clock.now()}
    )
    if row is None:
        raise PersonUnknown(await controllers(core))
    held = tuple(Role(each) for each in row["roles"])
    return Actor(
        ActorKind.PERSON, row["name"], roles.permissions(held), id=row["id"], roles=tuple(each.value for each in held)
    )


async def controllers(core: Core) -> tuple[str, ...]:
    """Return the names of everyone who may give access."""
    rows = await core.database.rows(
        f"{_HELD} GROUP BY p.id HAVING 'Controller' = ANY(array_agg(g.role)) ORDER BY p.name", {"now": core.clock.now()}
    )
    return tuple(row["name"] for row in rows)


async def slack_id(core: Core, *, text: str) -> str:
    """Return the Slack account of the person who is named by it, or by the name or first name that Plixo knows.

    Raises:
        NobodyCalled: Nobody is, or several people are.
    """
    rows = await core.database.rows(
        "SELECT slack_id, slack_id = %(text)s OR lower(name) = %(name)s AS in_full FROM person"
        " WHERE slack_id = %(text)s OR lower(name) = %(name)s OR split_part(lower(name), ' ', 1) = %(name)s"
        " ORDER BY in_full DESC LIMIT 2",
        {"text": text, "name": " ".join(text.casefold().split())},
    )
    if len(rows) == 2 and rows[0]["in_full"] and not rows[1]["in_full"]:
        rows = rows[:1]
    if len(rows) != 1:
        known = await core.database.rows(f"{_HELD} GROUP BY p.id ORDER BY p.name LIMIT 20", {"now": core.clock.now()})
        raise NobodyCalled(text, tuple(row["name"] for row in known))
    return str(rows[0]["slack_id"])


async def slack_id_of(core: Core, *, person_id: UUID) -> str | None:
    """Return the Slack account of a person, for a mention; None when there is no such person."""
    row = await core.database.row("SELECT slack_id FROM person WHERE id = %s", (person_id,))
    return str(row["slack_id"]) if row else None


async def grant(
    core: Core, *, slack_id: str, name: str, role: Role, reason: str, actor: Actor, until: datetime | None = None
) -> RoleGranted:
    """Give a role to the person of that Slack account, who becomes known by it.

    Raises:
        NotAllowed: The actor may not manage people.
        RoleHeldAlready: Nothing to grant.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MANAGE_PEOPLE)
        now = core.clock.now()
        person, _ = await Person.get_or_create(
            slack_id=slack_id, defaults={"id": uuid4(), "name": name, "created_at": now}
        )
        for held in await RoleGrant.filter(person_id=person.id, role=role.value, state="active").select_for_update():
            if held.until is None or held.until > now:
                raise RoleHeldAlready(person.name, role.value)
            await held.move("revoke")
        await RoleGrant.create(
            id=uuid4(),
            person_id=person.id,
            role=role.value,
            state=RoleGrant.MACHINE.start.value,
            granted_by=actor.name,
            reason=reason,
            until=until,
            created_at=now,
        )
        event = RoleGranted(
            person_id=person.id, person_name=person.name, role=role.value, reason=reason, until=until, **by(actor, now)
        )
        await timeline.record(core, tx, event)
    return event


async def revoke(core: Core, *, slack_id: str, role: Role, reason: str, actor: Actor) -> RoleRevoked:
    """Take a role away; it stops at the next click.

    Raises:
        NotAllowed: The actor may not manage people.
        PersonUnknown: Nobody of that account holds that role.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MANAGE_PEOPLE)
        person = await Person.get_or_none(slack_id=slack_id)
        held = await RoleGrant.locked(person_id=person.id, role=role.value, state="active") if person else None
        if person is None or held is None:
            raise PersonUnknown(())
        await held.move("revoke")
        event = RoleRevoked(
            person_id=person.id, person_name=person.name, role=role.value, reason=reason, **by(actor, core.clock.now())
        )
        await timeline.record(core, tx, event)
    return event
