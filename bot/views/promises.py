"""Promises as the operators see them: why nothing is left to promise, and whom a confirmation goes to."""

from bot import blocks, text
from bot.blocks import Message
from domain.commitments.pauses import Paused
from domain.kernel import sentences
from domain.kernel.speech import say
from domain.outreach.confirmations import Confirmation

MOST_NAMED = 3


def nothing_left(number: str, paused: Paused) -> Message:
    """Return why nothing of an invoice may be promised."""
    invoice = text.foreign(number)
    sentence = say("Nothing of {invoice} is left to promise.", invoice=invoice)
    if paused.why:
        why = text.said(sentences.said(paused.why), limit=300)
        sentence = say("Nothing of {invoice} is left to promise ({why}).", invoice=invoice, why=why)
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def confirmed(mail: Confirmation | None) -> str:
    """Return whom the mail reaches that confirms what is noted; None: it is not known yet whose invoice it is."""
    if mail is None:
        return say("The customer's billing contacts get a confirmation by mail.")
    if not mail.reached:
        if not mail.kept:
            return say("The customer gets no confirmation: nobody there has an address on file.")
        return say("The customer gets no confirmation: no mail may go to {addresses}.", addresses=_named(mail.kept))
    goes = say("The customer gets a confirmation by mail, to {addresses}.", addresses=_named(mail.reached))
    if not mail.kept:
        return goes
    return f"{goes} {say('No mail may go to {addresses}.', addresses=_named(mail.kept))}"


def _named(addresses: tuple[str, ...]) -> str:
    more = len(addresses) - MOST_NAMED
    return ", ".join([*addresses[:MOST_NAMED], *([f"+{more}"] if more > 0 else [])])
