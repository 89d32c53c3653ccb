"""Absences: while somebody is away, what is theirs is their deputy's; afterwards it is theirs again.

Nothing is moved to and fro: whose work it is at a moment follows from who is away at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.casework.events import AbsenceCancelled, AbsencePlanned
from domain.casework.models import Absence
from domain.casework.refusals import AbsenceClashes, AbsenceImpossible, AbsenceNotFound, DeputyIsSelf, WithoutRole
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Rows
from domain.people.models import Person
from domain.people.refusals import PersonUnknown
from domain.people.roles import roles_with

MOST_LISTED = 100

MOST_WORDS = 300

_WORKERS = [role.value for role in roles_with(Permission.WORK_QUEUE)]

_WORKS = (
    "SELECT FROM role_grant WHERE person_id = %(person)s AND state = 'active' AND (until IS NULL OR until > %(now)s)"
    " AND role = ANY(%(roles)s) LIMIT 1"
)

_AWAY = "state = 'planned' AND from_at <= %(now)s AND until > %(now)s"

_COVERED = f"""
    WITH RECURSIVE covered AS (
        SELECT %(person)s::uuid AS id
        UNION SELECT b.person_id FROM absence b JOIN covered c ON c.id = b.deputy_id WHERE {_AWAY}
    )
    SELECT id FROM covered
"""

_RESPONSIBLE = f"""
    WITH RECURSIVE chain AS (
        SELECT id AS whose, id AS who, 0 AS depth FROM person WHERE id = ANY(%(people)s)
        UNION ALL SELECT chain.whose, b.deputy_id, chain.depth + 1 FROM chain
        JOIN LATERAL (SELECT deputy_id FROM absence WHERE person_id = chain.who AND {_AWAY}
                      ORDER BY created_at LIMIT 1) b ON chain.depth < 5
    )
    SELECT DISTINCT ON (chain.whose) chain.whose, owner.name AS owner, person.name, chain.who
    FROM chain JOIN person ON person.id = chain.who JOIN person owner ON owner.id = chain.whose
    ORDER BY chain.whose, chain.depth DESC
"""


@dataclass(frozen=True, slots=True)
class Away:
    """One planned or present absence."""

    id: UUID
    person: str
    deputy: str
    from_at: datetime
    until: datetime
    note: str = ""


async def plan(
    core: Core,
    *,
    deputy_slack_id: str,
    from_at: datetime,
    until: datetime,
    actor: Actor,
    slack_id: str | None = None,
    note: str = "",
) -> AbsencePlanned:
    """Plan that the actor, or the person of *slack_id*, is away, and who stands in.

    Raises:
        NotAllowed: The actor may not work the queue, or not plan for somebody else.
        PersonUnknown, WithoutRole: One of the two is not known, or the deputy may not work the queue.
        DeputyIsSelf: Both are one person.
        AbsenceImpossible: It ends before it begins, or is over already.
        AbsenceClashes: The person is away at that time already, or the deputy is.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        person = await _person(actor, slack_id)
        deputy = await Person.get_or_none(slack_id=deputy_slack_id)
        if deputy is None:
            raise WithoutRole
        if person.id == deputy.id:
            raise DeputyIsSelf(person.name)
        if await tx.row(_WORKS, {"person": deputy.id, "now": core.clock.now(), "roles": _WORKERS}) is None:
            raise WithoutRole(deputy.name)
        if until <= max(from_at, core.clock.now()):
            raise AbsenceImpossible
        pair = [person.id, deputy.id]
        await Person.filter(id__in=pair).order_by("id").select_for_update()  # of two plans at once one sees the other
        clash = await tx.row(
            "SELECT p.name, b.from_at, b.until FROM absence b JOIN person p ON p.id = b.person_id"
            " WHERE b.state = 'planned' AND b.person_id = ANY(%s) AND b.from_at < %s AND b.until > %s"
            " ORDER BY b.from_at LIMIT 1",
            (pair, until, from_at),
        )
        if clash is not None:
            raise AbsenceClashes(clash["name"], clash["from_at"], clash["until"])
        said = " ".join(note.split())[:MOST_WORDS]
        absence = await Absence.create(
            id=uuid4(), person_id=person.id, deputy_id=deputy.id, from_at=from_at, until=until,
            note=said, state=Absence.MACHINE.start.value, created_at=core.clock.now(),
        )  # fmt: skip
        event = AbsencePlanned(
            absence_id=absence.id, person_id=person.id, person_name=person.name, deputy_name=deputy.name,
            from_at=from_at, until=until, note=said, **by(actor, core.clock.now()),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


async def cancel(core: Core, *, actor: Actor, slack_id: str | None = None) -> AbsenceCancelled:
    """End the person's present absence, or take back the next one that is planned.

    Raises:
        NotAllowed: The actor may not work the queue, or not act for somebody else.
        AbsenceNotFound: None is planned.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        person = await _person(actor, slack_id)
        planned = Absence.filter(person_id=person.id, state="planned", until__gt=now).order_by("from_at")
        absence = await planned.select_for_update().first()
        if absence is None:
            raise AbsenceNotFound(person.name)
        await absence.move("cancel")
        event = AbsenceCancelled(absence_id=absence.id, person_id=person.id, person_name=person.name, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def listed(core: Core, *, actor: Actor) -> tuple[Away, ...]:
    """Return who is away or will be, the soonest first.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        "SELECT b.id, p.name AS person, d.name AS deputy, b.from_at, b.until, b.note FROM absence b"
        " JOIN person p ON p.id = b.person_id JOIN person d ON d.id = b.deputy_id"
        " WHERE b.state = 'planned' AND b.until > %s ORDER BY b.from_at, b.id LIMIT %s",
        (core.clock.now(), MOST_LISTED),
    )
    return tuple(Away(**row) for row in rows)


async def covered(core: Core, rows: Rows, *, person_id: UUID) -> frozenset[UUID]:
    """Return whose work the person does now: their own, and that of everyone for whom they stand in."""
    found = await rows.rows(_COVERED, {"person": person_id, "now": core.clock.now()})
    return frozenset(row["id"] for row in found)


async def responsible(core: Core, rows: Rows, *, people: Sequence[UUID]) -> dict[UUID, str]:
    """Return for each person who does their work now, in words: ``Anna``, or ``Ben for Anna`` while she is away."""
    if not people:
        return {}
    found = await rows.rows(_RESPONSIBLE, {"people": list(set(people)), "now": core.clock.now()})
    return {
        row["whose"]: row["name"]
        if row["name"] == row["owner"]
        else say("{deputy} for {person}", deputy=row["name"], person=row["owner"])
        for row in found
    }


async def deputy(core: Core, rows: Rows, *, person_id: UUID) -> UUID:
    """Return who does a person's work now: the person, or whoever stands in."""
    found = await rows.row(_RESPONSIBLE, {"people": [person_id], "now": core.clock.now()})
    return found["who"] if found else person_id


async def _person(actor: Actor, slack_id: str | None) -> Person:
    person = await (Person.get_or_none(slack_id=slack_id) if slack_id else Person.get_or_none(id=actor.id))
    if person is None:
        raise PersonUnknown(())
    if person.id != actor.id:
        actor.require(Permission.APPROVE)
    return person
