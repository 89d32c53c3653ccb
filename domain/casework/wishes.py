"""Wishes: the one click that turns a guess at what a mail wants into what it means.

A guess does nothing by itself. Whoever confirms it does what they could have typed as well; every rule of that act
holds, and its refusals are theirs to read. A mail with several wishes is dealt with once each of them was noted, or
somebody says that nothing else is to be done; until then reminders to that customer wait.
"""

from dataclasses import replace
from uuid import UUID

from domain.casework import conversations, guesses
from domain.casework.conversations import MailCard
from domain.casework.guesses import Known, Meant, Said
from domain.casework.mail_answer_events import WishNoted
from domain.casework.refusals import GuessNoted, GuessOutdated, GuessUnclear, MailAnswered, MailUnplaced
from domain.deliverability import inbound
from domain.deliverability.replies import Intent, IntentKind
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import invoices


async def confirm(core: Core, *, mail_id: UUID, place: int, stamp: str, actor: Actor) -> tuple[Event, ...]:
    """Do what a guess means and note it, both or neither; return what happened.

    With the last of its wishes the mail is dealt with (``MailSeen``); before, it waits on (``WishNoted``).

    Args:
        core: The core.
        mail_id: The mail.
        place: Which of its guesses, from 1.
        stamp: ``MailCard.stamp`` of the card that the person looked at.
        actor: Who confirms it.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound: No stored mail has that id, or it was not written by a person.
        GuessOutdated: The mail was read again since, or has no such guess.
        MailAnswered: It was dealt with, perhaps by the first click of two.
        GuessNoted: Somebody has noted that very wish, and the mail waits for its others.
        MailUnplaced: Nobody has said yet which invoice it is about.
        WriterUnproven: It would change whom we write to, by the word of somebody who may be anybody.
        GuessUnclear: It lacks an amount, a day or an address, or can be read in two ways.
        Refusal: Whatever the act itself refuses.
    """
    actor.require(Permission.WORK_QUEUE)
    async with core.transaction() as tx:
        within = core.within(tx)
        row = await conversations.stored(within, mail_id)
        shown = conversations.read(row)
        if shown.answered:
            raise MailAnswered
        if stamp != shown.stamp or not 1 <= place <= len(shown.guesses):
            raise GuessOutdated
        if place in shown.noted:
            raise GuessNoted
        if shown.invoice_number is None:
            raise MailUnplaced
        return await _done(within, row, shown.guesses[place - 1], actor, noted=frozenset({place}))


async def correct(core: Core, *, mail_id: UUID, meant: Meant, actor: Actor, ends: bool = True) -> tuple[Event, ...]:
    """Do what a mail means in a person's words, where no guess is right, and note it; both or neither.

    Args:
        core: The core.
        mail_id: The mail.
        meant: What it means; guesses of the same kind are noted with it.
        actor: Who says so.
        ends: Whether nothing else is to be done; else the mail waits on for what is left of its wishes.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound, MailAnswered, MailUnplaced, WriterUnproven, GuessUnclear: As with a guess.
        InvoiceNotFound: No invoice has that number.
        Refusal: Whatever the act itself refuses.
    """
    actor.require(Permission.WORK_QUEUE)
    async with core.transaction() as tx:
        within = core.within(tx)
        shown = conversations.read(await conversations.stored(within, mail_id))
        if shown.answered:
            raise MailAnswered
        assigned: tuple[Event, ...] = ()
        if meant.invoice and invoices.number_key(meant.invoice) != invoices.number_key(shown.invoice_number or ""):
            assigned = (await conversations.assign(within, mail_id=mail_id, invoice_number=meant.invoice, actor=actor),)
        row = await conversations.stored(within, mail_id)
        if row["invoice_number"] is None:
            raise MailUnplaced
        guess = replace(meant.guess(), invoices=(row["invoice_number"],))
        same = frozenset(place for place, each in enumerate(shown.guesses, 1) if each.kind is guess.kind)
        return (*assigned, *await _done(within, row, guess, actor, noted=same, ends=ends))


async def _done(
    core: Core, row: Row, guess: Intent, actor: Actor, *, noted: frozenset[int], ends: bool = False
) -> tuple[Event, ...]:
    """Do what the guess means, and then note that, and whether the mail is dealt with; in the caller's transaction."""
    shown, sender = conversations.read(row), row["sender"] or ""
    number, open_now = _meant(guess, shown, Money(row["open_minor"], row["currency"]))
    said = Said(number, guess, shown.text, open_now, row["contact_id"], sender, shown.thread in conversations.PROVEN)
    done = await guesses.ACTS[guess.kind](core, said, actor)
    known = done.sentence if isinstance(done, Known) else ""
    # Only now: a merger of customers, too, holds them before it comes to their mails.
    noted = await _note(core, row, noted - shown.noted)
    last: Event | None
    if ends or not shown.others(noted):
        last = await inbound.seen(core, mail_id=str(row["id"]), actor=actor, note=known)
    else:
        last = await _waits_on(core, row, guess.kind, known, actor)
    if last is None:
        raise MailAnswered
    return (last,) if isinstance(done, Known) else (*done, last)


async def _note(core: Core, row: Row, places: frozenset[int]) -> frozenset[int]:
    """Write down which guesses are noted, and return all that are by now; of two at the same moment one is refused."""
    marks = {place: conversations.mark(guess) for place, guess in enumerate(conversations.read(row).guesses, 1)}
    noted = [marks[place] for place in sorted(places)]
    async with core.transaction() as tx:
        found = await tx.row(
            "UPDATE inbound_mail SET noted = noted || %(noted)s::text[] WHERE id = %(mail)s AND seen_at IS NULL"
            " AND NOT noted && %(noted)s::text[] RETURNING noted",
            {"mail": row["id"], "noted": noted},
        )
        if found is not None:
            return frozenset(place for place, each in marks.items() if each in found["noted"])
        is_open = await tx.row("SELECT FROM inbound_mail WHERE id = %s AND seen_at IS NULL", (row["id"],))
        raise MailAnswered if is_open is None else GuessNoted


async def _waits_on(core: Core, row: Row, wish: IntentKind, note: str, actor: Actor) -> WishNoted:
    async with core.transaction() as tx:
        event = WishNoted(
            mail_id=row["id"], wish=wish, note=note, invoice_id=row["invoice_id"],
            invoice_number=row["invoice_number"], account_id=row["account_id"],
            **by(actor, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)
    return event


def _meant(guess: Intent, mail: MailCard, open_now: Money) -> tuple[str, Money]:
    """Return the invoice that a guess is about, and what is open of it.

    What a person said of the mail holds; else it is the one that the guess names, else the mail's own.
    """
    assert mail.invoice_number is not None, "a mail without an invoice is refused before"
    found = () if mail.thread == "person" else conversations.named(guess, mail)
    if len(found) > 1 and guess.kind in guesses.OF_ONE_INVOICE:
        raise GuessUnclear("invoice", f"mail assign {str(mail.id)[:8]} INV")
    opens = {each.number: each.open for each in mail.beside}
    number = found[0] if len(found) == 1 else mail.invoice_number
    return number, opens.get(number, open_now)
