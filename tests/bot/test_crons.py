"""Crons in Slack: the list, the form that pauses one, and letting it go on."""

from typing import Any

import pytest_asyncio

from bot.asks import Click
from bot.blocks import Message
from bot.ids import Action
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import cron_pauses
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.bot.test_views import elements

CARL = "U0CARL"


@pytest_asyncio.fixture(autouse=True)
async def controller(core: Core, staff: None) -> None:
    """Carl may operate the product."""
    await people.grant(core, slack_id=CARL, name="Carl", role=Role.CONTROLLER, reason="test", actor=SHELL)


def _value(message: Message, action: Action) -> Any:
    return next(each["value"] for each in elements(message.blocks) if each.get("action_id") == action)


async def test_a_cron_is_paused_by_a_form_and_resumed_by_a_click(core: Core) -> None:
    listed = await in_words.say(core, "cron", slack_id=CARL)
    modal = await in_words.form(core, Click(Action.PAUSE_CRON, _value(listed, Action.PAUSE_CRON), CARL))
    paused = await in_words.submit(
        core, modal, {"hours": {"selected_option": {"value": "4"}}, "reason": "the books move"}, slack_id=CARL
    )
    again = await in_words.say(core, "cron", slack_id=CARL)
    resumed = await in_words.press(core, Click(Action.RESUME_CRON, _value(again, Action.RESUME_CRON), CARL))

    assert "plan-reminders is paused until" in paused.text
    assert "1 cron is paused" in again.text
    assert "plan-reminders runs again" in resumed.text


async def test_a_cron_is_paused_by_words_with_a_warning(core: Core) -> None:
    paused = await in_words.say(core, 'cron pause audit-balances "the books move" until tomorrow', slack_id=CARL)

    assert "audit-balances is paused until" in paused.text
    assert "A balance that is wrong" in str(paused.blocks)
    assert set(await cron_pauses.in_force(core)) == {"audit-balances"}


async def test_who_may_only_look_pauses_nothing(core: Core) -> None:
    refused = await in_words.say(core, 'cron pause audit-balances "no" until tomorrow', slack_id=VERA)

    assert "right to operate" in refused.text
    assert await cron_pauses.in_force(core) == {}


async def test_words_that_lack_name_reason_or_end_say_what_is_missing(core: Core) -> None:
    name = await in_words.say(core, "cron pause", slack_id=CARL)
    end = await in_words.say(core, "cron pause audit-balances because", slack_id=CARL)
    reason = await in_words.say(core, "cron pause audit-balances until tomorrow", slack_id=CARL)

    assert "Which cron?" in name.text
    assert "Until when?" in end.text
    assert "Why?" in reason.text
