"""Working: an erasure is done step by step and page by page, each page with its progress in one transaction.

Whoever is killed between two pages is gone on with from the page that was not committed; whatever is done twice finds
nothing the second time.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.commitments import documents
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.jobs import TryLater
from domain.kernel.ports import FileMissing, StoreUnavailable
from domain.kernel.refusals import StaleRecord
from domain.kernel.transactions import Transaction
from domain.operations.erasing import history, notes, subjects, sweeping, words
from domain.operations.erasing.events import ErasureDone
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.places import PLACES, STILL_WAITING
from domain.operations.erasing.states import ErasureState
from domain.operations.erasing.subjects import Subject
from domain.operations.erasing.words import CONTACT, Words
from domain.operations.imports import handing
from domain.operations.imports.states import ENDED

AGAIN = timedelta(seconds=10)
"""When it is looked again whether a mail has left, or has been read, that was on its way at the beginning."""

PATIENCE = timedelta(minutes=30)
"""So long is waited for mails that are being sent or read; one that takes longer is stuck, and is passed over."""

IMPORT_AGAIN = timedelta(minutes=10)
"""When it is looked again whether an import with the address in its file has ended."""

SWEEPS = 5
"""How often the tables are gone through until nothing more is found."""

_ON_THE_WAY = """
    SELECT EXISTS (SELECT FROM mailing WHERE address_key = ANY(%(keys)s) AND state = 'sending')
        OR EXISTS (SELECT FROM inbound_mail WHERE state = 'stored' AND received_at <= %(begun)s) AS waits
"""

_DOCUMENTS = """
    SELECT t.id FROM document t
    LEFT JOIN dispute d ON d.id = t.dispute_id LEFT JOIN plan p ON p.id = t.plan_id
    LEFT JOIN question q ON q.id = t.question_id LEFT JOIN support_request s ON s.id = t.support_request_id
    WHERE (coalesce(d.contact_id, p.contact_id, q.contact_id, s.contact_id) = ANY(%(ids)s)
           OR lower(s.reply_to) = ANY(%(keys)s)) AND t.id > %(after)s ORDER BY t.id LIMIT 500
