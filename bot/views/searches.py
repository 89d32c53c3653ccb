"""What searches find: the choices of a field, and the invoices that a mistyped number may have meant."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.inputs import Option
from domain.kernel.speech import say
from domain.operations.searches import Customer, Match


def invoice(match: Match) -> Option:
    """Return an invoice as one of the choices of a field."""
    named = f"{text.plain(match.invoice_number, limit=30)} · {text.plain(match.account_name, limit=40)}"
    return Option(named, str(match.invoice_id), _stands(match))


def customer(found: Customer) -> Option:
    """Return a customer as one of the choices of a field."""
    number = f" ({text.plain(found.number, limit=20)})" if found.number else ""
    return Option(
        f"{text.plain(found.name, limit=50)}{number}", str(found.account_id), say("{sum} open", sum=found.exposure)
    )


def meant(no: str, near: Sequence[Match], *, typed: Sequence[str], number: str) -> Message:
    """Return that there is no such invoice, with those that may have been meant; *typed* is the whole command."""
    numbers = [text.foreign(each.invoice_number) for each in near]
    asked = (
        say("Did you mean {numbers} or {last}?", numbers=", ".join(numbers[:-1]), last=numbers[-1])
        if len(numbers) > 1
        else say("Did you mean {number}?", number="".join(numbers))
    )
    sentence = f"{text.said(no)} {asked}"
    return Message(
        text=sentence,
        blocks=(blocks.section(sentence), *(_meant(each, _again(typed, number, each)) for each in near)),
    )


def _meant(match: Match, again: str) -> Block:
    told = _stands(match) if match.balance else say("nothing open")
    return blocks.section(
        f"*{text.foreign(match.invoice_number)}*  {text.foreign(match.account_name)}\n{told}{again}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=match.invoice_id),
            label=say("Show {number}", number=text.plain(match.invoice_number, limit=50)),
        ),
    )


def _stands(match: Match) -> str:
    return say("{balance} open, {overdue}", balance=match.balance, overdue=text.overdue(match.days_past_due))


def _again(typed: Sequence[str], number: str, match: Match) -> str:
    """Return the command with the number that may have been meant in its place; nothing when it cannot be told."""
    places = [place for place, word in enumerate(typed) if word.strip("`'\".,;:<>") == number]
    if len(places) != 1 or len(typed) < 2:
        return ""
    said = [*typed[: places[0]], match.invoice_number, *typed[places[0] + 1 :]]
    return f"\n`/plixo {text.foreign(' '.join(said), limit=160)}`"
