"""Suppressions: the addresses that must not be mailed, each with its evidence, and how one is lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing, Suppression
from domain.deliverability.refusals import ReasonMissing, SuppressionNotFound
from domain.deliverability.states import SUPPRESSION, SuppressionState
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction


class Why(StrEnum):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard bounce"
    SOFT_BOUNCES = "soft bounces"
    COMPLAINT = "complaint"
    OPTED_OUT = "opted out"
    LEGAL_HOLD = "legal hold"
    INVALID = "invalid"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One suppression of an address, in force or lifted, with all that speaks for it."""

    id: UUID
    reason: str
    state: str
    rule: str
    diagnostic: str
    """The words of the refusing server; may hold the address."""
    mail_id: UUID | None
    """The stored mail that is the proof."""
    invoice_number: str | None
    since: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None


async def suppress(
    core: Core,
    tx: Transaction,
    *,
    mailing: Mailing,
    reason: Why,
    rule: str,
    diagnostic: str,
    mail_id: UUID | None,
) -> AddressSuppressed | None:
    """Suppress the address of a mailing, in the caller's transaction; None when it was suppressed already.

    Who opted out of reminders still gets receipts; a dead address or a complaint takes the place of that.
    """
    present = await Suppression.locked(address_key=mailing.address_key, state=SuppressionState.ACTIVE.value)
    if present is not None:
        if present.reason != Why.OPTED_OUT or reason is Why.OPTED_OUT:
            return None
        await present.move("lift", **_lifted(core, SYSTEM, f"replaced by: {reason}"))
    row = await tx.row(
        "INSERT INTO suppression (id, address, address_key, reason, state, mailing_id, mail_id, rule, diagnostic,"
        " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (address_key) WHERE state = 'active' DO NOTHING RETURNING id",
        (uuid4(), mailing.address, mailing.address_key, reason.value, SUPPRESSION.start.value, mailing.id, mail_id,
         rule, diagnostic, core.clock.now()),
    )  # fmt: skip
    invoice = await tx.row("SELECT number FROM invoice WHERE id = %s", (mailing.invoice_id,))
    if row is None or invoice is None:
        return None
    event = AddressSuppressed(
        invoice_id=mailing.invoice_id,
        invoice_number=invoice["number"],
        account_id=mailing.account_id,
        suppression_id=row["id"],
        contact_id=mailing.contact_id,
        address=addresses.masked(mailing.address),
        reason=reason.value,
        rule=rule,
        mail_id=mail_id,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def suppressed(core: Core, *, addresses: Sequence[str]) -> frozenset[str]:
    """Return which of the addresses must not be mailed, as address keys."""
    rows = await core.database.rows(
        "SELECT address_key FROM suppression WHERE state = 'active' AND address_key = ANY(%s)",
        ([_key(each) for each in addresses],),
    )
    return frozenset(row["address_key"] for row in rows)


async def lift(core: Core, *, address: str, reason: str, actor: Actor) -> SuppressionLifted:
    """Let an address be mailed again, for a reason that is kept.

    Raises:
        NotAllowed: The actor may not handle suppressions.
        ReasonMissing: No reason was given.
        SuppressionNotFound: The address is not suppressed.
    """
    async with core.transaction() as tx:
        actor.require(Permission.HANDLE_SUPPRESSIONS)
        if not reason.strip():
            raise ReasonMissing
        event = await withdraw(core, tx, address_key=_key(address), reason=reason.strip(), actor=actor)
        if event is None:
            raise SuppressionNotFound(address)
    return event


async def withdraw(
    core: Core, tx: Transaction, *, address_key: str, reason: str, actor: Actor, only: Why | None = None
) -> SuppressionLifted | None:
    """Lift the suppression of an address in the caller's transaction; None when there is none (or not *only* that)."""
    record = await Suppression.locked(address_key=address_key, state=SuppressionState.ACTIVE.value)
    if record is None or (only is not None and record.reason != only.value):
        return None
    await record.move("lift", **_lifted(core, actor, reason))
    mailing = await Mailing.get_or_none(id=record.mailing_id) if record.mailing_id else None
    event = SuppressionLifted(
        suppression_id=record.id,
        address=addresses.masked(record.address),
        reason=reason,
        account_id=mailing.account_id if mailing else None,
        invoice_id=mailing.invoice_id if mailing else None,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def explain(core: Core, *, address: str) -> tuple[Evidence, ...]:
    """Return every suppression of an address, newest first: why, by which mail, and who lifted it."""
    rows = await core.database.rows(
        "SELECT s.id, s.reason, s.state, s.rule, s.diagnostic, s.mail_id, i.number AS invoice_number,"
        " s.created_at AS since, s.lifted_at, s.lifted_by, s.lift_reason FROM suppression s"
        " LEFT JOIN mailing m ON m.id = s.mailing_id LEFT JOIN invoice i ON i.id = m.invoice_id"
        " WHERE s.address_key = %s ORDER BY s.created_at DESC, s.state LIMIT 50",
        (_key(address),),
    )
    return tuple(Evidence(**row) for row in rows)


def _key(address: str) -> str:
    return addresses.key(address)


def _lifted(core: Core, actor: Actor, reason: str) -> dict[str, object]:
    return {"lifted_at": core.clock.now(), "lifted_by": actor.name, "lift_reason": reason}
