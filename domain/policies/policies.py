"""Policies: proposed by one person, published or rejected by another, version after version."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from psycopg.errors import DeadlockDetected, LockNotAvailable

from domain import letters
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.refusals import InUse, NotAllowed
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.people import second_person
from domain.policies import cadences, checks, coverage, differences, health, running, segments
from domain.policies.document import Document, as_json, of_json
from domain.policies.events import PolicyProposed, PolicyPublished, PolicyRejected
from domain.policies.findings import Finding
from domain.policies.models import Policy
from domain.policies.reading import checked
from domain.policies.refusals import (
    DecidedAlready,
    NothingChanges,
    PolicyMalformed,
    PolicyNotFound,
    ProposalPending,
    ProposedAlready,
    SegmentNotFound,
)
from domain.policies.states import PolicyState
from domain.policies.values import Mode

MOST_TOLD = 20
"""Changes that are told in one event."""

MAX_NOTES = 2000

ATTEMPTS = 10
"""How often publishing begins anew when a mail came up that is being sent; see ``running``."""

BREATH = timedelta(milliseconds=50)
"""Between two attempts: a sender needs no longer for what it holds."""


class Running(StrEnum):
    """What becomes of invoices that are on their way through an older cadence."""

    FINISH = "finish"
    MOVE = "move"


async def propose(core: Core, *, document: Document, notes: str, actor: Actor) -> PolicyProposed:
    """Propose a policy; it takes the place of an earlier proposal of the same maker, and changes nothing yet.

    Raises:
        NotAllowed: The actor may neither publish nor work the queue.
        PolicyMalformed: The parts of the document do not fit each other.
        NothingChanges: It says what is in force.
        ProposedAlready: The same policy was proposed and waits.
        ProposalPending: Somebody else's proposal waits.
    """
    _may_propose(actor)
    document = checked(as_json(document))
    await _require_letters(core, document)
    async with core.transaction() as tx:
        return await _propose(core, tx, await _published(tx), document, notes, actor)


async def set_mode(core: Core, *, segment: str, mode: Mode, actor: Actor, notes: str = "") -> PolicyProposed:
    """Propose another mode for one segment, added to the actor's own proposal where one waits.

    Raises:
        SegmentNotFound: The policy has no such segment.
        NotAllowed, NothingChanges, ProposedAlready, ProposalPending: As for ``propose``.
    """
    _may_propose(actor)
    async with core.transaction() as tx:
        published = await _published(tx)
        pending = await Policy.filter(state=PolicyState.PROPOSED.value).get_or_none()
        own = pending is not None and _made_by(pending, actor)
        base = of_json((pending if pending is not None and own else published).document)
        if base.segment(segment) is None:
            raise SegmentNotFound(segment, [each.name for each in base.segments])
        changed = tuple(
            each.model_copy(update={"mode": mode}) if each.name == segment else each for each in base.segments
        )
        notes = notes or f"{segment}: {mode.value}"
        return await _propose(core, tx, published, base.model_copy(update={"segments": changed}), notes, actor)


async def publish(core: Core, *, version: int, running: Running, actor: Actor) -> PolicyPublished:
    """Bring a proposal into force; running enrolments finish in their old cadence, or move to their new one.

    Raises:
        NotAllowed: The actor may not publish policies.
        PolicyNotFound: No version has that number.
        DecidedAlready: It was published or rejected before.
        OwnWork: The actor proposed it.
        PolicyMalformed: It fitted when it was proposed, and does not now (a letter is gone).
        TooFewContacts: A segment cannot be reached.
    """
    actor.require(Permission.PUBLISH)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with core.transaction() as tx:
                return await _publish(core, tx, version, running, actor)
        except (LockNotAvailable, DeadlockDetected, InUse):  # the latter from whoever does not keep the order
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(BREATH.total_seconds())
    raise AssertionError("the last attempt returns or raises")


async def reject(core: Core, *, version: int, reason: str, actor: Actor) -> PolicyRejected:
    """Turn a proposal down, or take one's own back.

    Raises:
        NotAllowed: The actor may not publish policies, and did not propose this one.
        PolicyNotFound: No version has that number.
        DecidedAlready: It was published or rejected before.
    """
    async with core.transaction() as tx:
        policy = await _proposal(version)
        if not _made_by(policy, actor):
            actor.require(Permission.PUBLISH)
        await policy.move("reject", **_decided(actor, core.clock.now()))
        event = PolicyRejected(
            version=version,
            proposed_by=policy.made_by,
            reason=_line(reason) or say("no reason given"),
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def _require_letters(core: Core, document: Document) -> None:
    """Refuse a policy whose letters cannot be sent as the merchant has them: an unknown merge field, a file that lacks.

    Raises:
        PolicyMalformed: Names files, lines and fields.
    """
    problems = await asyncio.to_thread(letters.check, core.merchant.letters_folder)
    used = {step.letter for cadence in document.cadences for step in cadence.steps}
    idle = [f"/{name}/" for name in letters.KINDS if name not in used]
    broken = [each for each in problems if not any(name in each for name in idle)]
    if broken:
        raise PolicyMalformed([Finding((), say("a letter cannot be sent: {fault}", fault=each)) for each in broken])


async def _published(tx: Transaction) -> Policy:
    """Return the policy in force; proposals and publications come one after the other from here on."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (segments.LOCK,))
    published = await Policy.filter(state=PolicyState.PUBLISHED.value).get_or_none()
    assert published is not None, "every deployment starts with a policy in force"
    return published


