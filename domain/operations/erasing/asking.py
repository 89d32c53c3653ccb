"""Asking: somebody wants a person's data to be erased, a second person agrees, and it begins.

With its beginning, in one transaction, the person can no longer be mailed, written to, or come back by a file; what the
work then does to what is stored may take hours.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.operations.erasing import beginning, subjects, words
from domain.operations.erasing.events import ErasureBegun, ErasureDeclined, ErasureProposed
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.refusals import (
    ErasureHeld,
    ErasureUnderway,
    ErasureUnknown,
    ErasureUnsaid,
)
from domain.operations.erasing.states import ErasureState
from domain.operations.erasing.subjects import Subject
from domain.operations.erasing.words import CONTACT
from domain.people import second_person

LONGEST_REASON = 300
"""Characters of why."""

MOST_WORDS = 20
"""Further addresses and words of one person."""

LONGEST_WORD = 200

LISTED = 100
"""Erasures in one list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One erasure, as lists show it: nothing of the person's."""

    number: int
    whom: str
    state: str
    reason: str
    asked_by: str
    decided_by: str | None
    step: str
    created_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
    counts: dict[str, int]
    erasure_id: UUID


async def propose(
    core: Core, *, subject: Subject, reason: str, actor: Actor, also: Sequence[str] = ()
) -> ErasureProposed:
    """Ask for a person's data to be erased; a second person decides.

    Args:
        core: The core.
        subject: Whose, as ``subjects`` found them.
        reason: Why.
        actor: Who asks.
        also: What else is looked for in texts about them: telephone numbers, other spellings of their name.

    Raises:
        NotAllowed: The actor may not manage people.
        ErasureUnsaid: No reason, or one or a word that is too long.
        ErasureUnderway: It waits, or runs, already.
        ErasureHeld, RolesHeld: It cannot be yet.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    async with core.transaction() as tx:
        _, event = await _proposed(core, tx, subject, reason=reason, also=also, actor=actor)
    return event


async def erase(core: Core, *, subject: Subject, reason: str, actor: Actor, also: Sequence[str] = ()) -> ErasureBegun:
    """Ask and begin at once, as whoever holds the machine may; raises as ``propose`` and ``approve`` do."""
    actor.require(Permission.MANAGE_PEOPLE)
    async with core.transaction() as tx:
        erasure, _ = await _proposed(core, tx, subject, reason=reason, also=also, actor=actor)
        return await beginning.begin(core, tx, erasure, subject, also=also, actor=actor)


async def approve(core: Core, *, number: int, actor: Actor) -> ErasureBegun:
    """Agree to an erasure, which begins.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnWork: The actor asked for it.
        ErasureUnknown: None of that number waits.
        ErasureHeld, RolesHeld: It cannot be any more.
        LedgerBusy: A file is being imported.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    async with core.transaction() as tx:
        erasure = await _waiting(number)
        second_person.different(core, maker_id=erasure.asked_by_id, maker=erasure.asked_by, actor=actor)
        kept = _json(erasure.words)
        subject = (
            await subjects.at(tx, keys=kept["keys"])
            if erasure.whom == CONTACT
            else await subjects.operator(core.within(tx), whom=kept["marks"][0])
        )
        return await beginning.begin(core, tx, erasure, subject, also=kept["also"], actor=actor)


async def decline(core: Core, *, number: int, reason: str, actor: Actor) -> ErasureDeclined:
    """Say no to an erasure that waits, or take one's own wish back; what was looked for is forgotten.

    Raises:
        NotAllowed: The actor may not manage people.
        ErasureUnknown: None of that number waits.
        ErasureUnsaid: No reason.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    async with core.transaction() as tx:
        erasure = await _waiting(number)
        kept = _json(erasure.words)
        why = beginning.without(_reason(reason), kept["keys"] + kept["marks"] + kept["also"], erasure)
        await erasure.move("decline", decided_by=actor.name, decided_by_id=actor.id, words=None)
        event = ErasureDeclined(
            erasure_id=erasure.id, number=erasure.number, whom=erasure.whom, reason=why, **by(actor, core.clock.now())
        )
        await timeline.record(core, tx, event)
    return event


async def listed(core: Core, *, actor: Actor, waiting: bool = False) -> tuple[Listed, ...]:
    """Return the newest erasures, or of those that wait for a second person only.

    Raises:
        NotAllowed: The actor may not manage people.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    rows = await core.database.rows(
        "SELECT number, whom, state, reason, asked_by, decided_by, step, created_at, begun_at, done_at, counts,"
        " id AS erasure_id FROM erasure WHERE state = 'proposed' OR NOT %s ORDER BY number DESC LIMIT %s",
        (waiting, LISTED),
    )
    return tuple(Listed(**{**row, "counts": _json(row["counts"])}) for row in rows)


async def _proposed(
    core: Core, tx: Transaction, subject: Subject, *, reason: str, also: Sequence[str], actor: Actor
) -> tuple[Erasure, ErasureProposed]:
    why = _reason(reason)
    if len(also) > MOST_WORDS or any(len(each) > LONGEST_WORD or len(each.strip()) < words.SHORTEST for each in also):
        raise ErasureUnsaid(
            say("At most {most} further words are looked for, of {least} characters at least.", most=MOST_WORDS,
                least=words.SHORTEST)
        )  # fmt: skip
    await _possible(core, tx, subject)
    row = await tx.row("SELECT nextval('erasure_number') AS number")
    assert row is not None
    erasure = Erasure(
        id=uuid4(), number=row["number"], whom=subject.whom, subject=await beginning.subject_key(core, tx, subject),
        state=ErasureState.PROPOSED.value, reason="", asked_by=actor.name, asked_by_id=actor.id,
        words={"keys": subject.keys, "marks": subject.marks, "also": list(also)}, created_at=core.clock.now(),
    )  # fmt: skip
    erasure.reason = beginning.without(why, [*subject.keys, *subject.marks, *subject.names, *also], erasure)
    await _one(core, tx, erasure)
    event = ErasureProposed(
        erasure_id=erasure.id, number=erasure.number, whom=erasure.whom, reason=erasure.reason,
        **by(actor, erasure.created_at),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return erasure, event


async def _one(core: Core, tx: Transaction, erasure: Erasure) -> None:
    """Write it down, unless one of the same person waits or runs.

    Raises:
        ErasureUnderway: One does.
    """
    try:
        async with core.within(tx).transaction():
            await erasure.save(force_create=True)
    except IntegrityError:
        there = await tx.row(
            "SELECT number, state FROM erasure WHERE subject = %s AND state IN ('proposed', 'running')",
            (erasure.subject,),
        )
        if there is None:
            raise
        raise ErasureUnderway(there["number"], there["state"]) from None


async def _possible(core: Core, tx: Transaction, subject: Subject) -> None:
    if held := await subjects.needed(tx, subject):
        raise ErasureHeld(held)
    await beginning.require_left(core, subject)


async def _waiting(number: int) -> Erasure:
    erasure = await Erasure.locked(number=number)
    if erasure is None or erasure.status is not ErasureState.PROPOSED:
        raise ErasureUnknown(str(number))
    return erasure


def _reason(text: str) -> str:
    why = " ".join(text.split())
    if not why or len(why) > LONGEST_REASON:
        raise ErasureUnsaid(
            say("Say why, in {most} characters: who asked for it, and when. It is kept.", most=LONGEST_REASON)
        )
    return why


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
