"""The code of a digest address: that one is mailed, and where it is typed in."""

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.modals import Modal
from domain.kernel.speech import say
from domain.people.events import AddressCodeAsked
from domain.people.preferences import Preferences


def asked(event: AddressCodeAsked) -> Message:
    """Return that a code is on its way, with what is done with it."""
    sentence = text.said(f"{event.told()}.")
    return Message(
        text=sentence,
        blocks=(blocks.section(sentence), blocks.actions(*buttons()), blocks.context(hint())),
    )


def buttons() -> tuple[Block, ...]:
    """Return the ways to confirm an address."""
    enter = blocks.button(
        say("Enter the code…"),
        action=ids.Action.ENTER_CODE,
        value=ids.value(),
        label=say("Type in the code that was mailed to your digest address"),
    )
    anew = blocks.button(
        say("Mail a new code"),
        action=ids.Action.NEW_CODE,
        value=ids.value(),
        label=say("Mail another code to your digest address"),
    )
    return enter, anew


def hint() -> str:
    """Return how a code is typed in words."""
    return say("Or in words: `/plixo settings code 123456`. Until then your digest comes in Slack.")


def form(mine: Preferences) -> Modal:
    """Return the form for the code."""
    address = text.foreign(mine.address) if mine.address else say("none: no digest by mail")
    return Modal(
        title=say("Enter the code…"),
        form=ids.FormId.ENTER_CODE,
        submit=say("Confirm"),
        blocks=(
            blocks.section(address),
            inputs.text("code", say("Code from the mail"), most=12, hint=say("Six digits; look into spam as well.")),
        ),
    )