async def _propose(
    core: Core, tx: Transaction, published: Policy, document: Document, notes: str, actor: Actor
) -> PolicyProposed:
    in_force = of_json(published.document)
    changes = differences.between(in_force, document)
    if not changes:
        raise NothingChanges(published.version)
    pending = await Policy.locked(state=PolicyState.PROPOSED.value)
    if pending is not None:
        await _give_way(core, pending, document, actor)
    now = core.clock.now()
    newest = await Policy.all().order_by("-version").first()
    assert newest is not None
    event = PolicyProposed(
        version=newest.version + 1,
        base=published.version,
        notes=notes.strip()[:MAX_NOTES],
        **_told(changes),
        warnings=tuple(str(each) for each in checks.warnings(document, core.limits))[:MOST_TOLD],
        replaces=pending.version if pending is not None else None,
        **by(actor, now),
    )
    await Policy.create(
        id=uuid4(),
        version=event.version,
        state=Policy.MACHINE.start.value,
        document=as_json(document),
        notes=event.notes,
        made_by=actor.name,
        made_by_id=actor.id,
        created_at=now,
    )
    await timeline.record(core, tx, event)
    return event


async def _give_way(core: Core, pending: Policy, document: Document, actor: Actor) -> None:
    """Let a newer proposal take the place of the actor's own; nobody else's is touched."""
    if of_json(pending.document) == document:
        raise ProposedAlready(pending.version, pending.made_by)
    if not _made_by(pending, actor):
        raise ProposalPending(pending.version, pending.made_by)
    await pending.move("replace", **_decided(actor, core.clock.now()))


async def _publish(core: Core, tx: Transaction, version: int, how: Running, actor: Actor) -> PolicyPublished:
    published = await _published(tx)
    policy = await _proposal(version)
    second_person.different(core, maker_id=policy.made_by_id, maker=policy.made_by, actor=actor)
    before, document = of_json(published.document), checked(as_json(of_json(policy.document)))
    await coverage.require(core, tx, before=before, after=document)
    now = core.clock.now()
    await published.move("retire")
    await policy.move("publish", **_decided(actor, now))
    await cadences.write(core, tx, document)
    chosen = segments.proposed(core, document)
    moved = await running.move(core, tx, chosen) if how is Running.MOVE else 0
    await health.judge(core, tx, chosen)
    event = PolicyPublished(
        version=version,
        base=published.version,
        proposed_by=policy.made_by,
        running=how.value,
        moved=moved,
        **_told(differences.between(before, document)),
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def _proposal(version: int) -> Policy:
    """Return a proposal and hold it; of two who decide at once, the second sees what the first decided."""
    policy = await Policy.locked(version=version)
    if policy is None:
        raise PolicyNotFound(version)
    if policy.status is not PolicyState.PROPOSED:
        raise DecidedAlready(version, policy.state, policy.decided_by)
    return policy


def _may_propose(actor: Actor) -> None:
    if not actor.may & {Permission.PUBLISH, Permission.WORK_QUEUE}:
        raise NotAllowed(
            say(
                "Only those who work the queue or publish policies may propose one. "
                "Ask a Controller with `/plixo access request`."
            )
        )


def _made_by(policy: Policy, actor: Actor) -> bool:
    return second_person.made_by(actor, maker_id=policy.made_by_id, maker=policy.made_by)


def _decided(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"decided_by": actor.name, "decided_by_id": actor.id, "decided_at": at}


def _told(changes: tuple[differences.Change, ...]) -> dict[str, Any]:
    return {
        "changes": tuple(str(each) for each in changes[:MOST_TOLD]),
        "more": max(0, len(changes) - MOST_TOLD),
    }


def _line(text: str) -> str:
    return " ".join(text.split())[:500]
