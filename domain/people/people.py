"""People: who may act, found by the Slack account that clicked; roles granted and revoked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.people import grants, roles
from domain.people.events import RoleGranted, RoleRevoked
from domain.people.models import Person, RoleGrant
from domain.people.refusals import (
    LastController,
    NobodyCalled,
    OwnRoles,
    PersonUnknown,
    RoleNotHeld,
    RoleUnknown,
    SecondPersonNeeded,
)
from domain.people.roles import Role

MOST_LISTED = 500
"""Roles of one list."""

_HELD = (
    "SELECT p.id, p.name, array_agg(g.role ORDER BY g.role) AS roles,"
    " ARRAY(SELECT o.id FROM person o WHERE o.human_id = p.human_id AND o.id <> p.id) AS also FROM person p"
    " JOIN role_grant g ON g.person_id = p.id AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s)"
)


def role(text: str) -> Role:
    """Return the role of that name, however it is capitalised, or of a word that only one role has.

    Raises:
        RoleUnknown: No role has that name.
    """
    wanted = text.strip().casefold().replace("_", " ").replace("-", " ").replace("/", "")
    for each in Role:
        if wanted in {each.value.casefold().replace("/", ""), each.name.casefold().replace("_", " ")}:
            return each
    short = [each for each in Role if wanted in each.value.casefold().split()]  # "operator", "billing"
    if len(short) == 1:
        return short[0]
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
        ActorKind.PERSON,
        row["name"],
        roles.permissions(held),
        id=row["id"],
        roles=tuple(each.value for each in held),
        also=frozenset(row["also"]),
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


async def slack_ids_of_controllers(core: Core, *, limit: int) -> tuple[str, ...]:
    """Return the Slack accounts of those who hold the role of Controller now."""
    rows = await core.database.rows(
        "SELECT p.slack_id FROM person p WHERE EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = p.id"
        " AND g.role = %(role)s AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s))"
        " ORDER BY p.name, p.id LIMIT %(limit)s",
        {"role": Role.CONTROLLER.value, "now": core.clock.now(), "limit": limit},
    )
    return tuple(str(row["slack_id"]) for row in rows)


async def slack_ids_with(core: Core, *, permission: Permission, limit: int) -> tuple[str, ...]:
    """Return the Slack accounts of those who may do that now."""
    rows = await core.database.rows(
        "SELECT p.slack_id FROM person p WHERE EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = p.id"
        " AND g.role = ANY(%(able)s) AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s))"
        " ORDER BY p.name, p.id LIMIT %(limit)s",
        {
            "able": [role.value for role in roles.roles_with(permission)],
            "now": core.clock.now(),
            "limit": limit,
        },
    )
    return tuple(str(row["slack_id"]) for row in rows)


@dataclass(frozen=True, slots=True)
class Known:
    """A person whom Plixo knows."""

    id: UUID
    slack_id: str
    name: str


async def named(core: Core, *, text: str) -> Known:
    """Return the person who is named by it: by the Slack account, the name, or the first name.

    Raises:
        NobodyCalled: Nobody is, or several people are.
    """
    row = await core.database.row(
        "SELECT id, slack_id, name FROM person WHERE slack_id = %s", (await slack_id(core, text=text),)
    )
    assert row is not None, "people are never removed"
    return Known(**row)


async def slack_id_of(core: Core, *, person_id: UUID) -> str | None:
    """Return the Slack account of a person, for a mention; None when there is no such person."""
    row = await core.database.row("SELECT slack_id FROM person WHERE id = %s", (person_id,))
    return str(row["slack_id"]) if row else None


async def grant(
    core: Core, *, slack_id: str, name: str, role: Role, reason: str, actor: Actor, until: datetime | None = None
) -> RoleGranted:
    """Give a role to the person of that Slack account, who becomes known by it; one held for less time lasts longer.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnRoles: It would be the actor's own.
        SecondPersonNeeded: One person alone does not give this role.
        RoleHeldAlready: Nothing to grant.
        EndImpossible, ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MANAGE_PEOPLE)
        said = grants.reason(reason)
        grants.Term(until=until).end(core.clock.now())
        if await is_account_of(actor, slack_id=slack_id):
            raise OwnRoles
        if by_two(core, role, actor):
            raise SecondPersonNeeded(role.value)
        return await grants.give(
            core, tx, slack_id=slack_id, name=name, role=role, reason=said, until=until, actor=actor
        )


