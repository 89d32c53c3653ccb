"""Guesses: what a payer's mail seems to want, and the act that each stands for once a person has confirmed it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.casework import tasks
from domain.casework.refusals import GuessUnclear, WriterUnproven
from domain.casework.tasks import TaskKind
from domain.commitments import disputes, promises
from domain.commitments.objections import Filing
from domain.commitments.parties import Source
from domain.commitments.refusals import PromiseRepeated
from domain.deliverability import suppressions
from domain.deliverability.refusals import SuppressedAlready
from domain.deliverability.replies import Amount, Day, Intent, IntentKind, Share
from domain.deliverability.suppressions import Why
from domain.kernel import addresses
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say, say_as
from domain.ledger import contacts, invoices
from domain.ledger.refusals import ContactKnown


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing had to be done, since all that the guess means is so already."""

    sentence: str


Done = tuple[Event, ...] | Known
"""What happened when a guess was confirmed; empty where only the mail is dealt with."""


@dataclass(frozen=True, slots=True)
class Said:
    """A guess that is being confirmed, and what it is about."""

    number: str
    guess: Intent
    text: str
    open: Money
    contact_id: UUID | None
    """Who wrote, where the customer has that contact."""
    sender: str
    proven: bool
    """Whether the writer had a mail of ours: its token, its Message-ID or its signed address came back."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a mail means, as somebody who read it says."""

    kind: IntentKind
    amount: Money | None = None
    """All that is open where none is said."""
    on: date | None = None
    detail: str = ""
    """Of a dispute its reason code."""
    contact: str = ""
    """The address or the number to turn to."""
    invoice: str = ""
    """The number of the invoice that it is about; empty: as it stands."""

    def guess(self) -> Intent:
        """Return it as a guess that is certain."""
        said = self.amount
        sums = (Amount(str(said), value=str(said.decimal), minor=said.minor, currency=said.currency),) if said else ()
        days = (Day(self.on.isoformat(), self.on),) if self.on else ()
        return Intent(self.kind, 1.0, "", 0, 0, self.detail, amounts=sums, days=days, contact=self.contact)


async def _promise(core: Core, said: Said, actor: Actor) -> Done:
    day = said.guess.day
    if day is None or day.ambiguous:
        raise GuessUnclear("day", f"promise {said.number} AMOUNT on DAY")
    amount = _amount(said)
    try:
        made = await promises.make(
            core, invoice_number=said.number, amount=amount, on=day.on, actor=actor, source=Source.MAIL,
            contact_id=said.contact_id, note=say("by mail"))  # fmt: skip
    except PromiseRepeated:
        return Known(say("the promise of {amount} by {day} is on file", amount=amount, day=day.on))
    return (made,)


async def _paid(core: Core, said: Said, actor: Actor) -> Done:
    told: dict[str, object] = {
        "what": said.guess.amount.text[:40] if said.guess.amount else say_as("what was paid", "it")
    }
    told |= {"day": _day(said)} if _day(said) else {}
    told |= {"reference": said.guess.references[0][:60]} if said.guess.references else {}
    return await _task(core, said, actor, TaskKind.REVIEW, _PAID["day" in told, "reference" in told], **told)


_PAID: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("{address} says that {what} was paid: look for the payment"),
    (True, False): phrase("{address} says that {what} was paid on {day}: look for the payment"),
    (False, True): phrase("{address} says that {what} was paid, reference {reference}: look for the payment"),
    (True, True): phrase("{address} says that {what} was paid on {day}, reference {reference}: look for the payment"),
}
"""Whether a day is said, and whether a reference is."""


async def _dispute(core: Core, said: Said, actor: Actor) -> Done:
    reason = said.guess.detail or "other"
    amount = _sum(said, f"dispute {said.number} {reason} AMOUNT words…")
    filing = Filing(reason, said.text[:2000], amount, contact_id=said.contact_id, source=Source.MAIL)
    return (await disputes.file(core, invoice_number=said.number, filing=filing, actor=actor),)


async def _wrong_contact(core: Core, said: Said, actor: Actor) -> Done:
    if "@" not in said.guess.contact:
        what = _NAMED if said.guess.contact else _UNNAMED
        return await _task(core, said, actor, TaskKind.FIND_CONTACT, what, name=said.guess.contact[:80])
    _require_proof(said, f"contact add {said.number} ADDRESS")
    row = await core.database.row(
        "SELECT a.id::text AS id FROM account a JOIN invoice i ON i.account_id = a.id WHERE i.number_key = %s",
        (invoices.number_key(said.number),),
    )
    assert row is not None, "an invoice has a customer"
    replaced = said.contact_id is not None and _elsewhere_at_the_same(said)
    happened: tuple[Event, ...] = ()
    try:
        happened = (await contacts.add(core, account=row["id"], email=said.guess.contact, actor=actor),)
    except ContactKnown:
        if not replaced:
            known = addresses.masked(said.guess.contact)
            return Known(say("the customer has the contact {address} already", address=known))
    if replaced:
        happened += (await contacts.remove(core, account=row["id"], email=said.sender, actor=actor),)
    return happened