"""

_IMPORTS = "SELECT id FROM file_import WHERE NOT state = ANY(%s) AND size_bytes IS NOT NULL LIMIT 100"

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Work:
    """One erasure as a step sees it."""

    core: Core
    erasure: Erasure
    words: Words
    place: str
    """Where the step goes on; empty at its beginning."""

    @property
    def values(self) -> dict[str, Any]:
        """What statements are given."""
        return sweeping.values(self.words, begun=self.erasure.begun_at)


@dataclass(frozen=True, slots=True)
class Came:
    """What one page came to, and where the next one begins; without a place the step is over."""

    counts: Mapping[str, int]
    place: str = ""


Step = Callable[[Work], Awaitable[Came]]


async def erase(core: Core, erasure_id: UUID | str) -> None:
    """Go on with an erasure until it is done. A job.

    Raises:
        TryLater: Something is on its way still, or the store of files does not answer.
    """
    while (work := await _work(core, UUID(str(erasure_id)))) is not None:
        name = work.erasure.step or next(iter(STEPS))
        step = STEPS.get(name)
        if step is None:
            await _finish(work)
            return
        try:
            await step(work)
        except StoreUnavailable:
            raise TryLater(AGAIN, "the store of files does not answer") from None


async def resume(core: Core) -> int:
    """Queue the erasures anew that are running; whoever is at work on one stays alone. Return how many (nightly)."""
    async with core.transaction() as tx:
        rows = await tx.rows("SELECT id FROM erasure WHERE state = 'running' LIMIT 100")
        await core.jobs.defer_many(tx, "erase_person", [{"erasure_id": str(row["id"])} for row in rows])
    return len(rows)


async def _work(core: Core, erasure_id: UUID) -> Work | None:
    erasure = await Erasure.get_or_none(id=erasure_id)
    if erasure is None or erasure.status is not ErasureState.RUNNING:
        return None
    kept = json.loads(erasure.words) if isinstance(erasure.words, str) else erasure.words
    return Work(core, erasure, words.read(kept), erasure.place)


async def _on(work: Work, tx: Transaction, came: Came) -> Came:
    """Write down how far the step has come, in the transaction of its page."""
    held = await Erasure.locked(id=work.erasure.id)
    assert held is not None
    counts = json.loads(held.counts) if isinstance(held.counts, str) else dict(held.counts)
    for name, count in came.counts.items():
        counts[name] = counts.get(name, 0) + count
    names = [*STEPS, LAST]
    step = work.erasure.step or names[0]
    after = step if came.place else names[names.index(step) + 1]
    moved = await tx.execute(
        "UPDATE erasure SET step = %s, place = %s, counts = %s::jsonb WHERE id = %s AND step = %s AND place = %s",
        (after, came.place, json.dumps({name: n for name, n in counts.items() if n}), held.id, work.erasure.step,
         work.place),
    )  # fmt: skip
    if not moved:  # somebody else has done this page
        raise StaleRecord(Erasure.MACHINE.name)
    return came


async def _recorded(work: Work) -> Came:
    """Note the erasure beside the files, where a restore of the database finds it."""
    await notes.put(work.core, work.erasure, work.words)
    async with work.core.transaction() as tx:
        return await _on(work, tx, Came({}))


async def _waited(work: Work) -> Came:
    """Wait for a mail that is on the wire or unread since before the beginning."""
    row = await work.core.database.row(_ON_THE_WAY, work.values)
    begun = work.erasure.begun_at
    assert begun is not None, "it runs"
    if row is not None and row["waits"] and work.core.clock.now() - begun < PATIENCE:
        raise TryLater(AGAIN, "a mail to or from the person is on its way")
    async with work.core.transaction() as tx:
        return await _on(work, tx, Came({}))


async def _told(work: Work) -> Came:
    """Take the words out of a page of the timeline."""
    async with work.core.transaction() as tx:
        changed, end = await history.page(
            work.core, tx, work.words, erasure_id=work.erasure.id, after=int(work.place or 0)
        )
        return await _on(work, tx, Came({"timeline": changed}, str(end) if end is not None else ""))


async def _filed(work: Work) -> Came:
    """Remove files that the person handed in."""
    if work.words.whom != CONTACT:
        async with work.core.transaction() as tx:
            return await _on(work, tx, Came({}))
    known = {**work.values, "after": UUID(work.place) if work.place else NOBODY}
    ids = [row["id"] for row in await work.core.database.rows(_DOCUMENTS, known)]
    await work.core.files.remove(
        [key for each in ids for key in (documents.key_of(each), documents.picture_key_of(each))]
    )
    async with work.core.transaction() as tx:
        return await _on(work, tx, Came({"files": len(ids)}, str(ids[-1]) if ids else ""))


async def _imported(work: Work) -> Came:
    """Wait for imports whose file has an address of theirs: the file goes with the end of the import."""
    for row in await work.core.database.rows(_IMPORTS, ([each.value for each in ENDED],)):
        try:
            body = await work.core.files.get(handing.key_of(row["id"]))
        except FileMissing:
            continue
        if any(key.encode() in body.lower() for key in work.words.keys):
            raise TryLater(IMPORT_AGAIN, "a file that waits to be imported has the address")
    async with work.core.transaction() as tx:
        return await _on(work, tx, Came({}))


async def _swept(work: Work) -> Came:
    """Go through a page of a table; once all are through, again, until a whole round finds nothing."""
    turn, table, after, found = (work.place or "1 0  0").split(" ")
    place = PLACES[int(table)]
    async with work.core.transaction() as tx:
        changed, end = await sweeping.page(tx, place, work.words, work.values, after=after)
        total = int(found) + changed
        if end:
            where = f"{turn} {table} {end} {total}"
        elif int(table) + 1 < len(PLACES):
            where = f"{turn} {int(table) + 1}  {total}"
        else:
            where = f"{int(turn) + 1} 0  0" if total and int(turn) < SWEEPS else ""
        return await _on(work, tx, Came({place.table: changed}, where))


async def _finish(work: Work) -> None:
    """Write the certificate, and forget what was looked for."""
    core, erasure = work.core, work.erasure
    async with core.transaction() as tx:
        held = await Erasure.locked(id=erasure.id)
        if held is None or held.status is not ErasureState.RUNNING:
            return
        counts = json.loads(held.counts) if isinstance(held.counts, str) else held.counts
        subject = Subject(held.whom, work.words.keys, work.words.ids, work.words.accounts, ())
        row = await tx.row(f"SELECT count(*) AS n FROM inbound_mail t WHERE {STILL_WAITING}", work.values)
        assert row is not None
        event = ErasureDone(
            erasure_id=held.id, number=held.number, whom=held.whom, reason=held.reason, asked_by=held.asked_by,
            decided_by=held.decided_by or "", counts=counts, kept=await subjects.kept(tx, subject),
            waiting=row["n"] if held.whom == CONTACT else 0, **by(SYSTEM, core.clock.now()),
        )  # fmt: skip
        await held.move("finish", words=None, done_at=core.clock.now(), place="")
        await timeline.record(core, tx, event)


STEPS: Mapping[str, Step] = {
    "record": _recorded,
    "wait": _waited,
    "timeline": _told,
    "files": _filed,
    "imports": _imported,
    "tables": _swept,
    "timeline again": _told,
}
"""The steps in their order; the timeline comes again after the tables, for what was written meanwhile."""

LAST = "certificate"
