"""Digests in Slack: once to its reader, with the picture below, whatever goes wrong between the two."""

from datetime import date, timedelta
from uuid import UUID

import pytest_asyncio

from bot import blocks
from bot.app import Bot
from bot.ids import Action
from bot.views import digest as digest_views
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import digest_words, digests
from domain.operations.digest_contents import Kind
from domain.operations.digest_words import Topic
from domain.people import people
from domain.people.roles import Role
from tests.bot.conftest import VERA, AtTheDoor
from tests.bot.digest_views_made import a_digest
from tests.bot.fake_slack import FakeSlack
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.operations.reports.books import disputed, euros, promised

MARA = "U0MARA"


@pytest_asyncio.fixture
async def digest(core: Core, clock: StandingClock) -> str:
    """Mara manages; her digest of a day with news is planned. Return its id."""
    await people.grant(core, slack_id=MARA, name="Mara", role=Role.AR_MANAGER, reason="test", actor=SHELL)
    clock.advance(days=1)
    invoice = await an_invoice(core, "A", account=await an_account(core, "<!channel> Ltd"), amount=euros(100))
    await promised(core, invoice, euros(50), date(2026, 3, 11))
    assert await digests.plan(core) == 1
    row = await core.database.row("SELECT id FROM digest")
    assert row is not None
    found: UUID = row["id"]
    return str(found)


async def test_it_comes_once_however_often_its_job_runs(core: Core, bot: Bot, slack: FakeSlack, digest: str) -> None:
    for _ in range(3):
        await bot.jobs()["tell_digest"](digest_id=digest)

    (told,) = slack.messages
    assert "Your digest of 10 Mar 2026" in str(told)
    assert "&lt;!channel&gt; Ltd" in str(told)
    assert len(slack.uploaded) == 1
    assert slack.uploaded[0].startswith(b"\x89PNG")


async def test_a_job_that_died_after_the_message_brings_the_picture_only(
    core: Core, bot: Bot, slack: FakeSlack, digest: str
) -> None:
    await bot.jobs()["tell_digest"](digest_id=digest)
    await core.database.execute("DELETE FROM chat_message WHERE key LIKE '%%:chart'")

    await bot.jobs()["tell_digest"](digest_id=digest)

    assert len(slack.messages) == 1
    assert len(slack.uploaded) == 2


async def test_a_day_without_news_is_not_told(core: Core, bot: Bot, slack: FakeSlack, digest: str) -> None:
    await core.database.execute("DELETE FROM promise")

    await bot.jobs()["tell_digest"](digest_id=digest)

    assert slack.messages == []


async def test_whoever_asks_is_shown_it_at_once(core: Core, door: AtTheDoor) -> None:
    await promised(core, await an_invoice(core, "A"), euros(50), date(2026, 3, 10))

    typed = await door.say("digest", by=VERA)
    weekly = await door.say("digest weekly", by=VERA)
    pressed = await door.press("digest.now", '{"v":1}', by=VERA)
    wrong = await door.say("digest yearly", by=VERA)

    assert "due: 1 (" in str(typed)
    assert "The week from" in str(weekly)
    assert "due: 1 (" in str(pressed)
    assert "`weekly`" in str(wrong)


async def test_every_part_has_a_button_that_opens_the_list_behind_it(core: Core, door: AtTheDoor, digest: str) -> None:
    del core, digest
    shown = digest_views.digest(a_digest("Acme Ltd", kind=Kind.WEEKLY))
    told = digest_words.parts(a_digest("Acme Ltd", kind=Kind.WEEKLY), named=str)
    topics = [each.title for each in told if each.topic is not Topic.DECISIONS]
    parts = [each for each in shown.blocks if "accessory" in each and each["text"]["text"].startswith("*")]
    opened = {each["text"]["text"].partition("\n")[0].strip("*"): each["accessory"] for each in parts}

    answers = {title: await door.press(opened[title]["action_id"], opened[title]["value"], by=MARA) for title in topics}

    assert set(topics) <= set(opened), "decisions have buttons of their own"
    assert [title for title, each in answers.items() if "any more" in each["text"] or not each["blocks"]] == []


async def test_lines_about_one_thing_have_a_button_that_leads_to_it(core: Core, door: AtTheDoor) -> None:
    invoice = await an_invoice(core, "A", account=await an_account(core, "R&D Ltd"), amount=euros(500))
    yesterday = core.clock.now() - timedelta(days=1)
    await promised(core, invoice, euros(50), date(2026, 3, 6), state="broken", judged_at=yesterday)
    await disputed(core, invoice, euros(70), yesterday, due=core.clock.now(), risk=core.clock.now())

    shown = await door.say("digest", by=VERA)
    ways = {
        each["accessory"]["action_id"]: each["accessory"]
        for each in shown["blocks"]
        if "accessory" in each and each["accessory"]["text"]["text"] == "Show"
    }
    opened = {action: await door.press(action, way["value"], by=VERA) for action, way in ways.items()}

    assert set(ways) == {Action.SHOW_ACCOUNT, Action.SHOW, Action.SHOW_DISPUTE}
    assert ways[Action.SHOW]["accessibility_label"].startswith("Show R&D Ltd, A: 50,00 EUR promised by")
    assert "A" in opened[Action.SHOW]["text"]
    assert "R&amp;D Ltd" in opened[Action.SHOW_ACCOUNT]["text"]
    assert "70,00 EUR" in str(opened[Action.SHOW_DISPUTE])


def test_a_digest_of_everything_leaves_room_for_what_is_put_below_it() -> None:
    shown = digest_views.digest(a_digest("x" * 300, many=9999, kind=Kind.WEEKLY))

    assert len(shown.blocks) < blocks.MOST_BLOCKS
    assert blocks.problems(shown) == ()
