"""The owner of a dispute is asked whether the customer is right, in the talk with Plixo, with two buttons and a day."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot import ids
from bot.app import Bot
from bot.asks import Click
from bot.ids import Action
from domain.casework import absences, assignments
from domain.commitments import dispute_deadlines
from domain.commitments.dispute_queries import DisputeView
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import people, preferences
from domain.people.roles import Role
from domain.people.setting_words import Setting
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.fake_slack import FakeSlack
from tests.bot.test_access import to
from tests.bot.test_dispute_files import the_dispute
from tests.builders import an_invoice
from tests.clocks import StandingClock

BEN, CARLA = "U0BEN", "U0CARLA"

ASKED, OVER = "Is the customer right?", "In the hands of"


@pytest.fixture
async def crew(core: Core, staff: None) -> None:
    """Ben works disputes like Anna, Carla approves credits."""
    for slack_id, name, role in ((BEN, "Ben", Role.AR_OPERATOR), (CARLA, "Carla", Role.CONTROLLER)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def follow(core: Core, bot: Bot, kind: str) -> None:
    """Do the job that follows from the newest event of that kind, twice, as a job that died once."""
    row = await core.database.row("SELECT max(id) AS id FROM timeline_entry WHERE kind = %s", (kind,))
    assert row is not None
    for _ in range(2):
        await bot.jobs()["ask_dispute_owner"](entry_id=row["id"])


async def filed(core: Core, bot: Bot) -> DisputeView:
    """Let Anna file an objection for a customer."""
    invoice = await an_invoice(core, "INV-1042")
    await in_words.say(core, "dispute INV-1042 wrong_amount 25 the agreed price was lower", slack_id=ANNA)
    await follow(core, bot, "dispute.filed")
    return await the_dispute(core, invoice.id)


def shown(message: dict[str, Any]) -> str:
    """Return all that a message shows now."""
    return json.dumps(message["blocks"], ensure_ascii=False)


@pytest.mark.usefixtures("crew")
async def test_whoever_gets_a_dispute_is_asked_with_two_buttons_and_the_answer_ends_it(
    core: Core, bot: Bot, slack: FakeSlack
) -> None:
    dispute = await filed(core, bot)
    assert to(slack, ANNA) == [], "nobody looks after the customer, and who filed it knows"

    await in_words.say(core, f"dispute assign {dispute.reference} <@{BEN}>", slack_id=ANNA)
    await follow(core, bot, "dispute.assigned")
    (asked,) = to(slack, BEN)
    question = shown(asked)
    form = await in_words.form(core, Click(Action.DISPUTE_WRONG, ids.value(dispute=dispute.dispute_id), BEN))
    await in_words.submit(
        core, form, {"outcome": {"selected_option": {"value": "rejected"}}, "note": "It was agreed."}, slack_id=BEN
    )
    await follow(core, bot, "dispute.resolved")
    late = await in_words.press(core, Click(Action.DISPUTE_RIGHT, ids.value(dispute=dispute.dispute_id), BEN))

    buttons = [
        each["action_id"] for block in json.loads(question) if block["type"] == "actions" for each in block["elements"]
    ]
    assert buttons == [Action.DISPUTE_RIGHT, Action.DISPUTE_WRONG]
    assert "Your answer is due" in question
    assert "25.00 EUR is not asked for" in question.replace("25,00", "25.00")
    radio = next(each for each in form.blocks if each.get("block_id") == "outcome")["element"]
    assert radio["initial_option"]["value"] == "rejected"
    assert len(to(slack, BEN)) == 1
    assert "Rejected" in shown(to(slack, BEN)[0])
    assert Action.DISPUTE_WRONG not in shown(to(slack, BEN)[0])
    assert "Rejected" in json.dumps(late.blocks)


@pytest.mark.usefixtures("crew")
async def test_in_other_hands_the_question_is_over_for_the_first(core: Core, bot: Bot, slack: FakeSlack) -> None:
    dispute = await filed(core, bot)
    for slack_id, by in ((BEN, ANNA), (CARLA, BEN)):
        await in_words.say(core, f"dispute assign {dispute.reference} <@{slack_id}>", slack_id=by)
        await follow(core, bot, "dispute.assigned")

    assert f"{OVER} Carla" in shown(to(slack, BEN)[0])
    assert ASKED in shown(to(slack, CARLA)[0])
    await in_words.say(core, f"dispute resolve {dispute.reference} accepted the price was wrong", slack_id=CARLA)
    await follow(core, bot, "credit.proposed")
    assert "Waits for a credit" in shown(to(slack, CARLA)[0])


@pytest.mark.usefixtures("crew")
async def test_who_looks_after_the_customer_or_stands_in_is_asked_and_again_when_it_is_late(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    await an_invoice(core, "INV-1042")
    ben = await people.actor(core, slack_id=BEN)
    await assignments.assign(core, account="INV-1042", slack_id=BEN, actor=SHELL)
    carla = await people.actor(core, slack_id=CARLA)
    assert carla.id is not None
    await preferences.set(core, person_id=carla.id, setting=Setting.NOISE, value="alarms", actor=carla)
    await in_words.say(core, "dispute INV-1042 wrong_amount 25 the agreed price was lower", slack_id=ANNA)
    await follow(core, bot, "dispute.filed")
    await absences.plan(
        core, actor=ben, deputy_slack_id=CARLA, from_at=clock.now(), until=clock.now() + timedelta(days=60)
    )
    clock.advance(days=30)
    await dispute_deadlines.watch(core)

    await follow(core, bot, "dispute.late")

    assert ASKED not in shown(to(slack, BEN)[0]), "it is with whoever stands in for him"
    (late,) = to(slack, CARLA)
    assert "(late)" in shown(late), "an alarm passes to whoever wants to hear alarms only"


@pytest.mark.usefixtures("crew")
async def test_who_cannot_decide_and_who_took_it_up_are_not_asked(core: Core, bot: Bot, slack: FakeSlack) -> None:
    await an_invoice(core, "INV-1042")
    await assignments.assign(core, account="INV-1042", slack_id=VERA, actor=SHELL)
    await in_words.say(core, "dispute INV-1042 wrong_amount 25 the agreed price was lower", slack_id=ANNA)
    await follow(core, bot, "dispute.filed")
    await in_words.say(core, "dispute take INV-1042", slack_id=BEN)
    await follow(core, bot, "dispute.assigned")

    assert to(slack, VERA) == to(slack, BEN) == []
