"""Erasures in Slack: one person asks, another one agrees by a click, and every card says who did."""

import json
import logging
from typing import Any

import pytest
import pytest_asyncio

from bot import ids
from bot.app import Bot
from bot.ids import Action, FormId
from domain.deliverability import suppressions
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.models import TimelineEntry
from domain.operations import desks
from domain.operations.desks import Pile
from domain.operations.erasing import working
from domain.operations.erasing.models import Erasure
from domain.people import people
from domain.people.roles import Role
from plixo import tracing
from tests.bot import in_words
from tests.bot.conftest import VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack
from tests.bot.test_access import to, told
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.erasing.test_erasing import over
from tests.domain.operations.test_privacy import ZORA, a_history

CARL, CLEO = "U0CARL", "U0CLEO"


@pytest_asyncio.fixture(autouse=True)
async def controllers(core: Core, staff: None) -> None:
    """Carl and Cleo may manage people."""
    for slack_id, name in ((CARL, "Carl"), (CLEO, "Cleo")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)


async def test_one_person_asks_and_another_one_agrees(core: Core) -> None:
    await a_history(core)
    await over(core)

    asked = await in_words.say(core, f"privacy erase <mailto:{ZORA}|{ZORA}> she asked by letter", slack_id=CARL)
    own = await in_words.say(core, "privacy approve 1", slack_id=CARL)
    agreed = await in_words.say(core, "privacy approve 1", slack_id=CLEO)
    await working.erase(core, (await Erasure.get()).id)
    listed = await in_words.say(core, "privacy", slack_id=CARL)

    assert "erasure #1" in asked.text
    assert "invoices: 2" in str(asked.blocks)
    assert "somebody else has to approve" in own.text
    assert "Erasure #1 has begun" in agreed.text
    assert "1 erasure of personal data" in listed.text
    assert await left_of(core, ZORA) == []


async def test_who_may_not_manage_people_neither_asks_nor_looks(core: Core) -> None:
    await a_history(core)

    asked = await in_words.say(core, f"privacy erase {ZORA} she asked", slack_id=VERA)
    looked = await in_words.say(core, "privacy", slack_id=VERA)

    assert "right to manage people" in asked.text
    assert "right to manage people" in looked.text
    assert await Erasure.all().count() == 0


async def test_words_that_lack_whom_why_or_which_say_what_is_missing(core: Core) -> None:
    whom = await in_words.say(core, "privacy erase", slack_id=CARL)
    why = await in_words.say(core, f"privacy erase {ZORA}", slack_id=CARL)
    which = await in_words.say(core, "privacy approve soon", slack_id=CARL)
    declined = await in_words.say(core, "privacy decline 7 no", slack_id=CARL)

    assert "Whose data?" in whom.text
    assert "Why?" in why.text
    assert "Which erasure?" in which.text
    assert "No erasure #7 waits" in declined.text


async def asked(core: Core, *, by: str = CARL) -> str:
    """Ask for somebody to be erased; return what a button of that wish carries."""
    await a_history(core)
    await over(core)
    await in_words.say(core, f"privacy erase {ZORA} she asked by letter", slack_id=by)
    return ids.value(erasure=(await Erasure.get()).id)


def shown(messages: list[dict[str, Any]]) -> str:
    """Return all that stands in messages."""
    return json.dumps([[each.get("text"), each.get("blocks")] for each in messages], ensure_ascii=False)


async def test_each_who_decides_has_a_card_with_counts_and_buttons_and_whoever_asked_has_none(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor
) -> None:
    await asked(core)

    await told(core, bot, kind="erasure.proposed")
    await told(core, bot, kind="erasure.proposed")

    (card,) = to(slack, CLEO)
    listed = await in_words.say(core, "privacy", slack_id=CLEO)
    assert "• mails sent: 1" in shown([card])
    assert "• invoices: 2" in shown([card])
    assert to(slack, CARL) == []
    for each in (shown([card]), shown(slack.in_channel()), str(listed.blocks)):
        assert Action.APPROVE_ERASURE in each
        assert Action.DECLINE_ERASURE in each
        assert ZORA not in each


async def test_one_click_begins_it_and_every_card_says_who_clicked(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor
) -> None:
    value = await asked(core)
    await told(core, bot, kind="erasure.proposed")

    own = await door.press(Action.APPROVE_ERASURE, value, by=CARL)
    viewer = await door.press(Action.APPROVE_ERASURE, value, by=VERA)
    before = (await Erasure.get()).state
    agreed = await door.press(Action.APPROVE_ERASURE, value, by=CLEO)
    stale = await door.press(Action.APPROVE_ERASURE, value, by=CLEO)
    await told(core, bot, kind="erasure.begun")
    await bot.jobs()["redraw_chat"]()

    assert "somebody else has to approve" in own["text"]
    assert "right to manage people" in viewer["text"]
    assert before == "proposed"
    assert "Erasure #1 has begun" in agreed["text"]
    assert "Approved by Cleo" in shown([stale])
    for each in (*to(slack, CLEO), *to(slack, CARL), slack.in_channel()[0]):
        assert "Approved by Cleo" in shown([each])
        assert Action.APPROVE_ERASURE not in shown([each])
    assert len(to(slack, CARL)) == 1


