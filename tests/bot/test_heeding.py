"""Heeding: who wants to hear less by name is sent less; what needs them still comes, and old messages stay current."""

import json
from typing import Any
from uuid import uuid4

import pytest

from bot import heeding, ids
from bot.app import Bot
from bot.heeding import Weight
from bot.ids import Action
from domain.casework.events import CaseHandedOver
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.people import access, access_lists, grants, people, preferences
from domain.people.roles import Role
from domain.people.setting_words import Noise, Setting
from tests.bot import in_words
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.bot.test_access import told
from tests.builders import an_invoice
from tests.clocks import StandingClock

CARLA = "U0CARLA"


@pytest.fixture
async def carla(core: Core, staff: None) -> None:
    """Carla decides who gets a role."""
    await people.grant(core, slack_id=CARLA, name="Carla", role=Role.CONTROLLER, reason="test", actor=SHELL)


async def wants_less(core: Core, slack_id: str, noise: Noise) -> None:
    """Let somebody hear less."""
    person = await people.actor(core, slack_id=slack_id)
    assert person.id is not None
    await preferences.set(core, person_id=person.id, setting=Setting.NOISE, value=noise.value, actor=person)


def to(slack: FakeSlack, slack_id: str) -> list[dict[str, Any]]:
    """Return what one person was written."""
    return [each for each in slack.messages if each["channel"] == f"D{slack_id[1:]}"]


@pytest.mark.parametrize(("noise", "cards"), [(Noise.ALL, 1), (Noise.MINE, 1), (Noise.ALARMS, 0)])
async def test_a_request_to_decide_comes_to_who_wants_to_hear_what_needs_them(
    core: Core, bot: Bot, slack: FakeSlack, carla: None, noise: Noise, cards: int
) -> None:
    await wants_less(core, CARLA, noise)
    await in_words.say(core, "access request Viewer I audit you", slack_id=STRANGER)

    await told(core, bot, kind="access.asked")

    assert len(to(slack, CARLA)) == cards
    assert [each["channel"] for each in slack.messages].count(CHANNEL) == 1, "the channel hears of it all the same"


@pytest.mark.parametrize(("noise", "heard"), [(Noise.ALL, [True, False]), (Noise.MINE, [True]), (Noise.ALARMS, [])])
async def test_a_role_that_ends_soon_needs_its_holder_and_one_that_ended_only_concerns_them(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock, carla: None, noise: Noise, heard: list[bool]
) -> None:
    await in_words.say(core, f"role grant <@{VERA}> Legal for 4 hours a case", slack_id=CARLA)
    await wants_less(core, VERA, noise)
    for hours in (3, 1):
        clock.advance(hours=hours)
        await grants.end_due(core)

    await told(core, bot, kind="role.ends_soon")
    await told(core, bot, kind="role.ended")

    assert ["You are *Legal* until" in each["text"] for each in to(slack, VERA)] == heard


async def test_a_card_that_was_sent_before_is_kept_current(core: Core, bot: Bot, slack: FakeSlack, carla: None) -> None:
    await in_words.say(core, "access request Viewer I audit you", slack_id=STRANGER)
    await told(core, bot, kind="access.asked")
    await wants_less(core, CARLA, Noise.ALARMS)
    (card,) = await access_lists.waiting(core, actor=SHELL)

    await access.approve(core, access_id=card.access_id, actor=SHELL)
    await told(core, bot, kind="access.approved")

    (message,) = to(slack, CARLA)
    assert Action.APPROVE_ACCESS not in json.dumps(message["blocks"])


@pytest.mark.parametrize(("noise", "called"), [(Noise.ALL, ANNA), (Noise.MINE, ANNA), (Noise.ALARMS, "")])
async def test_who_gets_a_case_is_called_by_name_unless_only_alarms_are_wanted(
    core: Core, staff: None, noise: Noise, called: str
) -> None:
    invoice, anna = await an_invoice(core), await people.actor(core, slack_id=ANNA)
    assert anna.id is not None
    await wants_less(core, ANNA, noise)
    event = CaseHandedOver(
        invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, task_id=uuid4(),
        to_id=anna.id, to_name="Anna", words="call them", **by(SHELL, core.clock.now()),
    )  # fmt: skip

    assert await heeding.called(core, [event]) == called


async def test_whoever_has_no_role_hears_everything(core: Core) -> None:
    assert await heeding.wants(core, slack_id=STRANGER, weight=Weight.CONCERNS)


async def test_a_stranger_takes_his_request_back_by_a_click(door: AtTheDoor, core: Core, carla: None) -> None:
    answer = await door.say("access request Viewer I audit you", by=STRANGER)
    (card,) = await access_lists.waiting(core, actor=SHELL)
    value = ids.value(access=card.access_id)

    foreign = await door.press(Action.WITHDRAW_ACCESS, value, by="U0OTHER")
    back = await door.press(Action.WITHDRAW_ACCESS, value, by=STRANGER)
    again = await door.press(Action.WITHDRAW_ACCESS, value, by=STRANGER)

    assert value in json.dumps(answer["blocks"]).replace('\\"', '"')
    assert "taken back" not in foreign["text"]
    assert "was taken back" in back["text"]
    assert "withdrawn" in again["text"]
    assert await access_lists.waiting(core, actor=SHELL) == ()
