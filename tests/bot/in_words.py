"""In words: what the bot says to a click or a command that is answered by words and not by a form."""

from typing import Any

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


async def submit(core: Core, modal: Modal, values: dict[str, Any], *, slack_id: str) -> Message:
    """Submit a form, and return the words; a field's value is an element's state, or just its words."""
    state = {name: {"v": each if isinstance(each, dict) else {"value": each}} for name, each in values.items()}
    answer = await actions.submit(core, modal.view() | {"state": {"values": state}}, slack_id=slack_id)
    assert isinstance(answer, Message), "another form was shown"
    return answer
