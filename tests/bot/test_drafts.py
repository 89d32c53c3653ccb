"""Drafts in Slack: who may not approve sees why, several are approved together, edits are confirmed, Undo goes away."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app as bot_app
from bot import ids
from bot.asks import Click
from bot.blocks import Message
from bot.ids import Action
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Account, Invoice
from domain.operations import short_ids
from domain.outreach import draft_lists
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, SECRET, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.builders import a_contact, an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

MIA, CARL = "U0MIA", "U0CARL"


@pytest_asyncio.fixture(autouse=True)
async def bosses(core: Core, staff: None) -> None:
    """Mia manages, Carl controls."""
    for slack_id, name, role in ((MIA, "Mia", Role.AR_MANAGER), (CARL, "Carl", Role.CONTROLLER)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def a_draft(core: Core, number: str = "INV-1042", *, to: str = "anna@acme.example") -> Mailing:
    """Store a draft about a new invoice."""
    return await a_reminder(core, await an_invoice(core, number, email=to), state="drafted", needs=["Shadow Mode"])


async def pressed(core: Core, action: Action, mailing: Mailing | None = None, *, by: str = MIA, **also: Any) -> Message:
    """Click a button and return the words."""
    value = ids.value(**({"mailing": mailing.id} if mailing else {}), **also)
    return await in_words.press(core, Click(action, value, by))


async def edited(core: Core, mailing: Mailing, values: dict[str, Any], *, by: str = MIA) -> Message:
    """Save other words of a draft."""
    form = await in_words.form(core, Click(Action.EDIT_DRAFT, ids.value(mailing=mailing.id), by))
    return await in_words.submit(core, form, values, slack_id=by)


def elements(message: Message) -> dict[str, dict[str, Any]]:
    """Return the buttons in a row of a message, by what they do."""
    rows = [each for block in message.blocks for each in block.get("elements", ())]
    return {each["action_id"]: each for each in rows if "action_id" in each}


async def test_whoever_edited_a_draft_reads_that_another_person_approves_it(core: Core) -> None:
    mailing = await a_draft(core)
    saved = await edited(core, mailing, {"subject": "A word", "body": "Please pay."})

    own, others = [await pressed(core, Action.SHOW_DRAFT, mailing, by=each) for each in (MIA, CARL)]

    for shown in (saved, own):
        assert Action.APPROVE_DRAFT not in elements(shown)
        assert "It waits for another person, since you edited it." in json.dumps(shown.blocks)
    assert Action.APPROVE_DRAFT in elements(others)
    assert Action.EDIT_DRAFT in elements(own)


async def test_saving_an_edit_is_confirmed_in_words_above_the_letter_as_it_would_leave(core: Core) -> None:
    mailing = await a_draft(core)

    saved = json.dumps((await edited(core, mailing, {"subject": "A word", "body": "Please pay."})).blocks)

    assert "Saved: Reminder overdue to a" in saved
    assert "Please pay." in saved


async def test_a_draft_is_sent_to_another_contact_by_an_edit(core: Core) -> None:
    mailing = await a_draft(core)
    ben = await a_contact(core, await Account.get(id=mailing.account_id), "ben@acme.example")
    form = await in_words.form(core, Click(Action.EDIT_DRAFT, ids.value(mailing=mailing.id), ANNA))
    fields = {each["block_id"]: each["element"] for each in form.blocks if each["type"] == "input"}
    kept = {each: fields[each]["initial_value"] for each in ("subject", "body")}
    chosen = {"to": {"selected_option": {"value": str(ben.id)}}}

    told = await in_words.submit(core, form, kept | chosen, slack_id=ANNA)

    assert fields["to"]["initial_option"]["text"]["text"] == "Anna, a…@acme.example (billing)"
    assert "b…@acme.example" in told.text
    assert (await Mailing.get(id=mailing.id)).address == "ben@acme.example"


async def test_all_shown_are_approved_together_but_what_is_ones_own_or_has_changed(core: Core) -> None:
    drafts = [await a_draft(core, f"INV-{number}", to=f"a@x{number}.example") for number in range(1, 5)]
    await pressed(core, Action.LIST_DRAFTS)  # from now on it is known what was shown
    await edited(core, drafts[2], {"subject": "A word", "body": "Please pay."})
    await Invoice.filter(number="INV-4").update(open_minor=9000)
    listed = await pressed(core, Action.LIST_DRAFTS)
    button = elements(listed)[Action.APPROVE_DRAFTS]

    answer = await in_words.press(core, Click(Action.APPROVE_DRAFTS, button["value"], MIA))

    assert button["confirm"]["title"]["text"] == "Send 2 mails?"
    assert "They ask for 250,00 EUR." in button["confirm"]["text"]["text"]
    assert "2 others are left out" in button["confirm"]["text"]["text"]
    assert answer.text == "2 approved."
    assert answer.replaces
    assert await Mailing.filter(state="queued").count() == 2


async def test_of_all_shown_each_is_judged_by_itself_and_a_refusal_says_why(core: Core) -> None:
    for number in (1, 2, 3):
        await a_draft(core, f"INV-{number}", to=f"a@x{number}.example")
    button = elements(await pressed(core, Action.LIST_DRAFTS))[Action.APPROVE_DRAFTS]
    await Invoice.filter(number="INV-3").update(open_minor=9000)

    answer = await in_words.press(core, Click(Action.APPROVE_DRAFTS, button["value"], MIA))
    again = await in_words.press(core, Click(Action.APPROVE_DRAFTS, button["value"], MIA))

    assert answer.text == "2 approved, 1 not."
    assert "It changed" in json.dumps(answer.blocks) or "asks for 90" in json.dumps(answer.blocks)
    assert again.text == "0 approved, 3 not."
    assert await Mailing.filter(state="queued").count() == 2


@pytest.mark.parametrize("value", ["", "nonsense", "1.2.3"])
async def test_a_list_of_drafts_that_is_none_is_out_of_date(core: Core, value: str) -> None:
    answer = await pressed(core, Action.APPROVE_DRAFTS, drafts=value)

    assert "out of date" in answer.text


async def test_who_may_not_approve_approves_nothing_together(core: Core) -> None:
    draft = await a_draft(core)
    shown = (await draft_lists.page(core, actor=SHELL)).drafts[0]

    answer = await pressed(
        core, Action.APPROVE_DRAFTS, by=ANNA, drafts=ids.together([(shown.mailing_id, shown.version)])
    )

    assert "right to approve" in answer.text
    assert (await Mailing.get(id=draft.id)).state == "drafted"


@pytest_asyncio.fixture
async def hasty_door(core: Core, slack: FakeSlack) -> AsyncIterator[AtTheDoor]:
    """A bot of a merchant with whom an approval cannot be called back for even a moment."""
    hasty = replace(core, limits=replace(core.limits, undo=timedelta(0)))
    bot = bot_app.build(
        hasty, bot_token="xoxb-test", signing_secret=SECRET, channel=CHANNEL, api_url=slack.api_url, seconds_a_post=0
    )
    application = web.Application()
    bot.add_routes(application)
    server = TestServer(application)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        yield AtTheDoor(session, str(server.make_url("/slack/events")), slack)
    await server.close()
    await bot.close()


@pytest.mark.parametrize("typed", [False, True])
async def test_an_answer_with_undo_loses_it_once_the_time_is_over(
    core: Core, hasty_door: AtTheDoor, slack: FakeSlack, typed: bool
) -> None:
    mailing = await a_draft(core)
    shown = (await draft_lists.page(core, actor=SHELL)).drafts[0]
    value = ids.value(mailing=mailing.id, seen=shown.version)
    clicked = hasty_door.click(Action.APPROVE_DRAFT, value, by=MIA, ephemeral=True)
    await hasty_door.post(hasty_door.command(f"approve {short_ids.short(mailing.id)}", by=MIA) if typed else clicked)

    first, second = await slack.answer(), await slack.answer()

    assert Action.UNDO_DRAFT in json.dumps(first)
    assert Action.UNDO_DRAFT not in json.dumps(second)
    assert "cannot be called back any more" in second["text"]
    assert second["replace_original"] is True


async def test_a_mail_that_was_called_back_is_not_shown_as_approved(core: Core) -> None:
    mailing = await a_draft(core)
    approved = await pressed(core, Action.APPROVE_DRAFT, mailing, seen=(await _version(core)))
    await pressed(core, Action.UNDO_DRAFT, mailing)
    assert approved.then is not None

    later = await in_words.press(core, Click(approved.then.action, approved.then.value, MIA))

    assert not later.replaces, "what is on the screen stays there"


async def test_undo_that_comes_too_late_reads_what_became_of_the_mail(core: Core, clock: StandingClock) -> None:
    mailing = await a_draft(core)
    await pressed(core, Action.APPROVE_DRAFT, mailing, seen=(await _version(core)))
    clock.advance(seconds=61)

    late = await pressed(core, Action.UNDO_DRAFT, mailing)

    assert "cannot be called back any more" in late.text
    assert "Now: queued" in json.dumps(late.blocks)
    assert late.replaces


async def _version(core: Core) -> str:
    return (await draft_lists.page(core, actor=SHELL)).drafts[0].version


async def test_a_draft_is_found_by_the_number_of_an_invoice_in_it(core: Core) -> None:
    mailing = await a_draft(core)
    row = await core.database.row(
        "SELECT i.number FROM mailing_item x JOIN invoice i ON i.id = x.invoice_id WHERE x.mailing_id = %s",
        (mailing.id,),
    )
    assert row is not None

    by_number = await in_words.say(core, f"draft {row['number'].lower()}", slack_id=MIA)
    by_id = await in_words.say(core, f"draft {short_ids.short(mailing.id)}", slack_id=MIA)
    none = await in_words.say(core, "draft INV-9999", slack_id=MIA)

    assert by_number == by_id
    assert "INV-9999" in none.text