async def test_a_click_on_decline_asks_for_the_reason_and_nothing_is_erased(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor
) -> None:
    value = await asked(core)
    await told(core, bot, kind="erasure.proposed")
    assert (await door.post(door.click(Action.DECLINE_ERASURE, value, by=CLEO)))[0] == 200
    form = await slack.window()

    empty = await door.submit(form, {"reason": " "}, by=CLEO)
    answer = await door.submit(form, {"reason": f"the contract of {ZORA} runs"}, by=CLEO)
    again = await door.submit(form, {"reason": "twice"}, by=CLEO)
    await told(core, bot, kind="erasure.declined")
    await bot.jobs()["redraw_chat"]()

    assert form["callback_id"] == FormId.DECLINE_ERASURE
    assert "reason" in empty["errors"]
    assert "Erasure #1 was declined: the contract of erased contact #1 runs" in json.dumps(answer)
    assert "No erasure #1 waits" in json.dumps(again)
    assert (await Erasure.get()).state == "declined"
    for each in (*to(slack, CLEO), *to(slack, CARL), slack.in_channel()[0]):
        assert "Declined by Cleo" in shown([each])
        assert Action.DECLINE_ERASURE not in shown([each])
    for each in (*to(slack, CLEO), *to(slack, CARL)):
        assert ": the contract of erased contact #1 runs" in shown([each])


async def test_lines_in_slack_that_named_the_person_are_drawn_anew(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor
) -> None:
    value = await asked(core)
    await suppressions.add(core, whom=ZORA, reason=Why.OPTED_OUT, note="Zora Quill called", actor=SHELL)
    entry = await TimelineEntry.get(kind="address.suppressed")
    await bot.jobs()["tell_operators"](entry_id=entry.id)
    before = shown(slack.in_channel())
    await door.press(Action.APPROVE_ERASURE, value, by=CLEO)
    await working.erase(core, (await Erasure.get()).id)

    jobs = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'redraw_lines' ORDER BY id")
    for each in jobs:
        await bot.jobs()["redraw_lines"](entry_ids=each["args"]["entry_ids"])

    after = shown(slack.in_channel())
    assert jobs
    assert "z…@acme.example" in before
    assert "erased contact #1" in after
    assert "z…@acme.example" not in after


async def test_neither_the_log_nor_a_trace_of_an_erasure_names_the_person(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor, caplog: pytest.LogCaptureFixture
) -> None:
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    kept = memory.InMemorySpanExporter()
    caplog.set_level(logging.DEBUG)
    await a_history(core)
    await over(core)

    with tracing.following(kept, parts="all", at_once=True):
        await door.say(f"privacy erase {ZORA} Zora Quill asked by letter", by=CARL)
        await told(core, bot, kind="erasure.proposed")
        value = ids.value(erasure=(await Erasure.get()).id)
        await door.press(Action.APPROVE_ERASURE, value, by=CLEO)
        await working.erase(core, (await Erasure.get()).id)
        await told(core, bot, kind="erasure.done")

    ours = [each for each in caplog.records if each.name.partition(".")[0] in {"bot", "domain", "plixo"}]
    written = "\n".join(json.dumps([each.getMessage(), each.__dict__], default=str) for each in ours)
    spans = " ".join(each.to_json() for each in kept.get_finished_spans())
    assert "command erasure.begun" in {each.name for each in kept.get_finished_spans()}
    assert [word for word in (ZORA, "z…@acme.example", "zora", "quill") if word in (written + spans).casefold()] == []


async def test_what_waits_for_a_second_person_stands_on_their_home_and_not_on_that_of_whoever_asked(
    core: Core, door: AtTheDoor
) -> None:
    await asked(core)
    piles = {
        each: await desks.piles(core, actor=await people.actor(core, slack_id=each)) for each in (CARL, CLEO, VERA)
    }
    press = ids.value(seen=Pile.ERASURES.value)

    listed = await door.press(Action.HOME_LIST, press, by=CLEO)
    refused = await door.press(Action.HOME_LIST, press, by=VERA)

    assert {each: Pile.ERASURES in piles[each] for each in piles} == {CARL: False, CLEO: True, VERA: False}
    assert Action.APPROVE_ERASURE in shown([listed])
    assert "right to manage people" in refused["text"]
