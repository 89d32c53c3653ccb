"""Access: anybody in the workspace may ask for a role, a second person decides, and each does so once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.people import grants, people, second_person
from domain.people.access_events import (
    AccessApproved,
    AccessAsked,
    AccessDenied,
    AccessExpired,
    AccessWithdrawn,
)
from domain.people.events import RoleGranted
from domain.people.grants import WITHOUT_END, Term
from domain.people.models import AccessRequest, Person, RoleGrant
from domain.people.refusals import (
    AccessAskedAlready,
    AccessAskedOften,
    AccessDecided,
    AccessNotFound,
    OwnRoles,
    RoleHeldAlready,
    SecondPersonNeeded,
)
from domain.people.roles import Role
from domain.people.states import AccessState

LONGEST_NAME = 80

MOST_A_DAY = 5
"""Requests for one person within a day, however they ended."""

KEPT_OPEN = timedelta(days=14)
"""A request that nobody decided about in so long is over; whoever still wants it asks again."""

LOCK = 7_154_271
"""Advisory lock of one person's requests, so that two at once are one; any number that nothing else uses."""

MOST_EXPIRED = 500

_EXPIRING = (
    "SELECT id, slack_id, name, role, lasts_minutes, until FROM access_request"
    " WHERE state = 'open' AND (created_at <= %(before)s OR until <= %(now)s)"
    " ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED"
)


async def request(
    core: Core, *, slack_id: str, name: str, role: Role, reason: str, actor: Actor, term: Term = WITHOUT_END
) -> AccessAsked:
    """Ask for a role, for oneself or as a proposal for a colleague; the Controllers are told.

    Raises:
        NotAllowed: It is for somebody else, and the actor may not manage people.
        RoleHeldAlready: The person has the role for at least so long.
        AccessAskedAlready: An earlier request waits.
        AccessAskedOften: Too many within a day.
        EndImpossible, ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    said = grants.reason(reason)
    async with core.transaction() as tx:
        now = core.clock.now()
        until = term.end(now)
        own = actor.id is None or await people.is_account_of(actor, slack_id=slack_id)
        if not own:
            actor.require(Permission.MANAGE_PEOPLE)
        await tx.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK, slack_id))
        await _require_new(core, slack_id=slack_id, name=name, role=role, until=until)
        known = await Person.get_or_none(slack_id=slack_id)
        made = await AccessRequest.create(
            id=uuid4(),
            slack_id=slack_id,
            name=known.name if known else " ".join(name.split())[:LONGEST_NAME] or slack_id,
            role=role.value,
            lasts_minutes=term.minutes,
            until=term.until if term.minutes is None else None,
            reason=said,
            state=AccessRequest.MACHINE.start.value,
            asked_by=actor.name,
            asked_by_id=actor.id,
            created_at=now,
        )
        event = AccessAsked(**_about(made), reason=said, proposed=not own, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def give(
    core: Core, *, slack_id: str, name: str, role: Role, reason: str, actor: Actor, term: Term = WITHOUT_END
) -> RoleGranted | AccessAsked:
    """Give a role, or propose it where two people have to agree.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnRoles: It would be the actor's own.
        RoleHeldAlready, AccessAskedAlready, AccessAskedOften: There is nothing to do, or it waits already.
        EndImpossible, ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    if await people.is_account_of(actor, slack_id=slack_id):
        raise OwnRoles
    if people.by_two(core, role, actor):
        return await request(core, slack_id=slack_id, name=name, role=role, reason=reason, actor=actor, term=term)
    return await people.grant(
        core, slack_id=slack_id, name=name, role=role, reason=reason, actor=actor, until=term.end(core.clock.now())
    )


