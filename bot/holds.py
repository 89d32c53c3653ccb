"""Holds: stop reminders about an invoice or to a customer, for a reason and perhaps until a day; let them go on."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import holds as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import accounts, invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting
from domain.outreach import holds
from domain.outreach.holds import HoldKind, HoldShown

LIFTED = phrase("lifted in Slack")
"""The reason that is noted of a click."""

EXAMPLE = "hold INV-1042 until friday they change their bank"
OF_ACCOUNT = 'hold account "Acme Ltd" until friday they are moving'
LIFT = "unhold INV-1042 their bank is changed"

KINDS = {"legal": HoldKind.LEGAL, "review": HoldKind.REVIEW}


async def hold(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo hold [legal] INV-1042|account NAME [until friday] reason…``.

    Raises:
        Misunderstood: What is held, or why, is missing.
    """
    said = ask.words
    kind = HoldKind.PAUSE
    if said and said[0].casefold() in KINDS:
        kind, said = KINDS[said[0].casefold()], said[1:]
    number, account = None, None
    if said and said[0].casefold() == "account":
        account, rest = _name(said[1:], example=OF_ACCOUNT)
    else:
        number, rest = asks.leading_number(said, example=EXAMPLE)
    read = words.until(rest, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    reason = asks.reason(tuple(read.rest.split()), why=say("Why is it on hold?"), example=EXAMPLE)
    event = await holds.put(
        core, kind=kind, reason=reason, actor=ask.actor, account=account, invoice_number=number, until=read.at
    )
    return answers.done(event, views.lift(event.hold_id))


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo hold list``."""
    del ask
    return views.listed(await holds.in_force(core))


async def unhold(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unhold INV-1042|account NAME|ID reason…``; of several holds the reader chooses.

    Raises:
        Misunderstood: What is held, or why it may go on, is missing.
    """
    if not ask.words:
        raise Misunderstood(
            say("Which one, and why? For example `/plixo {example}`. `/plixo hold list` lists them.", example=LIFT)
        )
    found, rest = await _found(core, ask.words)
    if len(found) > 1:
        return views.choices(found)
    reason = asks.reason(rest, why=say("Why may the reminders go on?"), example=LIFT)
    if not found:
        return answers.said(say("Nothing is on hold there. `/plixo hold list` lists what is."))
    return answers.done(await holds.lift(core, hold_id=found[0], reason=reason, actor=ask.actor))


async def exclude(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo exclude NAME: reason…``: a customer gets no reminders at all."""
    name, rest = _name(ask.words, example='exclude "Acme Ltd" the CEO calls them himself')
    reason = asks.reason(rest, why=say("Why?"), example='exclude "Acme Ltd" the CEO calls them himself')
    return answers.done(await holds.exclude(core, account=name, reason=reason, actor=ask.actor))


async def include(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo include NAME: reason…``."""
    name, rest = _name(ask.words, example='include "Acme Ltd" the talks are over')
    reason = asks.reason(rest, why=say("Why?"), example='include "Acme Ltd" the talks are over')
    return answers.done(await holds.include(core, account=name, reason=reason, actor=ask.actor))


async def press_lift(core: Core, press: Press) -> Message:
    """Answer a click on Lift: the reason is that somebody decided it."""
    assert press.subject.hold is not None, "the route asks for it"
    event = await holds.lift(core, hold_id=press.subject.hold, reason=say(LIFTED), actor=press.actor)
    return answers.done(event)


async def _found(core: Core, said: tuple[str, ...]) -> tuple[tuple[UUID, ...], tuple[str, ...]]:
    """Return the holds that the words name, and the words behind."""
    if said[0].casefold() == "account":
        name, rest = _name(said[1:], example=LIFT)
        named = await accounts.find(core.database, text=name)
        return _ids(await holds.in_force(core, account_id=named.id)), rest
    try:
        case = await cases.case(core, invoice_number=said[0])
    except InvoiceNotFound:
        return (await short_ids.resolve(core, what=Waiting.HOLD, text=said[0]),), said[1:]
    there = await holds.in_force(core, invoice_id=case.invoice_id)
    key = invoices.number_key(case.invoice_number)
    own = [each for each in there if each.invoice_number and invoices.number_key(each.invoice_number) == key]
    return _ids(own or there), said[1:]


def _ids(found: tuple[HoldShown, ...] | list[HoldShown]) -> tuple[UUID, ...]:
    return tuple(each.id for each in found)


def _name(said: tuple[str, ...], *, example: str) -> tuple[str, tuple[str, ...]]:
    """Return a customer's name, in quotation marks or up to "until" or a colon, and the words behind it."""
    quoted = asks.quoted(said)
    if quoted is not None and quoted[0]:
        return quoted
    for place, word in enumerate(said):
        if place and word.casefold() in {"until", "till", "because"}:
            behind = place if word.casefold() != "because" else place + 1
            return " ".join(said[:place]), said[behind:]
        if word.endswith(":") and len(word) > 1:
            return " ".join((*said[:place], word[:-1])), said[place + 1 :]
    if len(said) > 1 and any(letter.isdigit() for letter in said[0]):
        return said[0], said[1:]
    raise Misunderstood(say("Which customer? Put the name into quotation marks: `/plixo {example}`.", example=example))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.STOPS,
        "hold",
        '[legal] INV|account "NAME" [until DAY] reason…',
        Permission.WORK_QUEUE,
        phrase("stops reminders"),
        EXAMPLE,
        hold,
        Permission.APPROVE_CREDITS,
    ),
    command(Group.STOPS, "hold list", "", Permission.VIEW, phrase("lists holds in force"), "hold list", listed),
    command(
        Group.STOPS,
        "unhold",
        'INV|account "NAME"|ID reason…',
        Permission.WORK_QUEUE,
        phrase("lets them go on"),
        LIFT,
        unhold,
        Permission.APPROVE_CREDITS,
    ),
    command(
        Group.STOPS,
        "exclude",
        '"NAME" reason…',
        Permission.WORK_QUEUE,
        phrase("sends a customer no reminders at all"),
        'exclude "Acme Ltd" the CEO calls them himself',
        exclude,
    ),
    command(
        Group.STOPS,
        "include",
        '"NAME" reason…',
        Permission.WORK_QUEUE,
        phrase("sends them again"),
        'include "Acme Ltd" the talks are over',
        include,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.LIFT_HOLD: Route(Permission.VIEW, press_lift, ("hold",)),  # a legal one is lifted by Legal
}
