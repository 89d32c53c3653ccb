"""Maintenance in Slack: what it would hold back, one message that is kept current, and its buttons."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot import commands
from bot.app import Bot
from bot.asks import Click
from bot.filled import Misfilled
from bot.ids import Action
from bot.modals import Modal
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import maintenance
from domain.outreach import gates
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.bot.fake_slack import FakeSlack
from tests.bot.test_channels import value_of

CARL = "U0CARL"
ON = 'maintenance on "the bank moves" until 14:00'


@pytest_asyncio.fixture(autouse=True)
async def controller(core: Core, staff: None) -> None:
    """Carl may operate the product."""
    await people.grant(core, slack_id=CARL, name="Carl", role=Role.CONTROLLER, reason="test", actor=SHELL)


async def test_the_preview_switches_nothing_on(core: Core) -> None:
    shown = await in_words.say(core, "maintenance preview until 14:00", slack_id=VERA)

    assert "would hold back" in shown.text
    assert "plan-reminders" in str(shown.blocks)
    assert await gates.maintenance(core) is None


async def test_one_message_is_kept_current_until_it_is_over(core: Core, bot: Bot, slack: FakeSlack) -> None:
    show = bot.jobs()["show_maintenance"]
    on = await in_words.say(core, ON, slack_id=CARL)
    await show()
    first = dict(slack.messages[-1])
    value = value_of(first, Action.PROLONG_MAINTENANCE)
    longer = await in_words.press(core, Click(Action.PROLONG_MAINTENANCE, value, CARL))
    twice = await in_words.press(core, Click(Action.PROLONG_MAINTENANCE, value, CARL))
    await show()
    again = value_of(dict(slack.messages[-1]), Action.END_MAINTENANCE)
    ended = await in_words.press(core, Click(Action.END_MAINTENANCE, again, CARL))
    await show()

    assert "Until then 0 mails are queued" in str(on.blocks)
    assert "15:00 CET" in longer.text
    assert "has changed since" in twice.text
    assert "Maintenance is over" in ended.text
    assert len(slack.messages) == 1
    assert "Maintenance is over" in str(slack.messages[0]["text"])


async def the_form(core: Core) -> Modal:
    """Type the command without words."""
    answer = await commands.answer(core, "maintenance on", slack_id=CARL)
    assert isinstance(answer, Modal)
    return answer


async def test_without_words_a_form_asks_how_long_and_why(core: Core) -> None:
    modal = await the_form(core)
    chosen = {"hours": {"selected_option": {"value": "4"}}, "reason": "the bank moves"}
    done = await in_words.submit(core, modal, chosen, slack_id=CARL)

    closed = await gates.maintenance(core)
    assert "would hold back" in str(modal.view())
    assert "Until then 0 mails are queued" in str(done.blocks)
    assert closed is not None
    assert closed.until == core.clock.now() + timedelta(hours=4)


async def test_a_form_without_a_reason_switches_nothing_on(core: Core) -> None:
    modal = await the_form(core)
    with pytest.raises(Misfilled):
        await in_words.submit(core, modal, {"hours": {"selected_option": {"value": "4"}}, "reason": " "}, slack_id=CARL)

    assert await gates.maintenance(core) is None


async def test_who_may_only_look_neither_ends_nor_prolongs_it(core: Core, bot: Bot, slack: FakeSlack) -> None:
    await in_words.say(core, ON, slack_id=CARL)
    await bot.jobs()["show_maintenance"]()

    refused = await in_words.press(
        core, Click(Action.END_MAINTENANCE, value_of(dict(slack.messages[-1]), Action.END_MAINTENANCE), VERA)
    )
    prolonged = await in_words.say(core, "maintenance prolong until 18:00", slack_id=VERA)

    assert "right to operate" in refused.text
    assert "right to operate" in prolonged.text
    assert await gates.maintenance(core) is not None


async def test_it_is_prolonged_by_words(core: Core) -> None:
    await in_words.say(core, ON, slack_id=CARL)

    await in_words.say(core, "maintenance prolong until 18:00", slack_id=CARL)

    shown = await maintenance.board(core)
    assert shown is not None
    assert shown.until is not None
    assert shown.until - core.clock.now() == timedelta(hours=8)
