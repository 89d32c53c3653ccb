"""Operator mails: mails to the merchant's own people, each once, and what becomes of those that do not arrive.

The outbox of what is told by mail instead of in Slack. "Sending" is committed before the wire and "sent" after it; one
that is found half-way is sent again under its old Message-ID, since a digest that comes twice harms nobody. One that
does not arrive is told in Slack, and an address that is dead, or whose owner wants nothing more, gets no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.deliverability.models import OperatorMail
from domain.deliverability.operator_mail_events import OperatorMailDeclined, OperatorMailFailed
from domain.deliverability.states import OPERATOR_MAIL, OperatorMailState
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.people import preferences

DIGEST, INCIDENT, CODE = "digest", "incident", "code"
"""What is mailed."""

SENDERS = {DIGEST: "mail_digest", INCIDENT: "send_incident_mail", CODE: "send_address_code"}
"""The job that mails each."""

KEPT = timedelta(days=90)
"""How long it is known what was mailed; nobody reports a bounce later."""

IN_A_ROW = 3
"""So many mails to one address that came back one after the other end it, though no server called it dead."""

MOST_ASIDE = 10_000
"""Mails that are put aside by one statement: more than one morning queues."""

SUPPRESSED = "suppressed"
"""The answer of our own list of addresses that must not be mailed."""

_QUEUE = """
    INSERT INTO operator_mail (id, person_id, letter, about_id, address, address_key, message_id, state, queued_at)
    SELECT id, person_id, %(letter)s, about_id, address, address_key, message_id, %(state)s, %(now)s
    FROM unnest(%(ids)s::uuid[], %(people)s::uuid[], %(about)s::uuid[], %(addresses)s::text[], %(keys)s::text[],
                %(message_ids)s::text[]) AS wanted (id, person_id, about_id, address, address_key, message_id)
    ON CONFLICT (id) DO NOTHING RETURNING id
"""

_DEAD = """
    SELECT 1 FROM suppression WHERE state = 'active' AND address_key = %s
      AND reason IN ('hard bounce', 'complaint', 'legal hold', 'invalid') LIMIT 1
"""
"""An address that never opted out of being reminded of money may opt out of nothing here."""

_LAST = "SELECT state FROM operator_mail WHERE address_key = %s AND state = ANY(%s) ORDER BY queued_at DESC LIMIT %s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail that is to leave."""

    id: UUID
    person_id: UUID
    about_id: UUID
    address: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A mail that may leave."""

    id: UUID
    person_id: UUID
    about_id: UUID
    address: str
    message_id: str
    queued_at: datetime


async def queue(core: Core, tx: Transaction, wanted: Sequence[Wanted], *, letter: str = DIGEST) -> list[UUID]:
    """Put mails into the outbox with their jobs; one that is there already is not queued again. Return the new ones."""
    await tx.execute("DELETE FROM operator_mail WHERE queued_at < %s", (core.clock.now() - KEPT,))
    rows = await tx.rows(
        _QUEUE,
        {
            "letter": letter,
            "state": OPERATOR_MAIL.start.value,
            "now": core.clock.now(),
            "ids": [each.id for each in wanted],
            "people": [each.person_id for each in wanted],
            "about": [each.about_id for each in wanted],
            "addresses": [each.address for each in wanted],
            "keys": [addresses.key(each.address) for each in wanted],
            "message_ids": [f"<{each.id}@{core.merchant.mail_domain}>" for each in wanted],
        },
    )
    found = [row["id"] for row in rows]
    await core.jobs.defer_many(tx, SENDERS[letter], [{"mail_id": str(each)} for each in found])
    return found


async def pending(core: Core, *, mail_id: UUID) -> Pending | None:
    """Return a mail that may still leave; None for what left, was given up or was forgotten."""
    row = await core.database.row(
        "SELECT id, person_id, about_id, address, message_id, queued_at FROM operator_mail"
        " WHERE id = %s AND state = ANY(%s)",
        (mail_id, [OperatorMailState.QUEUED.value, OperatorMailState.SENDING.value]),
    )
    return Pending(**row) if row else None


async def skip(core: Core, *, mail_id: UUID, why: str) -> None:
    """Let a mail be that has nothing to tell, or nobody to tell it to."""
    async with core.transaction():
        mail = await _held(mail_id, "skip")
        if mail is not None:
            await mail.move("skip", answer=why)


async def begin(core: Core, *, mail_id: UUID, address: str) -> bool:
    """Commit that a mail is being handed over to *address*; tell whether it may be."""
    async with core.transaction():
        mail = await OperatorMail.locked(id=mail_id)
        if mail is None:
            return False
        if mail.status is OperatorMailState.QUEUED:
            await mail.move("send", address=address, address_key=addresses.key(address))
        return mail.status is OperatorMailState.SENDING


async def delivered(core: Core, *, mail_id: UUID) -> None:
    """Record that the relay took a mail."""
    async with core.transaction():
        mail = await _held(mail_id, "deliver")
        if mail is not None:
            await mail.move("deliver", sent_at=core.clock.now())


async def postponed(core: Core, *, mail_id: UUID) -> None:
    """Put a mail back: the relay did not take it, and may later."""
    async with core.transaction():
        mail = await _held(mail_id, "requeue")
        if mail is not None:
            await mail.move("requeue")


async def refused(core: Core, *, mail_id: UUID, answer: str) -> None:
    """Record that the relay, or our own list, will never take a mail; *answer* is its code, without text."""
    async with core.transaction() as tx:
        mail = await _held(mail_id, "refuse")
        if mail is not None:
            await mail.move("refuse", answer=answer)
            await _failed(core, tx, mail, dead=True)


async def is_dead(core: Core, *, address: str) -> bool:
    """Tell whether an address must not be mailed at all."""
    return await core.database.row(_DEAD, (addresses.key(address),)) is not None


async def bounced(core: Core, tx: Transaction, *, mail_id: UUID, answer: str, dead: bool) -> None:
    """Record that a mail came back; in the caller's transaction, and once however often that is reported."""
    mail = await _held(mail_id, "bounce")
    if mail is not None:
        await mail.move("bounce", answer=answer)
        await _failed(core, tx, mail, dead=dead)


