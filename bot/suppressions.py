"""Suppressions: stop the mail to an address or a domain, show what speaks for it, let it be mailed again."""

from collections.abc import Mapping

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import suppressions as views
from domain.deliverability import evidence, suppression_ends, suppression_lists, suppressions
from domain.deliverability.suppressions import Why
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say

EXAMPLE = "unsuppress anna@acme.example she has a new mailbox"
ADD = "suppress anna@acme.example until friday their system is being moved"
SHOW = "suppression anna@acme.example"
LONGEST_REASON = 300

_TYPE = {
    ADD: "suppress @acme.example until friday their system is being moved",
    SHOW: "suppression @acme.example",
    EXAMPLE: "unsuppress @acme.example they have a new mail system",
}
"""The same with a domain, for hints: whatever looks like an address is masked in them, and nobody could type that."""

KINDS = {"legal": Why.LEGAL_HOLD, "invalid": Why.INVALID, "opted-out": Why.OPTED_OUT, "complaint": Why.COMPLAINT}
"""What may be said between the address and the reason; nothing means that a person wants it so."""


async def add(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo suppress ADDRESS|@DOMAIN [legal|invalid|opted-out|complaint] [until DAY] reason…``.

    Raises:
        Misunderstood: The address or the reason is missing.
    """
    whom, said = _whom(ask.words, example=_TYPE[ADD])
    kind = Why.MANUAL
    if said and said[0].casefold() in KINDS:
        kind, said = KINDS[said[0].casefold()], said[1:]
    read = words.until(said, now=core.clock.now(), zone=core.merchant.zone, opens=suppression_ends.LAST)
    note = asks.reason(tuple(read.rest.split()), why=say("Why must it not be mailed?"), example=_TYPE[ADD])
    event = await suppressions.add(
        core, whom=whom, reason=kind, note=note[:LONGEST_REASON], until=read.at, actor=ask.actor
    )
    return answers.done(event)


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo suppression ADDRESS|@DOMAIN``: what is in force, and every mail that speaks for it.

    Raises:
        Misunderstood: The address is missing.
    """
    whom, _ = _whom(ask.words, example=_TYPE[SHOW])
    found = await suppression_lists.explain(core, address=whom, limit=views.MOST_SHOWN)
    heard = await evidence.of_address(core, address=whom, limit=views.MOST_SHOWN)
    days = await evidence.bounce_days(core, core.database, address_key=suppressions.target(whom).key)
    return views.explained(suppressions.target(whom).shown, found, heard, days)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo suppressions [TEXT]``: what is in force, the newest first."""
    found = await suppression_lists.in_force(core, text=" ".join(ask.words), limit=views.MOST_LISTED + 1)
    return views.listed(found)


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on Suppressions."""
    del press
    return views.listed(await suppression_lists.in_force(core, limit=views.MOST_LISTED + 1))


async def lift(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unsuppress ADDRESS|@DOMAIN reason…``.

    Raises:
        Misunderstood: The address or the reason is missing.
    """
    whom, said = _whom(ask.words, example=_TYPE[EXAMPLE])
    reason = " ".join(said)
    if not reason:
        example = f"`/plixo {_TYPE[EXAMPLE]}`"
        raise Misunderstood(say("Why may the address be mailed again? For example {example}.", example=example))
    return views.lifted(await suppressions.lift(core, address=whom, reason=reason[:LONGEST_REASON], actor=ask.actor))


def _whom(said: tuple[str, ...], *, example: str) -> tuple[str, tuple[str, ...]]:
    """Return the address or domain that the words begin with, and the rest of them."""
    typed = f"`/plixo {example}`"
    if not said:
        raise Misunderstood(
            say(
                "Which address? Write the whole e-mail address, or a domain behind an @. For example {example}.",
                example=typed,
            )
        )
    if named := asks.domain(said[0]):
        return named, said[1:]
    try:
        return asks.address(said[0], example=example), said[1:]
    except Misunderstood:
        hint = say(
            "{typed} is neither an address nor a domain. Write the whole e-mail address, or a domain behind an @."
            " For example {example}.",
            typed=repr(said[0][:80]),
            example=typed,
        )
        raise Misunderstood(hint) from None


COMMANDS: tuple[Command, ...] = (
    command(
        Group.STOPS,
        "suppress",
        "ADDRESS|@DOMAIN [legal|invalid|opted-out] [until DAY] reason…",
        Permission.HANDLE_SUPPRESSIONS,
        phrase("stops all mail to an address or a domain"),
        ADD,
        add,
        Permission.APPROVE_CREDITS,
    ),
    command(
        Group.STOPS,
        "suppression",
        "ADDRESS|@DOMAIN",
        Permission.VIEW,
        phrase("shows what keeps it back, and what mails said of it"),
        SHOW,
        show,
    ),
    command(
        Group.STOPS,
        "suppressions",
        "[TEXT]",
        Permission.VIEW,
        phrase("lists addresses that must not be mailed"),
        "suppressions acme",
        listed,
    ),
    command(
        Group.STOPS,
        "unsuppress",
        "ADDRESS|@DOMAIN reason…",
        Permission.HANDLE_SUPPRESSIONS,
        phrase("lets an address be mailed again"),
        EXAMPLE,
        lift,
    ),
)

BUTTONS: Mapping[Action, Route] = {Action.LIST_SUPPRESSIONS: Route(Permission.VIEW, press_list)}
