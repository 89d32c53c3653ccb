"""`/plixo report`: shown, filtered, and what is wrong with it said."""

import json
from typing import Any

from bot.app import Bot
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.bot.conftest import STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros


async def test_a_report_is_shown_of_the_days_and_the_currency_that_were_asked_for(core: Core, door: AtTheDoor) -> None:
    await an_invoice(core, "A", account=await an_account(core, "<!channel> Ltd"), amount=euros(100))
    await an_invoice(core, "B", account=await an_account(core, "Tokyo KK"), amount=Money(500, "JPY"))

    whole = str(await door.say("report exposures", by=VERA))
    yen = str(await door.say("report exposures jpy", by=VERA))
    week = str(await door.say("report", by=VERA))
    dso = str(await door.say("report dso 30", by=VERA))

    assert "&lt;!channel&gt; Ltd" in whole
    assert "Tokyo KK" in yen
    assert "channel" not in yen.replace("in_channel", "")
    assert "Largest exposures" in week
    assert "8 Feb 2026" in dso


async def test_what_is_no_report_is_said_and_strangers_see_none(door: AtTheDoor) -> None:
    wrong = str(await door.say("report everything", by=VERA))
    days = str(await door.say("report dso 0", by=VERA))
    stranger = str(await door.say("report", by=STRANGER))

    assert "says nothing about a report" in wrong
    assert "731" in days
    assert "Weekly report" not in stranger


async def test_a_report_is_taken_along_as_paper_and_as_table(
    core: Core, door: AtTheDoor, bot: Bot, slack: FakeSlack
) -> None:
    await an_invoice(core, "A", account=await an_account(core, "Acme Ltd"), amount=euros(100))

    paper = str(await door.say("report exposures last month as pdf for acme", by=VERA))
    table = str(await door.say('report exposures eur customer "Acme Ltd" as csv', by=VERA))
    digest = str(await door.say("digest weekly as pdf", by=VERA))
    for job in await queued_exports(core):
        await bot.jobs()["send_export"](**job)
        await bot.jobs()["send_export"](**job)  # it may run twice

    assert "The report is being made" in paper
    assert "The report is being made" in table
    assert "The digest is being made" in digest
    first, second, third = slack.uploaded
    assert first.startswith(b"%PDF")
    assert b"Acme Ltd" in second
    assert third.startswith(b"%PDF")


async def test_a_file_that_cannot_be_is_refused_before_anybody_waits(core: Core, door: AtTheDoor) -> None:
    nobody = str(await door.say("report dso as pdf customer nobody", by=VERA))
    segment = str(await door.say("report dso as csv segment nothing", by=VERA))
    days = str(await door.say("report dso as csv 5000 days", by=VERA))

    assert "nobody" in nobody
    assert "everyone" in segment
    assert "731" in days
    assert await queued_exports(core) == []


async def test_a_file_that_was_given_up_is_told_with_what_to_type_again(
    core: Core, door: AtTheDoor, bot: Bot, slack: FakeSlack
) -> None:
    await door.say("report dso 30 as pdf", by=VERA)
    (job,) = await queued_exports(core)

    await bot.jobs()["tell_export_given_up"](**job)

    assert "/plixo report dso 30d as pdf" in str(slack.messages)


async def queued_exports(core: Core) -> list[dict[str, Any]]:
    """Return what the jobs that make files are told."""
    rows = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'send_export' ORDER BY id")
    found = [json.loads(row["args"]) if isinstance(row["args"], str) else dict(row["args"]) for row in rows]
    return [{name: each[name] for name in ("export_id", "what", "words", "chat_id", "channel")} for each in found]
