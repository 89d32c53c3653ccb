"""Inbound mail: stored before it is acknowledged, read later, acted upon once, kept whatever happens."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from domain.deliverability import acting, cases, notes, operator_reports, rereading, triage, waits
from domain.deliverability.acting import Before
from domain.deliverability.cases import Case
from domain.deliverability.events import MailQuarantined, MailSeen
from domain.deliverability.models import InboundMail
from domain.deliverability.opening import Opened
from domain.deliverability.reading import Reading
from domain.deliverability.reading_room import Reader, Unreadable
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.states import INBOUND, InboundState
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction

log = logging.getLogger(__name__)

MAX_BATCH = 64
"""Mails that are stored in one transaction."""

OUR_OWN = "operator mail"
"""What is decided on a report about a mail to one of our own people; ``operator_reports`` has acted upon it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as the server took it."""

    envelope_from: str
    """Empty for the null sender."""
    sent_to: tuple[str, ...]
    body: bytes
    peer: str = ""
    """Address of whoever sent it, or that a proxy of ours named; empty when the mail did not come over a wire."""
    helo: str = ""
    """The name that the sender gave itself."""
    tls: bool = False
    proxy: str = ""
    """Address of the proxy of ours that named the peer; empty when the peer came by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reading led to."""

    mail_id: UUID
    state: str
    what: str
    rule: str
    note: str
    changed: bool
    """Whether anything is different from before."""


async def store(core: Core, *, envelope_from: str, sent_to: Sequence[str], body: bytes) -> UUID:
    """Keep a mail and queue its reading; the same mail to the same addresses again is the one that is kept."""
    return (await store_many(core, [Arrival(envelope_from, tuple(sent_to), body)]))[0]


async def store_many(core: Core, arrivals: Sequence[Arrival]) -> list[UUID]:
    """Keep several mails in one transaction, all or none; return their ids in order."""
    assert 0 < len(arrivals) <= MAX_BATCH
    now = core.clock.now()
    rows = [_row(each, now) for each in arrivals]
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s, %s, %s)"] * len(rows))
    async with core.transaction() as tx:
        fresh = await tx.rows(
            "INSERT INTO inbound_mail"
            " (id, envelope_from, sent_to, body, sha256, size_bytes, state, reason, received_at,"
            " peer, helo, tls, proxy)"
            f" VALUES {values} ON CONFLICT (sha256, sent_to) DO NOTHING RETURNING id",
            [value for row in rows for value in row],
        )
        ids = {row["id"] for row in fresh}
        await core.jobs.defer_many(tx, "read_mail", [{"mail_id": str(each)} for each in ids])
        known = await _kept_before(tx, [row for row in rows if row[0] not in ids])
    return [row[0] if row[0] in ids else known[(row[4], tuple(row[2]))] for row in rows]


async def read_stored(core: Core, *, mail_id: str, reader: Reader) -> None:
    """Read one stored mail and act upon it; a mail that was read already is left alone."""
    await _read(core, UUID(mail_id), reader, again=False)


async def replay(core: Core, *, mail_id: str, reader: Reader) -> Outcome:
    """Read a mail again, with the rules of today, whatever became of it before; what was done is not done twice.

    Raises:
        MailNotFound: No stored mail has that id.
    """
    outcome = await _read(core, _id(mail_id), reader, again=True)
    if outcome is None:
        raise MailNotFound(mail_id)
    return outcome


async def seen(core: Core, *, mail_id: str, actor: Actor, note: str = "") -> MailSeen | None:
    """Take a mail off the unread ones: a person has dealt with it; None when somebody had before.

    Args:
        core: The core.
        mail_id: The mail.
        actor: Who has dealt with it.
        note: Why nothing else had to be done, where somebody may ask.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound: No stored mail has that id.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        row = await tx.row(
            "UPDATE inbound_mail AS m SET seen_at = %s WHERE m.id = %s AND m.seen_at IS NULL RETURNING m.id,"
            " m.account_id, m.invoice_id, (SELECT number FROM invoice i WHERE i.id = m.invoice_id) AS invoice_number",
            (core.clock.now(), _id(mail_id)),
        )
        if row is None:
            if await tx.row("SELECT 1 FROM inbound_mail WHERE id = %s", (_id(mail_id),)) is None:
                raise MailNotFound(mail_id)
            return None
        event = MailSeen(mail_id=row.pop("id"), note=note, **row, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def _read(core: Core, mail_id: UUID, reader: Reader, *, again: bool) -> Outcome | None:
    row = await core.database.row(
        "SELECT state, envelope_from, sent_to, body, received_at FROM inbound_mail WHERE id = %s", (mail_id,)
    )
    if row is None or not (again or row["state"] == InboundState.STORED):
        return None
    if not row["body"] and row["state"] == InboundState.READ:
        return None  # it was kept for its time; what was read of it stays as it is
    opened, failure = None, ""
    today = row["received_at"].astimezone(core.merchant.zone).date()
    try:
        opened = await reader.read(bytes(row["body"]), envelope_from=row["envelope_from"], today=today)
    except Unreadable as reason:
        failure = str(reason)
    async with core.transaction() as tx:
        record = await locked(mail_id)
        if record.status is not InboundState.STORED and not again:
            return None  # another worker read it meanwhile
        if opened is None:
            return await _quarantine(core, tx, record, failure)
        return await act_upon(core, tx, record, opened, tuple(row["sent_to"]), row["received_at"])


async def locked(mail_id: UUID) -> InboundMail:
    """Hold the lock of a stored mail, and return it without its body."""
    which = ("id", "state", "reading", "reply", "thread", "decided", "mailing_id", "authentication", "seen_at", "noted")
    return await InboundMail.filter(id=mail_id).only(*which).select_for_update().get()


async def _quarantine(core: Core, tx: Transaction, record: InboundMail, failure: str) -> Outcome:
    """Put a mail aside that cannot be read; one that was read before stays as it is."""
    if INBOUND.can(InboundState(record.state), "quarantine"):
        fresh = record.status is not InboundState.QUARANTINED
        await record.move("quarantine", reason=failure)
        if fresh:
            event = MailQuarantined(mail_id=record.id, reason=failure, **by(SYSTEM, core.clock.now()))
            await timeline.record(core, tx, event)
    log.warning("inbound mail %s could not be read: %s", record.id, failure)
    return Outcome(record.id, record.state, "", "", failure, changed=False)


async def act_upon(
    core: Core, tx: Transaction, record: InboundMail, opened: Opened, sent_to: tuple[str, ...], arrived: datetime
) -> Outcome:
    """Decide what follows from a reading, do it, and write it down; in the caller's transaction.

    What was read and decided before is not done again. Better guesses at what a person wants are only kept, and only
    while nobody has noted one of the old ones or dealt with the mail.
    """
    reading, settled = opened.reading, rereading.settled(record.seen_at, record.noted)
    reply = rereading.reply(record.reply, opened, settled=settled)
    case = await cases.gathered(core, tx, reading=reading, sent_to=sent_to, arrived=arrived)
    if (said := await operator_reports.heard(core, tx, case)) is not None:
        return await _of_our_own(core, record, reading, said)
    decision, decided = triage.decide(case), triage.mark(case)
    if _proof_lost(record, case):
        return Outcome(record.id, record.state, reading.kind.value, reading.rule, say(notes.UNPROVABLE), changed=False)
    known = record.status is InboundState.READ and _as_before(record.reading, reading) and record.decided == decided
    if not known:
        where = await _placed(core, tx, record, case)
        await acting.act(
            core, tx, mail_id=record.id, case=case, decision=decision, reply=opened.reply,
            before=Before(record.decided, record.mailing_id), waits_until=where.get("waits_until"))  # fmt: skip
        if where.get("account_id") is not None:
            where["account_id"] = await _now(tx, where["account_id"])
        await record.move(
            "read", reading=reading.as_json(), reply=reply, reason=decision.reason, decided=decided,
            mailing_id=decision.mailed.id if decision.mailed else None,
            **where, **({"seen_at": core.clock.now()} if decision.act in acting.QUIET else {}))  # fmt: skip
    elif not rereading.same_reply(record.reply, reply):
        known = False
        await record.move("read", reply=reply)
    return Outcome(record.id, record.state, reading.kind.value, reading.rule, decision.reason, not known)


async def _of_our_own(core: Core, record: InboundMail, reading: Reading, said: str) -> Outcome:
    """Keep a report about a mail to one of our own people; nobody has to look at it."""
    known = record.status is InboundState.READ and _as_before(record.reading, reading)
    if not known:
        now = core.clock.now()
        await record.move("read", reading=reading.as_json(), reply=None, reason=said, decided=OUR_OWN, seen_at=now)
    return Outcome(record.id, record.state, reading.kind.value, reading.rule, said, not known)


def _proof_lost(record: InboundMail, case: Case) -> bool:
    """Tell whether the token that had proven a mail can be verified no more: its key left the ring since, for example.

    What was proven when the mail came stays so; a newer reading without the proof would only take it back.
    """
    had_one = record.thread in ("token", "quoted token") and record.status is InboundState.READ
    return had_one and not case.tokens and not case.inner


async def _placed(core: Core, tx: Transaction, record: InboundMail, case: Case) -> dict[str, Any]:
    """Return the columns that say whose mail it is and how long it is waited for; what a person said of it stays."""
    if record.thread == "person":
        return {}
    where = acting.place(case)
    ends = await waits.until(
        core, tx, thread=where["thread"], account_id=where["account_id"], arrived=case.arrived,
        authentication=record.authentication)  # fmt: skip
    return {**where, "waits_until": ends}


async def _now(tx: Transaction, account_id: UUID) -> UUID:
    """Return whom a customer is now; one that is being merged at this moment is waited for."""
    row = await tx.row(
        "SELECT coalesce(merged_into_id, id) AS id FROM account WHERE id = %s FOR KEY SHARE", (account_id,)
    )
    assert row is not None, "a customer is never removed"
    found: UUID = row["id"]
    return found


async def _kept_before(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> dict[tuple[bytes, tuple[str, ...]], UUID]:
    if not rows:
        return {}
    found = await tx.rows(
        "SELECT id, sha256, sent_to FROM inbound_mail WHERE sha256 = ANY(%s)", ([row[4] for row in rows],)
    )
    return {(bytes(row["sha256"]), tuple(row["sent_to"])): row["id"] for row in found}


def _row(arrival: Arrival, now: datetime) -> tuple[Any, ...]:
    sent_to = sorted({_clean(address.lower()) for address in arrival.sent_to})
    return (uuid4(), _clean(arrival.envelope_from.strip("<>")), sent_to, arrival.body, sha256(arrival.body).digest(),
            len(arrival.body), InboundMail.MACHINE.start.value, now, _clean(arrival.peer), _clean(arrival.helo),
            arrival.tls, _clean(arrival.proxy))  # fmt: skip


def _clean(text: str) -> str:
    """Return a stranger's text as the database can hold it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _as_before(before: Any, reading: Reading) -> bool:
    return before is not None and same(Reading.from_json(before), reading)


def same(before: Reading, reading: Reading) -> bool:
    """Tell whether two readings of a mail say the same once they are stored, so that nothing new is done."""
    return before == Reading.from_json(reading.as_json())


def _id(mail_id: str) -> UUID:
    try:
        return UUID(mail_id)
    except ValueError:
        raise MailNotFound(mail_id) from None