def by_two(core: Core, role: Role, actor: Actor) -> bool:
    """Tell whether a role is too far-reaching for one person to give it; whoever holds the machine is not asked."""
    return core.limits.second_person and role in roles.REACHING and actor.kind is not ActorKind.SHELL


async def is_account_of(actor: Actor, *, slack_id: str) -> bool:
    """Tell whether the Slack account is the actor's own, or another one of the same human."""
    return actor.id is not None and await Person.filter(id__in=actor.ids, slack_id=slack_id).exists()


async def revoke(core: Core, *, slack_id: str, role: Role, reason: str, actor: Actor) -> RoleRevoked:
    """Take a role away, or give up one of one's own; it stops at the next click.

    Raises:
        NotAllowed: It is another's role, and the actor may not manage people.
        RoleNotHeld: There is nothing to take.
        LastController: Nobody could give access any more.
        ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    async with core.transaction() as tx:
        # Of this very account: that two have one address gives neither a right over the other's roles.
        own = actor.id is not None and await Person.filter(id=actor.id, slack_id=slack_id).exists()
        if not own:
            actor.require(Permission.MANAGE_PEOPLE)
        said, now = grants.reason(reason), core.clock.now()
        # Locked as a whole and in one order, so that two Controllers cannot take each other's role at one moment.
        active = await RoleGrant.filter(role=role.value, state="active").order_by("id").select_for_update()
        in_force = [each for each in active if each.until is None or each.until > now]
        person = await Person.get_or_none(slack_id=slack_id)
        held = next((each for each in in_force if person is not None and each.person_id == person.id), None)
        if person is None or held is None:
            raise RoleNotHeld(*await _held(core, slack_id=slack_id, role=role))
        left = [each for each in in_force if each.id != held.id and (each.until is None or held.until is not None)]
        if role is Role.CONTROLLER and not left:
            raise LastController(person.name)
        await held.move("revoke")
        event = RoleRevoked(
            person_id=person.id, person_name=person.name, role=role.value, reason=said, given_up=own, **by(actor, now)
        )
        await timeline.record(core, tx, event)
    return event


async def _held(core: Core, *, slack_id: str, role: Role) -> tuple[str, str, list[str]]:
    """Return a person's name, the role in question and the roles that are held, for a refusal."""
    row = await core.database.row(
        f"{_HELD} WHERE p.slack_id = %(slack_id)s GROUP BY p.id", {"slack_id": slack_id, "now": core.clock.now()}
    )
    return (row["name"], role.value, row["roles"]) if row else (slack_id[:30], role.value, [])


@dataclass(frozen=True, slots=True)
class Held:
    """One role that one person holds now."""

    slack_id: str
    name: str
    role: str
    granted_by: str
    since: datetime
    until: datetime | None
    reason: str


async def listed(core: Core, *, actor: Actor, role: Role | None = None) -> tuple[Held, ...]:
    """Return who holds which role, perhaps of one role only, by name.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        "SELECT p.slack_id, p.name, g.role, g.granted_by, g.created_at AS since, g.until, g.reason FROM role_grant g"
        " JOIN person p ON p.id = g.person_id WHERE g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s)"
        " AND (%(role)s::text IS NULL OR g.role = %(role)s) ORDER BY p.name, p.id, g.role LIMIT %(most)s",
        {"now": core.clock.now(), "role": role.value if role else None, "most": MOST_LISTED},
    )
    return tuple(Held(**row) for row in rows)
