"""Readiness in Slack: the board, its buttons as whoever clicks, and the override by two people."""

from typing import Any

import pytest_asyncio

from bot.asks import Click
from bot.blocks import Message
from bot.ids import Action
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import readiness, readiness_judging
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.test_views import elements
from tests.domain.operations.readiness_world import FakeWorld, a_book

CARL, CORA = "U0CARL", "U0CORA"


@pytest_asyncio.fixture(autouse=True)
async def controllers(core: Core, staff: None) -> None:
    """Carl and Cora control, and a customer cannot be written to."""
    for slack_id, name in ((CARL, "Carl"), (CORA, "Cora")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)
    await a_book(core, reachable=1, unreachable=1)
    await readiness_judging.judge(core, surroundings=FakeWorld())


async def _say(core: Core, text: str, *, by: str = ANNA) -> Message:
    return await in_words.say(core, text, slack_id=by)


async def _jobs(core: Core, name: str) -> int:
    row = await core.database.row("SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = %s", (name,))
    return int(row["n"]) if row else 0


def _value(message: Message, action: Action) -> Any:
    return next(each["value"] for each in elements(message.blocks) if each.get("action_id") == action)


def _offers(message: Message, action: Action) -> bool:
    return any(each.get("action_id") == action for each in elements(message.blocks))


async def test_the_board_names_what_holds_autopilot_and_what_to_do(core: Core) -> None:
    board = await _say(core, "readiness")

    assert "Autopilot is held by Contacts" in board.text
    assert "No mail waits for it" in board.text
    assert "1 of 2 open invoices" in str(board.blocks)
    assert _offers(board, Action.SMOKE_DISPUTE)


async def test_two_controllers_override_a_check_with_a_form_and_a_click(core: Core) -> None:
    modal = await in_words.form(core, Click(Action.OVERRIDE_CHECK, '{"v":1}', CARL))
    proposed = await in_words.submit(
        core,
        modal,
        {
            "check": {"selected_option": {"value": "contacts"}},
            "hours": {"selected_option": {"value": "24"}},
            "reason": {"value": "the list comes on Monday"},
        },
        slack_id=CARL,
    )
    board = await _say(core, "readiness", by=CORA)
    value = _value(board, Action.APPROVE_OVERRIDE)

    own = await in_words.press(core, Click(Action.APPROVE_OVERRIDE, value, CARL))
    agreed = await in_words.press(core, Click(Action.APPROVE_OVERRIDE, value, CORA))
    again = await in_words.press(core, Click(Action.APPROVE_OVERRIDE, value, CORA))
    await readiness_judging.judge(core, surroundings=FakeWorld())

    assert "to be overridden" in proposed.text
    assert "overridden" not in own.text
    assert "as Carl proposed" in agreed.text
    assert "decided already" in again.text
    assert not (await readiness.board(core)).closed


async def test_an_override_can_be_typed_declined_and_ended(core: Core) -> None:
    proposed = await _say(core, 'readiness override contacts "why not" until tomorrow 12:00', by=CARL)
    declined = await _say(core, "readiness decline contacts", by=CORA)
    none = await _say(core, "readiness approve contacts", by=CORA)
    ended = await _say(core, "readiness end contacts", by=CORA)

    assert ": why not; a second person decides" in proposed.text
    assert "is not overridden" in declined.text
    assert "waits for a second person" in none.text
    assert "is not overridden" in ended.text


async def test_who_is_no_controller_is_refused(core: Core) -> None:
    typed = await _say(core, 'readiness override contacts "why not" until tomorrow 12:00')
    pressed = await in_words.press(core, Click(Action.SMOKE_DISPUTE, '{"v":1}', VERA))

    assert "override readiness" in typed.text
    assert "work the queue" in pressed.text
    assert await _jobs(core, "smoke_dispute") == 0


async def test_a_click_sends_a_test_dispute_once(core: Core) -> None:
    for _ in range(2):
        answer = await in_words.press(core, Click(Action.SMOKE_DISPUTE, '{"v":1}', ANNA))

    assert "on its way" in answer.text
    assert await _jobs(core, "smoke_dispute") == 1


async def test_check_again_has_everything_judged_at_once(core: Core) -> None:
    await in_words.press(core, Click(Action.RECHECK_READINESS, '{"v":1}', VERA))

    assert await _jobs(core, "recheck_readiness") == 1


async def test_customers_without_contact_are_listed_and_sent_as_a_file(core: Core) -> None:
    listed = await _say(core, "readiness contacts")
    sent = await in_words.press(core, Click(Action.EXPORT_CONTACTLESS, '{"v":1}', ANNA))

    assert "1 line of customers without a contact" in listed.text
    assert "Customer 1" in str(listed.blocks)
    assert "being made" in sent.text
    assert await _jobs(core, "send_export") == 1