async def approve(
    core: Core, *, access_id: UUID, actor: Actor, role: Role | None = None, term: Term | None = None
) -> AccessApproved:
    """Give the role that was asked for, or another one, for the time asked for, or another.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnRoles: The request is for the actor.
        OwnWork: The actor proposed it.
        SecondPersonNeeded: It is a far-reaching role that nobody asked for.
        AccessNotFound, AccessDecided: There is nothing to decide.
        RoleHeldAlready: It was given by another way meanwhile.
        EndImpossible: The time asked for is over.
    """
    async with core.transaction() as tx:
        now = core.clock.now()
        wish = await _decidable(core, access_id=access_id, actor=actor)
        given = role or Role(wish.role)
        if given is not Role(wish.role) and people.by_two(core, given, actor):
            raise SecondPersonNeeded(given.value)
        asked = Term(wish.lasts_minutes, wish.until)
        lasts = term if term is not None else asked
        await grants.give(
            core,
            tx,
            slack_id=wish.slack_id,
            name=wish.name,
            role=given,
            reason=wish.reason,
            until=lasts.end(now),
            actor=actor,
            access_id=wish.id,
        )
        await wish.move("approve", decided_by=actor.name, decided_at=now, outcome=given.value)
        about = _about(wish) | {"role": given.value, "lasts_minutes": lasts.minutes, "until": lasts.until}
        event = AccessApproved(**about, role_asked=wish.role, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def deny(core: Core, *, access_id: UUID, reason: str, actor: Actor) -> AccessDenied:
    """Decline a request; whoever asked reads the reason.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnRoles: The request is for the actor, who can take it back.
        OwnWork: The actor proposed it, and can take it back.
        AccessNotFound, AccessDecided: There is nothing to decide.
        ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    said = grants.reason(reason)
    async with core.transaction() as tx:
        now = core.clock.now()
        wish = await _decidable(core, access_id=access_id, actor=actor)
        await wish.move("deny", decided_by=actor.name, decided_at=now, outcome=said)
        event = AccessDenied(**_about(wish), reason=said, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def withdraw(core: Core, *, slack_id: str, actor: Actor) -> AccessWithdrawn:
    """Take back the open request for that account, one's own; without one, the newest that the actor proposed.

    Raises:
        AccessNotFound: None is open, or it is another's.
    """
    async with core.transaction() as tx:
        now = core.clock.now()
        wish = await AccessRequest.locked(slack_id=slack_id, state=AccessState.OPEN.value)
        if wish is None and actor.id is not None:
            mine = AccessRequest.filter(asked_by_id=actor.id, state=AccessState.OPEN.value).order_by("-created_at")
            wish = await mine.select_for_update().first()
        if wish is None or not await _may_withdraw(wish, actor):
            raise AccessNotFound
        await wish.move("withdraw", decided_by=actor.name, decided_at=now)
        event = AccessWithdrawn(**_about(wish), **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def expire_old(core: Core) -> int:
    """End requests that nobody decided about, or whose time is over. A job; return how many."""
    async with core.transaction() as tx:
        now = core.clock.now()
        rows = await tx.rows(_EXPIRING, {"now": now, "before": now - KEPT_OPEN, "most": MOST_EXPIRED})
        await AccessRequest.move_all(
            "expire", ids=[row["id"] for row in rows], before=AccessState.OPEN, decided_at=now, decided_by=SYSTEM.name
        )
        events = [
            AccessExpired(
                access_id=row["id"],
                slack_id=row["slack_id"],
                person_name=row["name"],
                role=row["role"],
                lasts_minutes=row["lasts_minutes"],
                until=row["until"],
                **by(SYSTEM, now),
            )
            for row in rows
        ]
        await timeline.record_many(core, tx, events)
    return len(rows)


async def _require_new(core: Core, *, slack_id: str, name: str, role: Role, until: datetime | None) -> None:
    """Let a request pass that changes something, and is not one of many."""
    now = core.clock.now()
    open_ = await AccessRequest.get_or_none(slack_id=slack_id, state=AccessState.OPEN.value)
    if open_ is not None:
        raise AccessAskedAlready(open_.name, open_.role)
    if await AccessRequest.filter(slack_id=slack_id, created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise AccessAskedOften(MOST_A_DAY)
    person = await Person.get_or_none(slack_id=slack_id)
    held = await RoleGrant.get_or_none(person_id=person.id, role=role.value, state="active") if person else None
    if held is None or person is None or (held.until is not None and held.until <= now):
        return
    if held.until is None or (until is not None and until <= held.until):
        raise RoleHeldAlready(person.name or name, role.value)


async def _decidable(core: Core, *, access_id: UUID, actor: Actor) -> AccessRequest:
    """Return the open request, locked, if the actor is one who may decide about it."""
    actor.require(Permission.MANAGE_PEOPLE)
    wish = await AccessRequest.locked(id=access_id)
    if wish is None:
        raise AccessNotFound
    if wish.status is not AccessState.OPEN:
        raise AccessDecided(state=wish.state, by=wish.decided_by, at=wish.decided_at)
    if await people.is_account_of(actor, slack_id=wish.slack_id):
        raise OwnRoles
    second_person.different(core, maker_id=wish.asked_by_id, maker=wish.asked_by, actor=actor)
    return wish


async def _may_withdraw(wish: AccessRequest, actor: Actor) -> bool:
    return second_person.made_by(actor, maker_id=wish.asked_by_id, maker=wish.asked_by) or await people.is_account_of(
        actor, slack_id=wish.slack_id
    )


def _about(wish: AccessRequest) -> dict[str, Any]:
    return {
        "access_id": wish.id,
        "slack_id": wish.slack_id,
        "person_name": wish.name,
        "role": wish.role,
        "lasts_minutes": wish.lasts_minutes,
        "until": wish.until,
    }
