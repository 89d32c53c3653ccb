"""Piles: what waits for somebody's decision or answer, as App Home shows it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot import blocks, ids, text
from bot.blocks import Block
from domain.kernel.speech import counted, phrase, say
from domain.operations.desks import Pile, Waits

PILES: Mapping[Pile, str] = {
    Pile.DRAFTS: phrase("drafts of mails"),
    Pile.PLANS: phrase("payment plans"),
    Pile.CREDITS: phrase("credits"),
    Pile.WRITE_OFFS: phrase("write-offs and voids"),
    Pile.POLICY: phrase("policies"),
    Pile.FORWARDINGS: phrase("links that payers ask for somebody else"),
    Pile.ACCESS: phrase("requests for access"),
    Pile.ERASURES: phrase("erasures of personal data"),
    Pile.MAILS: phrase("mails of customers"),
    Pile.QUESTIONS: phrase("questions of payers"),
}

ANSWERS = (Pile.MAILS, Pile.QUESTIONS)
"""What waits for an answer; everything else waits for a decision."""


class Piled(Protocol):
    """Whatever knows what waits for somebody."""

    @property
    def piles(self) -> Mapping[Pile, Waits]:
        """What waits, by its kind."""


def decisions(shown: Piled) -> Sequence[Block]:
    """Return what waits for a decision."""
    return _piles(say("Waits for your decision"), shown, [each for each in Pile if each not in ANSWERS])


def answers(shown: Piled) -> Sequence[Block]:
    """Return what waits for an answer."""
    return _piles(say("Waits for an answer"), shown, ANSWERS)


def _piles(title: str, shown: Piled, piles: Sequence[Pile]) -> Sequence[Block]:
    found = [(each, shown.piles[each]) for each in piles if each in shown.piles]
    if not found:
        return []
    return [blocks.divider(), blocks.section(f"*{title}*"), *(_pile(pile, waits) for pile, waits in found)]


def _pile(pile: Pile, waits: Waits) -> Block:
    look = blocks.button(
        say("Look"),
        action=_BUTTONS.get(pile, ids.Action.HOME_LIST),
        value=_value(pile, waits),
        label=say("Look at what waits: {pile}", pile=say(PILES[pile])),
    )
    since = (
        say("the oldest since {since}", since=text.moment(waits.since))
        if waits.count > 1
        else say("since {since}", since=text.moment(waits.since))
    )
    return blocks.section(f"{_many(pile, waits.count)}, {since}", accessory=look)


def _many(pile: Pile, count: int) -> str:
    """Return how much waits in a pile."""
    match pile:
        case Pile.DRAFTS:
            return counted("*{n}* draft of a mail", "*{n}* drafts of mails", count)
        case Pile.PLANS:
            return counted("*{n}* payment plan", "*{n}* payment plans", count)
        case Pile.CREDITS:
            return counted("*{n}* credit", "*{n}* credits", count)
        case Pile.WRITE_OFFS:
            return counted("*{n}* write-off or void", "*{n}* write-offs and voids", count)
        case Pile.POLICY:
            return counted("*{n}* policy", "*{n}* policies", count)
        case Pile.FORWARDINGS:
            return counted(
                "*{n}* link that a payer asks for somebody else", "*{n}* links that payers ask for somebody else", count
            )
        case Pile.ACCESS:
            return counted("*{n}* request for access", "*{n}* requests for access", count)
        case Pile.ERASURES:
            return counted("*{n}* erasure of personal data", "*{n}* erasures of personal data", count)
        case Pile.MAILS:
            return counted("*{n}* mail of a customer", "*{n}* mails of customers", count)
        case Pile.QUESTIONS:
            return counted("*{n}* question of a payer", "*{n}* questions of payers", count)


_BUTTONS: Mapping[Pile, ids.Action] = {
    Pile.DRAFTS: ids.Action.LIST_DRAFTS,
    Pile.POLICY: ids.Action.SHOW_POLICY,
    Pile.ACCESS: ids.Action.LIST_ACCESS,
}
"""Piles that have a button of their own."""


def _value(pile: Pile, waits: Waits) -> str:
    if pile is Pile.POLICY:
        return ids.value(policy=waits.version)
    return ids.value() if pile in _BUTTONS else ids.value(seen=pile.value)
