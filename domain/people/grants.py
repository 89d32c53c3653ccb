"""Grants: how a role is given, for good or for a time, and how it ends by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.people.events import RoleEnded, RoleEndsSoon, RoleGranted
from domain.people.models import Person, RoleGrant
from domain.people.refusals import EndImpossible, ReasonNeeded, ReasonTooLong, RoleHeldAlready
from domain.people.roles import Role
from domain.people.states import GrantState

LONGEST_REASON = 300
"""Characters: it is read in one line of a card."""

LONGEST_DAYS = 366
"""A role for a time is for at most a year; a longer one has no end, and is taken by a person."""

REMINDED = timedelta(days=1)
"""So long before its end it is told that a role is about to end; of a short one, when a quarter of its time is left."""

MOST = 500
"""Grants that one run ends."""

_ENDING = (
    "SELECT g.id, g.person_id, p.name, g.role, g.reason, g.until FROM role_grant g JOIN person p ON p.id = g.person_id"
    " WHERE g.state = 'active' AND g.until <= %s ORDER BY g.id LIMIT %s FOR UPDATE OF g SKIP LOCKED"
)

_SOON = """
    UPDATE role_grant g SET reminded_at = %(now)s FROM person p
    WHERE p.id = g.person_id AND g.id IN (
        SELECT id FROM role_grant WHERE state = 'active' AND reminded_at IS NULL AND until > %(now)s
          AND until - least(%(before)s, (until - created_at) / 4) <= %(now)s
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING g.person_id, p.name, g.role, g.until
"""


@dataclass(frozen=True, slots=True)
class Term:
    """For how long a role is given: for some minutes from the approval on, until a moment, or without an end."""

    minutes: int | None = None
    until: datetime | None = None

    def end(self, now: datetime) -> datetime | None:
        """Return when it ends if it begins now.

        Raises:
            EndImpossible: In the past, or too far ahead.
        """
        if self.minutes is not None and not 0 < self.minutes <= LONGEST_DAYS * 24 * 60:
            raise EndImpossible(LONGEST_DAYS)
        end = self.until if self.minutes is None else now + timedelta(minutes=self.minutes)
        if end is not None and not now < end <= now + timedelta(days=LONGEST_DAYS):
            raise EndImpossible(LONGEST_DAYS)
        return end


WITHOUT_END = Term()


def reason(text: str) -> str:
    """Return why rights are given or taken, in one line that can be kept.

    Raises:
        ReasonNeeded: Nothing is said.
        ReasonTooLong: More than anybody reads.
    """
    said = " ".join(text.replace("\x00", " ").encode("utf-8", "replace").decode().split())
    if not said.strip(".-!?, "):
        raise ReasonNeeded
    if len(said) > LONGEST_REASON:
        raise ReasonTooLong(LONGEST_REASON)
    return said


async def give(
    core: Core,
    tx: Transaction,
    *,
    slack_id: str,
    name: str,
    role: Role,
    reason: str,
    until: datetime | None,
    actor: Actor,
    access_id: UUID | None = None,
) -> RoleGranted:
    """Give a role to the person of that account in the caller's transaction, longer than before if it is held.

    Raises:
        RoleHeldAlready: It is held for at least so long.
    """
    now = core.clock.now()
    person, _ = await Person.get_or_create(slack_id=slack_id, defaults={"id": uuid4(), "name": name, "created_at": now})
    before: datetime | None = None
    for held in await RoleGrant.filter(person_id=person.id, role=role.value, state="active").select_for_update():
        if held.until is not None and held.until <= now:
            await held.move("end")
            continue
        if held.until is None or (until is not None and until <= held.until):
            raise RoleHeldAlready(person.name, role.value)
        before = held.until
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
        person_id=person.id,
        person_name=person.name,
        role=role.value,
        reason=reason,
        until=until,
        until_before=before,
        access_id=access_id,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def end_due(core: Core) -> int:
    """End roles whose time is over, and tell of those about to end, each once. A job; return how many ended."""
    async with core.transaction() as tx:
        now = core.clock.now()
        over = await tx.rows(_ENDING, (now, MOST))
        await RoleGrant.move_all("end", ids=[row["id"] for row in over], before=GrantState.ACTIVE)
        ended = [
            RoleEnded(
                person_id=row["person_id"],
                person_name=row["name"],
                role=row["role"],
                reason=row["reason"],
                until=row["until"],
                **by(SYSTEM, now),
            )
            for row in over
        ]
        near = await tx.rows(_SOON, {"now": now, "before": REMINDED, "most": MOST})
        soon = [
            RoleEndsSoon(
                person_id=row["person_id"],
                person_name=row["name"],
                role=row["role"],
                until=row["until"],
                **by(SYSTEM, now),
            )
            for row in near
        ]
        await timeline.record_many(core, tx, [*ended, *soon])
    return len(ended)
