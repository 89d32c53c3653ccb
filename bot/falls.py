"""Falls: invoices that ledger files lowered without saying why, listed, and told by a person what it was."""

import re
from datetime import date

from bot import asks, words
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from bot.views import falls as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import falls
from domain.ledger.falls import Cause
from domain.operations import cases

EXAMPLE = "lowered INV-1042 credit 80 returned goods, credit note of 3 March"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


async def decide(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo lowered INV payment|credit|correction [AMOUNT] [on DAY] [reason…]``.

    Raises:
        Misunderstood: Invoice or cause is missing, or the amount or day cannot be read.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    cause = _cause(rest)
    case = await cases.case(core, invoice_number=number)
    amount, count = words.leading_amount(rest[1:], currency=case.balance.currency) or (None, 0)
    day, said = _day(rest[1 + count :])
    event = await falls.decide(
        core, invoice_number=number, cause=cause, amount=amount, reason=" ".join(said), received_on=day, actor=ask.actor
    )
    return answers.done(event)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo lowered list``."""
    return views.waiting(await falls.waiting(core, actor=ask.actor))


def _cause(rest: tuple[str, ...]) -> Cause:
    word = rest[0].casefold() if rest else ""
    if word not in set(Cause):
        raise Misunderstood(
            say("What was it: payment, credit or correction? For example `/plixo {example}`.", example=EXAMPLE)
        )
    return Cause(word)


def _day(rest: tuple[str, ...]) -> tuple[date | None, tuple[str, ...]]:
    at = 1 if rest and rest[0].casefold() == "on" else 0
    if len(rest) <= at or not _DAY.fullmatch(rest[at]):
        return None, rest
    try:
        return date.fromisoformat(rest[at]), rest[at + 1 :]
    except ValueError:
        raise Misunderstood(say("{day} is no day of the calendar.", day=rest[at])) from None


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "lowered",
        "INV payment|credit|correction [AMOUNT] [on DAY] [reason…]",
        Permission.APPLY_CASH,
        phrase("tells what a ledger file took off without saying why"),
        EXAMPLE,
        decide,
        Permission.APPROVE_CREDITS,
    ),
    command(
        Group.MONEY,
        "lowered list",
        "",
        Permission.VIEW,
        phrase("lists invoices of which nobody has told it yet"),
        "lowered list",
        listed,
    ),
)
