"""Inbound mail: stored before it is acknowledged, read later, acted upon once, kept whatever happens."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from domain.deliverability import return_paths, suppressions, triage
from domain.deliverability.events import (
    AddressSuppressed,
    MailArrived,
    MailQuarantined,
    MailSeen,
    SuppressionLifted,
)
from domain.deliverability.models import InboundMail, Mailing
from domain.deliverability.reading import Reading
from domain.deliverability.reading_room import Reader, Unreadable
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.states import INBOUND, InboundState
from domain.deliverability.triage import Act, Case, Decision, Mailed
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Rows, Transaction

log = logging.getLogger(__name__)

MAX_BATCH = 64
"""Mails that are stored in one transaction."""


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


async def seen(core: Core, *, mail_id: str, actor: Actor) -> MailSeen:
    """Take a mail off the unread ones: a person has dealt with it.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound: No stored mail has that id.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        row = await tx.row(
            "UPDATE inbound_mail AS m SET seen_at = coalesce(m.seen_at, %s) WHERE m.id = %s"
            " RETURNING m.id, m.mailing_id",
            (core.clock.now(), _id(mail_id)),
        )
        if row is None:
            raise MailNotFound(mail_id)
        about = next(iter((await _mailed(tx, [row["mailing_id"]], ())).values()), None) if row["mailing_id"] else None
        event = MailSeen(mail_id=row["id"], **_about(about), **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def _read(core: Core, mail_id: UUID, reader: Reader, *, again: bool) -> Outcome | None:
    row = await core.database.row(
        "SELECT state, envelope_from, sent_to, body, received_at FROM inbound_mail WHERE id = %s", (mail_id,)
    )
    if row is None or not (again or row["state"] == InboundState.STORED):
        return None
    reading, failure = None, ""
    try:
        reading = await reader.read(bytes(row["body"]), envelope_from=row["envelope_from"])
    except Unreadable as reason:
        failure = str(reason)
    async with core.transaction() as tx:
        record = await InboundMail.filter(id=mail_id).only("id", "state", "reading").select_for_update().get()
        if record.status is not InboundState.STORED and not again:
            return None  # another worker read it meanwhile
        if reading is None:
            return await _quarantine(core, tx, record, failure)
        return await _act(core, tx, record, reading, tuple(row["sent_to"]), row["received_at"])


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


async def _act(
    core: Core, tx: Transaction, record: InboundMail, reading: Reading, sent_to: tuple[str, ...], arrived: datetime
) -> Outcome:
    """Decide what follows from a reading, do it, and write it down."""
    told = reading.as_json()
    case = await case_of(core, tx, reading=reading, sent_to=sent_to, arrived=arrived)
    decision = triage.decide(case)
    changed = record.status is not InboundState.READ or not _same(record.reading, told)
    if changed:
        await _carry_out(core, tx, record, reading, decision)
        quiet = decision.act in (Act.SUPPRESS, Act.LIFT, Act.NOTE)
        await record.move(
            "read", reading=told, reason=decision.note, mailing_id=decision.mailed.id if decision.mailed else None,
            **({"seen_at": core.clock.now()} if quiet else {}))  # fmt: skip
    return Outcome(record.id, record.state, reading.kind.value, reading.rule, decision.note, changed)


async def case_of(core: Core, rows: Rows, *, reading: Reading, sent_to: Sequence[str], arrived: datetime) -> Case:
    """Gather what a decision about a mail is made from: what its tokens prove, and the messages that they name."""
    proofs = tuple(proof for each in sent_to if (proof := return_paths.verified(core, each, at=arrived)))
    inner = tuple(proof for each in reading.tokens if (proof := return_paths.verified(core, each, at=arrived)))
    mailed = await _mailed(rows, [each.mailing_id for each in proofs + inner], reading.message_ids)
    return Case(reading, proofs, inner, mailed)


async def _carry_out(core: Core, tx: Transaction, record: InboundMail, reading: Reading, decision: Decision) -> None:
    done: AddressSuppressed | SuppressionLifted | None = None
    if decision.act in (Act.SUPPRESS, Act.LIFT):
        assert decision.mailed is not None
        assert decision.why is not None
        if decision.act is Act.SUPPRESS:
            mailing = await Mailing.get(id=decision.mailed.id)
            done = await suppressions.suppress(
                core, tx, mailing=mailing, reason=decision.why, rule=reading.rule, diagnostic=decision.diagnostic,
                mail_id=record.id)  # fmt: skip
        else:
            done = await suppressions.withdraw(
                core, tx, address_key=decision.mailed.address_key, reason=decision.note, actor=SYSTEM,
                only=decision.why)  # fmt: skip
    if done is None:
        event = MailArrived(
            mail_id=record.id, what=reading.kind.value, rule=reading.rule, sender=addresses.masked(reading.sender),
            note=decision.note, **_about(decision.mailed), **by(SYSTEM, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)


async def _mailed(rows: Rows, ids: Sequence[UUID], message_ids: Sequence[str]) -> dict[UUID, Mailed]:
    if not ids and not message_ids:
        return {}
    spellings = [form for each in message_ids for form in (each, each.strip("<>"))]
    found = await rows.rows(
        "SELECT m.id, m.message_id, m.address, m.address_key, m.invoice_id, i.number AS invoice_number, m.account_id"
        " FROM mailing m JOIN invoice i ON i.id = m.invoice_id WHERE m.id = ANY(%s) OR m.message_id = ANY(%s)",
        (list(ids), spellings),
    )
    return {row["id"]: Mailed(**row) for row in found}


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


def _same(before: Any, told: dict[str, Any]) -> bool:
    return before is not None and Reading.from_json(before) == Reading.from_json(told)


def _about(mailed: Mailed | None) -> dict[str, Any]:
    if mailed is None:
        return {}
    return {"invoice_id": mailed.invoice_id, "invoice_number": mailed.invoice_number, "account_id": mailed.account_id}


def _id(mail_id: str) -> UUID:
    try:
        return UUID(mail_id)
    except ValueError:
        raise MailNotFound(mail_id) from None
