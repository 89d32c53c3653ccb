"""Suppressions: the addresses and domains that must not be mailed, each with its evidence, and how they are lifted.

One address may be suppressed for several reasons at once, and each stands by itself: when a full mailbox is tried
again after a month, its owner may still have opted out of reminders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from domain.deliverability import suppression_proofs
from domain.deliverability.covering import domain_key
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing, Suppression
from domain.deliverability.refusals import EndPassed, LegalKept, ReasonMissing, SuppressedAlready, SuppressionNotFound
from domain.deliverability.states import SUPPRESSION, SuppressionState
from domain.kernel import addresses, sentences, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Rows, Transaction

SOFT_REST = timedelta(days=30)
"""How long a mailbox in trouble is left alone before it is tried again."""

LONGEST_NOTE = 300

BY_HAND = "by hand"
"""The rule of a suppression that a person made."""

LIST = "list"
"""The rule of a suppression that came from a file."""


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
class Target:
    """An address or a domain, in the form people wrote and in the one that is compared."""

    shown: str
    """Masked; a domain as ``@acme.example``."""
    address: str
    key: str


def target(text: str) -> Target:
    """Return the address, or for ``@acme.example`` the domain, that a text names.

    Raises:
        AddressMalformed: It is neither.
    """
    named = text.strip()
    if named.startswith("@"):
        key = domain_key(addresses.key(addresses.parsed(f"anybody{named}")))
        return Target(key, key, key)
    address = addresses.parsed(named)
    return Target(addresses.masked(address), address, addresses.key(address))


async def suppress(
    core: Core,
    tx: Transaction,
    *,
    mailing: Mailing,
    reason: Why,
    rule: str,
    diagnostic: str,
    mail_id: UUID | None,
    until: datetime | None = None,
) -> AddressSuppressed | None:
    """Suppress the address of a mailing, in the caller's transaction; None when it was, for that reason, already.

    What was to end on a day, and now is for good, is told as if it were new.
    """
    whom = Target(addresses.masked(mailing.address), mailing.address, mailing.address_key)
    number = await tx.row("SELECT number FROM invoice WHERE id = %s", (mailing.invoice_id,))
    about = {
        "invoice_id": mailing.invoice_id, "invoice_number": number["number"] if number else None,
        "account_id": mailing.account_id, "contact_id": mailing.contact_id,
    }  # fmt: skip
    return await _put(
        core, tx, whom, reason=reason, actor=SYSTEM, until=until, about=about, mailing_id=mailing.id, mail_id=mail_id,
        rule=rule, diagnostic=diagnostic,
    )  # fmt: skip


async def add(
    core: Core, *, whom: str, reason: Why, note: str, actor: Actor, until: datetime | None = None
) -> AddressSuppressed:
    """Suppress an address or, as ``@acme.example``, a domain, because a person says so.

    Raises:
        NotAllowed: The actor may not handle suppressions, or for a legal hold, is neither of Legal nor a Controller.
        ReasonMissing: Nobody could be told why.
        AddressMalformed: Neither an address nor a domain.
        EndPassed: It would end in the past.
        SuppressedAlready: It is suppressed for that reason.
    """
    async with core.transaction() as tx:
        event = await added(core, tx, whom=target(whom), reason=reason, note=note, actor=actor, until=until)
        if event is None:
            raise SuppressedAlready(target(whom).shown, reason.value)
    return event


async def added(
    core: Core, tx: Transaction, *, whom: Target, reason: Why, note: str, actor: Actor, until: datetime | None
) -> AddressSuppressed | None:
    """Do what ``add`` does in the caller's transaction; None when it is suppressed for that reason already."""
    _require(actor, [reason.value])
    why = _words(note)
    if until is not None and until <= core.clock.now():
        raise EndPassed
    about = await _owner(tx, whom)
    return await _put(
        core, tx, whom, reason=reason, actor=actor, until=until, about=about, rule=BY_HAND, diagnostic="", note=why
    )


async def suppressed(core: Core, *, addresses: Sequence[str]) -> frozenset[str]:
    """Return which of the addresses must not be mailed, themselves or with their domain, as address keys."""
    keys = [_key(each) for each in addresses]
    rows = await core.database.rows(
        "SELECT address_key FROM suppression WHERE state = 'active' AND address_key = ANY(%s)",
        (keys + [domain_key(each) for each in keys],),
    )
    found = {row["address_key"] for row in rows}
    return frozenset(each for each in keys if each in found or domain_key(each) in found)


async def lift(core: Core, *, address: str, reason: str, actor: Actor) -> SuppressionLifted:
    """Let an address or domain be mailed again, whatever kept it back, for a reason that is kept.

    Raises:
        NotAllowed: The actor may not handle suppressions.
        LegalKept: There is a legal hold on it, and the actor is neither of Legal nor a Controller.
        ReasonMissing: No reason was given.
        SuppressionNotFound: It is not suppressed; says so when only its domain is.
    """
    async with core.transaction() as tx:
        actor.require(Permission.HANDLE_SUPPRESSIONS)
        why, key = _words(reason), _key(address)
        event = await withdraw(core, tx, address_key=key, reason=why, actor=actor)
        if event is None:
            domain = await tx.row(
                "SELECT address FROM suppression WHERE address_key = %s AND state = 'active' LIMIT 1",
                (domain_key(key),),
            )
            raise SuppressionNotFound(address, domain["address"] if domain else None)
    return event