async def declined(core: Core, tx: Transaction, *, mail_id: UUID, complained: bool = False) -> bool:
    """Let no more mails go to whom one was mailed; tell whether that changed anything. Safe to repeat."""
    mail = await OperatorMail.get_or_none(id=mail_id)
    if mail is None or await preferences.leave_mail(core, tx, person_id=mail.person_id) is None:
        return False
    event = OperatorMailDeclined(
        operator_mail_id=mail.id,
        person_id=mail.person_id,
        person_name=await _name(tx, mail.person_id),
        address=addresses.masked(mail.address),
        complained=complained,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return True


async def put_aside(core: Core) -> int:
    """Let everything be that waits to leave: after a restore it may have left before. Return how many."""
    count = 0
    async with core.transaction() as tx:
        for state in (OperatorMailState.QUEUED, OperatorMailState.SENDING):
            rows = await tx.rows(
                "SELECT id FROM operator_mail WHERE state = %s ORDER BY id LIMIT %s FOR UPDATE",
                (state.value, MOST_ASIDE),
            )
            ids = [row["id"] for row in rows]
            count += await OperatorMail.move_all("skip", ids=ids, before=state, answer="restored")
    return count


async def _held(mail_id: UUID, step: str) -> OperatorMail | None:
    """Hold the lock of a mail that can take a step."""
    mail = await OperatorMail.locked(id=mail_id)
    return mail if mail is not None and OPERATOR_MAIL.can(OperatorMailState(mail.state), step) else None


async def _failed(core: Core, tx: Transaction, mail: OperatorMail, *, dead: bool) -> None:
    """Tell in Slack what the mail would have told, and mail no more where that is pointless.

    A code that did not arrive ends nothing: without it nothing else is mailed there.
    """
    ends = mail.letter != CODE and (dead or await _again_and_again(tx, mail.address_key))
    stopped = ends and await preferences.leave_mail(
        core, tx, person_id=mail.person_id, address=mail.address
    ) is not None  # fmt: skip
    event = OperatorMailFailed(
        operator_mail_id=mail.id,
        person_id=mail.person_id,
        person_name=await _name(tx, mail.person_id),
        address=addresses.masked(mail.address),
        answer=mail.answer,
        stopped=stopped,
        letter=mail.letter,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    if mail.letter == DIGEST:
        await core.jobs.defer(tx, "tell_digest", digest_id=str(mail.about_id))


async def _again_and_again(tx: Transaction, key: str) -> bool:
    ended = (OperatorMailState.SENT.value, OperatorMailState.BOUNCED.value)
    rows = await tx.rows(_LAST, (key, list(ended), IN_A_ROW))
    return len(rows) == IN_A_ROW and all(row["state"] == OperatorMailState.BOUNCED.value for row in rows)


async def _name(tx: Transaction, person_id: UUID) -> str:
    row = await tx.row("SELECT name FROM person WHERE id = %s", (person_id,))
    assert row is not None, "a mail's person is kept by its key"
    return str(row["name"])
