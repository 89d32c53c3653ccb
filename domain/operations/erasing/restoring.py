"""Restoring: what was erased after a backup was made is erased again once that backup is restored."""

import json
from collections.abc import Sequence
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.operations.erasing import beginning, notes, subjects
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.notes import Note
from domain.operations.erasing.refusals import ErasureHeld, ErasureUnderway, RolesHeld
from domain.operations.erasing.states import ErasureState
from domain.operations.erasing.subjects import Subject
from domain.operations.erasing.words import CONTACT

_KEYS = "SELECT DISTINCT email_key AS key FROM contact WHERE id = ANY(%s) ORDER BY key"


async def again(core: Core, *, actor: Actor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Begin again what the database has forgotten of erasures; return their numbers, and of those left to people.

    Raises:
        NotAllowed: The actor may not operate the product.
        StoreUnavailable: The store of files, which has the notes, does not answer.
    """
    actor.require(Permission.OPERATE)
    begun, left = [], []
    for note in await notes.found(core):
        try:
            if await _again(core, note, actor):
                begun.append(note.number)
        except (ErasureHeld, ErasureUnderway, RolesHeld):
            left.append(note.number)
    return tuple(begun), tuple(left)


async def _again(core: Core, note: Note, actor: Actor) -> bool:
    async with core.transaction() as tx:
        known = await Erasure.locked(id=note.erasure_id)
        if known is not None and known.status is not ErasureState.PROPOSED:
            return False
        subject = await _subject(core, tx, note.whom, note.ids)
        erasure = known or await _written(core, tx, note, subject)
        if subject is None:  # the backup is older than they are; that they are not taken up again is remembered
            await erasure.move("approve", decided_by=actor.name, begun_at=core.clock.now())
            await erasure.move("finish", done_at=core.clock.now())
        else:
            await beginning.begin(core, tx, erasure, subject, also=(), actor=actor)
        await tx.execute(
            "INSERT INTO erased_address (digest, erasure_id, suppressions, erased_at)"
            " SELECT d.key, %(id)s, d.value, %(now)s FROM jsonb_each(%(digests)s::jsonb) d WHERE EXISTS"
            " (SELECT FROM erasure_secret WHERE encode(proof, 'hex') = %(secret)s) ON CONFLICT (digest) DO NOTHING",
            {"id": erasure.id, "now": core.clock.now(), "digests": json.dumps(note.digests), "secret": note.secret},
        )
    return True


async def _subject(core: Core, tx: Transaction, whom: str, ids: Sequence[UUID]) -> Subject | None:
    if whom != CONTACT:
        row = await tx.row("SELECT slack_id FROM person WHERE id = ANY(%s)", (list(ids),))
        return await subjects.operator(core.within(tx), whom=row["slack_id"]) if row is not None else None
    keys = [row["key"] for row in await tx.rows(_KEYS, (list(ids),))]
    return await subjects.at(tx, keys=keys) if keys else None


async def _written(core: Core, tx: Transaction, note: Note, subject: Subject | None) -> Erasure:
    await tx.execute("SELECT setval('erasure_number', greatest(nextval('erasure_number'), %s))", (note.number,))
    key = await beginning.subject_key(core, tx, subject) if subject else str(note.erasure_id)
    asker = await tx.row("SELECT name FROM person WHERE id = %s", (note.asked_by_id,))
    return await Erasure.create(
        id=note.erasure_id, number=note.number, whom=note.whom, state=ErasureState.PROPOSED.value, reason=note.reason,
        subject=key, asked_by=asker["name"] if asker else note.asked_by, asked_by_id=note.asked_by_id,
        created_at=core.clock.now(),
    )  # fmt: skip