async def withdraw(
    core: Core,
    tx: Transaction,
    *,
    address_key: str,
    reason: str,
    actor: Actor,
    only: Why | None = None,
    mail_id: UUID | None = None,
) -> SuppressionLifted | None:
    """Lift what keeps an address back, in the caller's transaction; None when nothing does.

    With *only* for that reason alone, with *mail_id* only what that mail, and no later one, had led to.

    Raises:
        LegalKept: There is a legal hold on it, and the actor is neither of Legal nor a Controller.
    """
    which: dict[str, Any] = {"address_key": address_key, "state": SuppressionState.ACTIVE.value}
    which |= {"reason": only.value} if only else {}
    which |= {"mail_id": mail_id} if mail_id else {}
    found = await Suppression.filter(**which).order_by("created_at", "id").select_for_update()
    if not found:
        return None
    if any(each.reason == Why.LEGAL_HOLD for each in found) and Permission.APPROVE_CREDITS not in actor.may:
        raise LegalKept
    if mail_id:
        found = [each for each in found if not await suppression_proofs.stands(core, tx, each, but=mail_id)]
    if not found:
        return None
    return await lifted(core, tx, found, reason=reason, actor=actor)


async def complaint_over(core: Core, tx: Transaction, *, address_key: str, reason: str) -> SuppressionLifted | None:
    """Lift what complaints by mail keep back, once all of them are taken back; in the caller's transaction.

    None when a complaint is left, or a person or a list says so as well.
    """
    found = await Suppression.filter(
        address_key=address_key, reason=Why.COMPLAINT.value, state=SuppressionState.ACTIVE.value, mail_id__isnull=False
    ).select_for_update()
    found = [each for each in found if not await suppression_proofs.complained(tx, each)]
    return await lifted(core, tx, found, reason=reason, actor=SYSTEM) if found else None


async def _put(
    core: Core,
    tx: Transaction,
    whom: Target,
    *,
    reason: Why,
    actor: Actor,
    until: datetime | None,
    about: dict[str, Any],
    rule: str,
    diagnostic: str,
    note: str = "",
    mailing_id: UUID | None = None,
    mail_id: UUID | None = None,
) -> AddressSuppressed | None:
    now = core.clock.now()
    row = await tx.row(
        "INSERT INTO suppression (id, address, address_key, reason, state, mailing_id, mail_id, rule, diagnostic, note,"
        " made_by, until, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (address_key, reason) WHERE state = 'active' DO NOTHING RETURNING id",
        (uuid4(), whom.address, whom.key, reason.value, SUPPRESSION.start.value, mailing_id, mail_id, rule, diagnostic,
         sentences.as_text(note), actor.name, until, now),
    )  # fmt: skip
    if row is None and until is None:
        row = await suppression_proofs.said_again(
            tx, key=whom.key, reason=reason.value, rule=rule, diagnostic=diagnostic, note=note, made_by=actor.name,
            mailing_id=mailing_id, mail_id=mail_id,
        )  # fmt: skip
    if row is None:
        return None
    event = AddressSuppressed(
        suppression_id=row["id"], address=whom.shown, reason=reason.value, rule=rule, note=note,
        until=until.astimezone(core.merchant.zone) if until else None,  # so that it is told by the merchant's calendar
        mail_id=mail_id, **about, **by(actor, now),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return event


async def lifted(
    core: Core, tx: Transaction, found: Sequence[Suppression], *, reason: str, actor: Actor
) -> SuppressionLifted:
    """Lift suppressions of one address that are locked, in the caller's transaction, with one event."""
    now, first = core.clock.now(), found[0]
    for each in found:
        await each.move("lift", lifted_at=now, lifted_by=actor.name, lift_reason=reason)
    mailing = await Mailing.get_or_none(id=first.mailing_id) if first.mailing_id else None
    event = SuppressionLifted(
        suppression_id=first.id,
        address=first.address if first.address.startswith("@") else addresses.masked(first.address),
        was=", ".join(each.reason for each in found),
        reason=reason,
        account_id=mailing.account_id if mailing else None,
        invoice_id=mailing.invoice_id if mailing else None,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def _owner(rows: Rows, whom: Target) -> dict[str, Any]:
    """Return the first customer who has the address as a contact; a domain may be several customers'."""
    if whom.key.startswith("@"):
        return {}
    row = await rows.row(
        "SELECT id AS contact_id, account_id FROM contact WHERE email_key = %s AND state = 'active'"
        " ORDER BY created_at, id LIMIT 1",
        (whom.key,),
    )
    return dict(row) if row else {}


def _require(actor: Actor, reasons: Sequence[str]) -> None:
    if Why.LEGAL_HOLD in reasons and Permission.APPROVE_CREDITS in actor.may:  # Legal's right, which Controllers share
        return
    actor.require(Permission.HANDLE_SUPPRESSIONS)


def _words(text: str) -> str:
    words = sentences.trimmed(text, most=LONGEST_NOTE)
    if not words:
        raise ReasonMissing
    return words


def _key(address: str) -> str:
    return addresses.key(address)
