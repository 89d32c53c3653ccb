"""Channels: who reads along decides what a command, a click and a revealed message are answered with."""

import json

import pytest

from bot.app import Bot
from bot.views import channels
from domain.kernel.core import Core
from domain.operations import noise
from tests.bot.conftest import ANNA, VERA, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.bot.test_telling import a_decline, a_quarantine, happened
from tests.builders import an_invoice

PUBLIC = {"is_private": False, "is_member": True}
EXTERNAL = {"is_private": True, "is_member": True, "is_ext_shared": True}


def value_of(message: dict[str, object], action: str) -> str:
    """Return what the button of that action carries."""
    found = [
        element["value"]
        for block in json.loads(json.dumps(message["blocks"]))
        for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
        if element.get("action_id") == action
    ]
    return str(found[0])


async def test_where_another_company_reads_along_a_command_gets_one_answer_only(
    core: Core, slack: FakeSlack, door: AtTheDoor
) -> None:
    slack.channel = EXTERNAL
    await an_invoice(core)

    answer = await door.say("invoice INV-1042")

    assert answer["text"] == channels.not_here().text
    assert "125.00" not in json.dumps(answer)


async def test_there_a_click_does_nothing_but_say_so(core: Core, slack: FakeSlack, door: AtTheDoor) -> None:
    slack.channel = EXTERNAL
    invoice = await an_invoice(core)

    answer = await door.press("link.regenerate", json.dumps({"v": 1, "invoice": str(invoice.id)}))

    assert answer["text"] == channels.not_here().text
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'link.regenerated'") == []


async def test_in_a_public_channel_a_command_is_answered_in_full_to_the_one_who_asks(
    core: Core, slack: FakeSlack, door: AtTheDoor
) -> None:
    slack.channel = PUBLIC
    await an_invoice(core)

    answer = await door.say("invoice INV-1042")

    assert "125,00 EUR" in json.dumps(answer)
    assert answer["response_type"] == "ephemeral"


@pytest.mark.parametrize("kind", ["case", "alone"])
async def test_what_is_left_out_is_revealed_to_one_person_and_that_is_written_down(
    core: Core, slack: FakeSlack, bot: Bot, door: AtTheDoor, kind: str
) -> None:
    slack.channel = PUBLIC
    event = a_decline(core, await an_invoice(core)) if kind == "case" else a_quarantine(core, "too deep indeed")
    await bot.jobs()["tell_operators"](entry_id=await happened(core, event))
    message = slack.in_channel()[0]

    answer = await door.press("details.reveal", value_of(message, "details.reveal"), by=VERA)

    secret = "125,00 EUR" if kind == "case" else "too deep indeed"
    assert secret not in json.dumps(slack.messages)
    assert secret in json.dumps(answer)
    (row,) = await core.database.rows("SELECT actor FROM timeline_entry WHERE kind = 'details.revealed'")
    assert row["actor"] == "Vera"


async def test_a_stranger_is_revealed_nothing(core: Core, slack: FakeSlack, bot: Bot, door: AtTheDoor) -> None:
    slack.channel = PUBLIC
    entry = await happened(core, a_quarantine(core, "too deep indeed"))
    await bot.jobs()["tell_operators"](entry_id=entry)

    answer = await door.press("details.reveal", value_of(slack.in_channel()[0], "details.reveal"), by="U0NOBODY")

    assert "too deep indeed" not in json.dumps(answer)
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'details.revealed'") == []


async def test_less_of_this_is_one_click_listed_and_lifted_by_another(
    core: Core, slack: FakeSlack, bot: Bot, door: AtTheDoor
) -> None:
    await bot.jobs()["tell_operators"](entry_id=await happened(core, a_quarantine(core)))
    less = value_of(slack.in_channel()[0], "noise.less")

    refused = await door.press("noise.less", less, by=VERA)
    muted = await door.press("noise.less", less)
    listed = await door.say("noise")
    lifted = await door.press("noise.lift", value_of(listed, "noise.lift"))

    assert "needs the right" in refused["text"]
    assert "mail quarantined" in muted["text"]
    assert listed["text"] == "1 kind of news is muted."
    assert lifted["text"] == "Nothing is muted."
    assert await noise.mutes(core) == ()


async def test_a_click_counts_as_something_that_the_message_led_to(
    core: Core, slack: FakeSlack, bot: Bot, door: AtTheDoor
) -> None:
    await bot.jobs()["tell_operators"](entry_id=await happened(core, a_decline(core, await an_invoice(core))))
    case = slack.in_channel()[0]
    click = door.click("invoice.why", value_of(case, "invoice.why"), by=ANNA).replace(
        "%22is_ephemeral%22", f"%22message_ts%22%3A+%22{case['ts']}%22%2C+%22is_ephemeral%22"
    )

    await door.post(click)
    await slack.answer()

    (heard,) = await noise.week(core, channel=CHANNEL)
    assert (heard.sent, heard.acted) == (1, 1)
