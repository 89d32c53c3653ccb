"""Decisions: what people do about a bank line: confirm a way, name the invoices, keep it unapplied, leave it out.

Each is one transaction with the locks in the order of all money, answers a second click with what is so already, and
teaches by which account and name the customer pays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.cash_application import booking, payers, queries, returning
from domain.cash_application.booking import Held
from domain.cash_application.events import LineIgnored, LineKept, LinePosted, LineReconsidered, LineReturned
from domain.cash_application.line_views import LineCard, WayView
from domain.cash_application.models import BankLine
from domain.cash_application.refusals import (
    LineDecided,
    LineNotFound,
    LineOutgoing,
    PartsUnusable,
    ReasonNeeded,
    WayNotFound,
    WayOutdated,
)
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.ledger import accounts, invoices
from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.ledger.states import InvoiceState

MOST_PARTS = 100
"""Invoices that one line is split over by hand."""

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class NamedPart:
    """An invoice that somebody named, with how much goes on it; None for all that is open, as far as the money goes."""

    number: str
    amount: Money | None = None


async def confirm(
    core: Core, *, line_id: UUID, actor: Actor, place: int = 1, seen: str | None = None
) -> LinePosted | LineKept | LineReturned:
    """Take one of the ways that were proposed.

    Args:
        core: The core.
        line_id: The bank line.
        actor: Who decides.
        place: Which of the ways, counted from 1.
        seen: What the reader saw of it, as ``fingerprint`` returns it; anything else by now is refused.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound, WayNotFound: There is no such line or way.
        LineDecided: The line was posted, kept or left out before.
        WayOutdated: The ledger or the proposal is not as it was.
    """
    actor.require(Permission.APPLY_CASH)
    card = await queries.card(core, line_id=line_id)
    _require_waiting(card)
    way = next((each for each in card.ways if each.place == place), None)
    if way is None or way.account_id is None:
        raise WayNotFound(place, len(card.ways))
    if seen is not None and seen != fingerprint(way):
        raise WayOutdated
    if way.payment_id is not None:
        return await returning.confirm(core, line_id=line_id, payment_id=way.payment_id, actor=actor)
    parts = [(each.invoice_id, each.amount.minor) for each in way.parts]
    return await _book(
        core, card, account_id=way.account_id, parts=parts, actor=actor, confidence=way.confidence, reasons=way.reasons
    )


async def apply(core: Core, *, line_id: UUID, parts: Sequence[NamedPart], actor: Actor) -> LinePosted:
    """Post a line on the invoices that the actor names; what is left of it stays unapplied.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound, InvoiceNotFound: There is no such line or invoice.
        LineDecided: The line was posted, kept or left out before.
        PartsUnusable: The amounts or currencies do not fit, or an invoice is named twice.
    """
    actor.require(Permission.APPLY_CASH)
    card = await queries.card(core, line_id=line_id)
    _require_waiting(card)
    chosen = await _chosen(core, card.line.amount, parts)
    owner = await Invoice.get(id=chosen[0][0])
    account_id = next((way.account_id for way in card.ways if way.account_id == owner.account_id), owner.account_id)
    said = (say("{name} named the invoices", name=actor.name),)
    event = await _book(core, card, account_id=account_id, parts=chosen, actor=actor, confidence=None, reasons=said)
    assert isinstance(event, LinePosted), "with parts a line is posted"
    return event


async def keep_unapplied(core: Core, *, line_id: UUID, account: str, actor: Actor, note: str = "") -> LineKept:
    """Book a line as a customer's unapplied cash, since which invoices it pays is not known.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound, AccountNotFound, AccountUnclear: There is no such line, or not one such customer.
        LineDecided: The line was posted, kept or left out before.
        ReasonNeeded: The note is too long.
    """
    actor.require(Permission.APPLY_CASH)
    kept = _noted(note, required=False)
    card = await queries.card(core, line_id=line_id)
    _require_waiting(card)
    found = await accounts.find(core.database, text=account)
    event = await _book(
        core,
        card,
        account_id=found.id,
        parts=[],
        actor=actor,
        confidence=None,
        reasons=(say("{name} named the customer", name=actor.name),),
        note=kept,
    )
    assert isinstance(event, LineKept), "without parts a line is kept"
    return event


async def ignore(core: Core, *, line_id: UUID, reason: str, actor: Actor) -> LineIgnored:
    """Leave a line out: interest, a transfer between own accounts, or a payment that is booked otherwise.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound: There is no such line.
        LineDecided: The line was posted, kept or left out before.
        ReasonNeeded: Nobody would know why.
    """
    actor.require(Permission.APPLY_CASH)
    kept = _noted(reason)
    async with core.transaction() as tx:
        line = await _locked(line_id)
        if line.status not in booking.WAITING:
            raise LineDecided(line.state, line.decided_by)
        await line.move("ignore", decided_by=actor.name, decided_at=core.clock.now(), reasons=[kept])
        event = LineIgnored(**_about(line), reason=kept, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def reconsider(core: Core, *, line_id: UUID, actor: Actor) -> LineReconsidered:
    """Look again at a line that was left out.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound: There is no such line.
        MoveRefused: It was not left out.
    """
    actor.require(Permission.APPLY_CASH)
    async with core.transaction() as tx:
        line = await _locked(line_id)
        await line.move("reconsider", decided_by=None, decided_at=None, confidence=None, reasons=[])
        await tx.execute("DELETE FROM cash_match WHERE bank_line_id = %s", (line_id,))
        event = LineReconsidered(**_about(line), **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


def fingerprint(way: WayView) -> str:
    """Return what tells one proposal from another that took its place: customer, invoices and amounts."""
    parts = ",".join(f"{str(each.invoice_id)[:8]}:{each.amount.minor}" for each in way.parts[:4])
    return f"{way.place}/{str(way.account_id)[:8]}/{len(way.parts)}/{parts}"[:120]


async def _book(
    core: Core,
    card: LineCard,
    *,
    account_id: UUID,
    parts: Sequence[tuple[UUID, int]],
    actor: Actor,
    confidence: int | None,
    reasons: tuple[str, ...],
    note: str = "",
) -> LinePosted | LineKept:
    if card.line.amount.minor < 0:
        raise LineOutgoing(-card.line.amount)
    async with core.transaction() as tx:
        held = await booking.held(card.line.line_id, [each for each, _ in parts])
        if held is None:
            line = await _locked(card.line.line_id)
            raise LineDecided(line.state, line.decided_by)
        _require_fitting(held, parts)
        event = await booking.booked(
            core,
            tx,
            held,
            account_id=account_id,
            parts=parts,
            actor=actor,
            confidence=confidence,
            reasons=reasons,
            note=note,
        )
        if event is None:
            raise LineDecided(held.line.state, held.line.decided_by)
        await payers.learn(core, tx, line=booking.line_of(held.line), account_id=account_id)
    return event


def _require_fitting(held: Held, parts: Sequence[tuple[UUID, int]]) -> None:
    for invoice_id, minor in parts:
        invoice = held.invoices[invoice_id]
        if invoice.status is not InvoiceState.OPEN or invoice.open_minor < minor:
            raise WayOutdated(invoice.number, invoice.balance)


async def _chosen(core: Core, amount: Money, parts: Sequence[NamedPart]) -> list[tuple[UUID, int]]:
    """Return the named invoices with how much goes on each; those without an amount get what is left, in order."""
    if not 0 < len(parts) <= MOST_PARTS:
        raise PartsUnusable(
            say("Name between one and {most} invoices, such as `INV-1042=80.00 INV-1043`.", most=MOST_PARTS)
        )
    rows = await core.database.rows(
        "SELECT id, number, number_key, currency, open_minor FROM invoice WHERE number_key = ANY(%s)",
        ([invoices.number_key(each.number) for each in parts],),
    )
    known = {row["number_key"]: row for row in rows}
    left = amount.minor - sum(each.amount.minor for each in parts if each.amount is not None)
    chosen: dict[UUID, int] = {}
    for each in parts:
        row = known.get(invoices.number_key(each.number))
        if row is None:
            raise InvoiceNotFound(each.number)
        minor = min(left, row["open_minor"]) if each.amount is None else each.amount.minor
        _require_part(row["number"], Money(row["open_minor"], row["currency"]), amount, minor)
        if row["id"] in chosen:
            raise PartsUnusable(say("{number} is named twice.", number=row["number"]))
        left -= minor if each.amount is None else 0
        chosen[row["id"]] = minor
    if left < 0:
        raise PartsUnusable(say("The amounts come to more than the {amount} of the bank line.", amount=amount))
    return list(chosen.items())


def _require_part(number: str, balance: Money, amount: Money, minor: int) -> None:
    if balance.currency != amount.currency:
        currencies = {"currency": balance.currency, "other": amount.currency}
        raise PartsUnusable(say("{number} is in {currency}, the bank line in {other}.", number=number, **currencies))
    if minor <= 0:
        raise PartsUnusable(
            say(
                "Nothing would go on {number}: {balance} are open, and the money is used up before.",
                number=number,
                balance=balance,
            )
        )
    if minor > balance.minor:
        raise PartsUnusable(say("Only {balance} are open on {number}.", balance=balance, number=number))


def _require_waiting(card: LineCard) -> None:
    if not card.waits:
        raise LineDecided(card.line.state, card.decided_by)


async def _locked(line_id: UUID) -> BankLine:
    line = await BankLine.locked(id=line_id)
    if line is None:
        raise LineNotFound
    return line


def _about(line: BankLine) -> dict[str, object]:
    return {
        "line_id": line.id,
        "account_id": line.account_id,
        "account_name": "",
        "amount": line.amount,
        "booked_on": line.booked_on,
    }


def _noted(text: str, *, required: bool = True) -> str:
    kept = " ".join(text.replace("\0", "").encode("utf-8", "replace").decode().split())
    if required and not kept:
        raise ReasonNeeded(say("Say why, so that the next reader knows."))
    if len(kept) > LONGEST_NOTE:
        raise ReasonNeeded(say("A note has at most {most} characters.", most=LONGEST_NOTE))
    return kept
