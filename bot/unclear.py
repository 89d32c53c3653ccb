"""Unclear: a number that no invoice has, or a name that several customers have, answered by what may be meant."""

from bot.blocks import Message
from bot.views import accounts as account_views
from bot.views import answers
from bot.views import searches as search_views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.ledger.refusals import AccountUnclear, InvoiceNotFound
from domain.operations import near_misses

LONGEST_COMMAND = 200
"""A longer one is not written out again."""


async def invoice(core: Core, no: InvoiceNotFound, actor: Actor, *, words: tuple[str, ...]) -> Message:
    """Return that there is no such invoice, with those that may have been meant; *words* are the whole command."""
    near = await near_misses.of(core, number=no.number) if Permission.VIEW in actor.may else ()
    if not near:
        return answers.refused(str(no))
    return search_views.meant(str(no), near, typed=words, number=no.number)


def customer(no: AccountUnclear, *, words: tuple[str, ...]) -> Message:
    """Return the customers among which the reader chooses; *words* are the whole command."""
    typed = " ".join(words)
    places = typed.casefold().count(no.text.casefold())
    again = ""
    if places == 1 and len(typed) <= LONGEST_COMMAND and "{" not in typed and "}" not in typed:
        place = typed.casefold().index(no.text.casefold())
        again = f"{typed[:place]}{{}}{typed[place + len(no.text) :]}"
    return account_views.choices(no.choices, asked=no.text, again=again)
