"""Short answers: done, refused, misunderstood, done already, out of date, try later."""

from bot import blocks, text
from bot.blocks import Block, Message
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.speech import say


def done(event: Event, *buttons: Block, note: str = "", replaces: bool = False) -> Message:
    """Return what was done, as the timeline tells it, perhaps with what can be done next."""
    number = f"{text.foreign(event.invoice_number)}: " if isinstance(event, InvoiceEvent) else ""
    sentence = f"{number}{text.said(event.told())}."
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            *([blocks.context(text.said(note))] if note else ()),
            *([blocks.actions(*buttons)] if buttons else ()),
        ),
        replaces=replaces,
    )


def said(sentence: str, *buttons: Block) -> Message:
    """Return a sentence of the product that may quote strangers, perhaps with what can be done next."""
    shown = text.said(sentence)
    return Message(text=shown, blocks=(blocks.section(shown), *([blocks.actions(*buttons)] if buttons else ())))


def refused(reason: str) -> Message:
    """Return a refusal in its own words."""
    return _sentence(text.said(reason))


def misunderstood(hint: str) -> Message:
    """Return what the command needs."""
    return _sentence(text.said(hint))


def unknown(typed: str, *, nearest: str | None) -> Message:
    """Return the answer to words that no command has."""
    known = text.foreign(typed, limit=60)
    if nearest:
        return _sentence(say("There is no command {typed}. Did you mean `{nearest}`?", typed=known, nearest=nearest))
    return _sentence(say("There is no command {typed}. `/plixo help` lists what you may do.", typed=known))


def out_of_date() -> Message:
    """Return the answer to a button that an older or newer version of the product made."""
    return _sentence(say("This button is out of date, and nothing was done. `/plixo help` lists what you may do."))


def window_lost() -> Message:
    """Return what is said when a form could not be shown."""
    return _sentence(say("Slack did not show the form in time, and nothing was done. Try again."))


def not_taken(why: str) -> Message:
    """Return what is said when a form turns out to be wrong after its fields are gone from the screen."""
    return _sentence(say("Nothing was done: {why} Fill in the form again.", why=text.said(why)))


def done_already(what: str) -> Message:
    """Return the answer to a second click."""
    return _sentence(say("{what} Nothing was done twice.", what=text.said(what)))


def try_later(request_id: str) -> Message:
    """Return the answer when the product itself has a problem."""
    return _sentence(
        say(
            "Plixo cannot answer at the moment. Try again in a minute. (Request {request})",
            request=text.foreign(request_id),
        )
    )


def access(*, reason: str, slack_id: str) -> Message:
    """Return how to get access."""
    account = text.foreign(slack_id, limit=30)
    return _sentence(say("{reason} Your Slack account is `{account}`.", reason=text.said(reason), account=account))


def _sentence(sentence: str) -> Message:
    return Message(text=sentence, blocks=(blocks.section(sentence),))