_UNNAMED = phrase("{address} says that somebody else is to be written to")
_NAMED = phrase("{address} says that somebody else is to be written to, and names {name}")


def _elsewhere_at_the_same(said: Said) -> bool:
    """Whether the writer names a colleague; somebody at another company does not push a contact out."""
    there, here = addresses.key(said.guess.contact), addresses.key(said.sender)
    return there != here and there.rpartition("@")[2] == here.rpartition("@")[2]


def _require_proof(said: Said, command: str) -> None:
    """Let pass what changes whom we write to, when the writer proved to have our mail; a sender is only a claim."""
    if not said.proven:
        raise WriterUnproven(command)


async def _stop(core: Core, said: Said, actor: Actor) -> Done:
    _require_proof(said, "suppress ADDRESS opted-out reason…")
    if said.contact_id is None:
        raise GuessUnclear("contact", "suppress ADDRESS opted-out reason…")
    try:
        event = await suppressions.add(
            core, whom=said.sender, reason=Why.OPTED_OUT, note=say("asked for no more reminders by mail"), actor=actor
        )
    except SuppressedAlready as known:
        return Known(say("{address} gets no reminders any more, as was asked for before", address=known.shown))
    return (event,)


async def _call(core: Core, said: Said, actor: Actor) -> Done:
    number, day = said.guess.contact[:40], _day(said)
    what = _CALL[bool(number), day is not None]
    return await _task(core, said, actor, TaskKind.CALL, what, number=number, day=day)


_CALL: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("{address} wants a call"),
    (True, False): phrase("{address} wants a call at {number}"),
    (False, True): phrase("{address} wants a call on {day}"),
    (True, True): phrase("{address} wants a call at {number} on {day}"),
}
"""Whether a number is said, and whether a day is."""


async def _copy(core: Core, said: Said, actor: Actor) -> Done:
    what = _STATEMENT if said.guess.detail == "statement" else _INVOICE
    return await _task(core, said, actor, TaskKind.REVIEW, what)


_STATEMENT = phrase("{address} wants a statement")
_INVOICE = phrase("{address} wants a copy of the invoice")


async def _instalments(core: Core, said: Said, actor: Actor) -> Done:
    what = _IN_SO_MANY if said.guess.count else _IN_INSTALMENTS
    return await _task(core, said, actor, TaskKind.REVIEW, what, count=said.guess.count, number=said.number)


_IN_INSTALMENTS = phrase("{address} wants to pay in instalments: plan {number} …")
_IN_SO_MANY = phrase("{address} wants to pay in {count} instalments: plan {number} …")


async def _nothing(core: Core, said: Said, actor: Actor) -> Done:
    del core, said, actor
    return ()


ACTS: Mapping[IntentKind, Callable[[Core, Said, Actor], Awaitable[Done]]] = {
    IntentKind.PROMISE: _promise,
    IntentKind.PAID: _paid,
    IntentKind.DISPUTE: _dispute,
    IntentKind.WRONG_CONTACT: _wrong_contact,
    IntentKind.STOP: _stop,
    IntentKind.CALL: _call,
    IntentKind.COPY: _copy,
    IntentKind.INSTALMENTS: _instalments,
    IntentKind.QUESTION: _nothing,
    IntentKind.OTHER: _nothing,
}
"""What confirming a guess does; a question is answered by a person, and confirming it says that it was."""


OF_ONE_INVOICE = frozenset({IntentKind.PROMISE, IntentKind.DISPUTE})
"""What is done to one invoice, so that nobody chooses among several that the words name."""


async def _task(core: Core, said: Said, actor: Actor, kind: TaskKind, sentence: str, **told: object) -> Done:
    """Open a task whose reason is that sentence, with what is told in it."""
    reason = say(sentence, address=addresses.masked(said.sender), **told)
    task = await tasks.add(core, kind=kind, invoice_number=said.number, reason=reason, actor=actor)
    return (task,) if task is not None else Known(say("a task for it is open already ({kind})", kind=say(kind.value)))


def _day(said: Said) -> date | None:
    """Return the day that a mail names, if it can be read in one way only."""
    return said.guess.day.on if said.guess.day and not said.guess.day.ambiguous else None


def _amount(said: Said) -> Money:
    """Return the amount that was promised; all that is open where none was named."""
    found = said.guess.amount
    if found is None or found.share in (Share.ALL, Share.REST):
        return said.open
    if found.share is Share.HALF:
        return Money(-(-said.open.minor // 2), said.open.currency)
    command = f"promise {said.number} AMOUNT on DAY"
    amount = _sum(said, command)
    if amount is None:
        raise GuessUnclear("amount", command)
    return amount


def _sum(said: Said, command: str) -> Money | None:
    """Return a sum that can be read in one way only; None where none was named or it is a share."""
    found = said.guess.amount
    if found is None or found.share is not Share.SUM:
        return None
    if found.other or found.minor is None:
        raise GuessUnclear("amount", command)
    return Money.of(found.value, found.currency or said.open.currency)
