"""In words: what the bot says to a click or a command that is answered by words and not by a form."""

from bot import actions, commands
from bot.asks import Click
from bot.blocks import Message
from bot.modals import Modal
from domain.kernel.core import Core


async def press(core: Core, click: Click) -> Message:
    """Click, and return the words."""
    answer = await actions.press(core, click)
    assert isinstance(answer, Message), "a form was shown"
    return answer


async def say(core: Core, typed: str, *, slack_id: str) -> Message:
    """Type a command, and return the words."""
    answer = await commands.answer(core, typed, slack_id=slack_id)
    assert isinstance(answer, Message), "a form was shown"
    return answer


async def form(core: Core, click: Click) -> Modal:
    """Click, and return the form."""
    answer = await actions.press(core, click)
    assert isinstance(answer, Modal), answer
    return answer
