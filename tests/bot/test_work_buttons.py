"""Buttons of the daily work: they act as whoever clicks, for what was shown, and once."""

import asyncio
import json
import re
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from bot import ids, nouns
from bot.asks import Click
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action
from domain.commitments import dispute_queries
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.ledger.models import Invoice
from domain.outreach import holds, newcomers
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA, AtTheDoor
from tests.bot.test_views import elements
from tests.bot.views_made import every_view
from tests.builders import an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

MIA, CARL = "U0MIA", "U0CARL"


@pytest_asyncio.fixture(autouse=True)
async def bosses(core: Core, staff: None) -> None:
    """Mia manages, Carl controls."""
    for slack_id, name, role in ((MIA, "Mia", Role.AR_MANAGER), (CARL, "Carl", Role.CONTROLLER)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def typed(core: Core, text: str, *, by: str = ANNA) -> Message:
    """Type a command."""
    return await in_words.say(core, text, slack_id=by)


def button(message: Message, action: Action, *, by: str = ANNA) -> Click:
    """Return a click on the first button of that action in the message."""
    found = [each for each in elements(message.blocks) if each.get("action_id") == action]
    assert found, f"no button {action} in {message.text}"
    return Click(action, found[0]["value"], by)


async def click(core: Core, message: Message, action: Action, *, by: str = ANNA, place: int = 0) -> Message:
    """Click the button of that action in the message."""
    found = [each for each in elements(message.blocks) if each.get("action_id") == action]
    assert found, f"no button {action} in {message.text}"
    return await in_words.press(core, Click(action, found[place]["value"], by))


def offers(message: Message) -> set[str]:
    """Return the actions that a message offers."""
    return {each["action_id"] for each in elements(message.blocks) if "action_id" in each}


def whole(message: Message) -> str:
    """Return all that a message shows."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


async def a_draft(core: Core) -> tuple[Invoice, Mailing]:
    """Store an invoice with a draft about it."""
    invoice = await an_invoice(core)
    return invoice, await a_reminder(core, invoice, state="drafted", needs=["Shadow Mode"])


async def test_a_draft_goes_from_the_list_over_its_card_to_approval_and_back(core: Core) -> None:
    _, mailing = await a_draft(core)
    listed = await typed(core, "draft", by=MIA)

    card = await click(core, listed, Action.SHOW_DRAFT, by=MIA)
    approved = await click(core, card, Action.APPROVE_DRAFT, by=MIA)
    undone = await click(core, approved, Action.UNDO_DRAFT, by=MIA)
    again = await click(core, undone, Action.SHOW_DRAFT, by=MIA)

    assert (approved.replaces, undone.replaces) == (True, True)
    assert Action.APPROVE_DRAFT in offers(again)
    assert (await Mailing.get(id=mailing.id)).state == "drafted"


async def test_a_draft_that_changed_since_it_was_shown_is_not_approved_but_shown_anew(core: Core) -> None:
    invoice, mailing = await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    await core.database.execute("UPDATE invoice SET open_minor = 5000 WHERE id = %s", (invoice.id,))

    answer = await click(core, card, Action.APPROVE_DRAFT, by=MIA)

    assert "nothing was approved" in whole(answer)
    assert (await Mailing.get(id=mailing.id)).state == "drafted"
    assert "approved by you" in (await click(core, answer, Action.APPROVE_DRAFT, by=MIA)).text


async def test_the_second_of_two_approvals_is_told_who_was_first(core: Core) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)

    both = await asyncio.gather(
        click(core, card, Action.APPROVE_DRAFT, by=MIA), click(core, card, Action.APPROVE_DRAFT, by=CARL)
    )

    texts = sorted(each.text for each in both)
    assert sum("approved by you" in each for each in texts) == 1
    assert sum("This is no draft any more: it was approved by" in each for each in texts) == 1


async def test_undo_is_refused_when_the_time_is_over(core: Core, clock: StandingClock) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    approved = await click(core, card, Action.APPROVE_DRAFT, by=MIA)
    clock.advance(minutes=2)

    assert "cannot be called back any more" in (await click(core, approved, Action.UNDO_DRAFT, by=MIA)).text


async def test_the_case_offers_undo_for_as_long_as_it_works(core: Core, clock: StandingClock) -> None:
    _, mailing = await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    await click(core, card, Action.APPROVE_DRAFT, by=MIA)

    during = await typed(core, "invoice INV-1042", by=MIA)
    row = await core.database.row("SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = 'redraw_case'")
    clock.advance(minutes=2)
    after = await typed(core, "invoice INV-1042", by=MIA)

    assert "*Approved* by Mia" in whole(during)
    assert Action.UNDO_DRAFT in offers(during)
    assert row is not None and row["jobs"] == 1  # noqa: PT018 - the message is drawn anew when the time is over
    assert Action.UNDO_DRAFT not in offers(after)
    assert (await Mailing.get(id=mailing.id)).state == "queued"


async def test_a_rejection_asks_why_and_takes_the_chosen_reason(core: Core) -> None:
    _, mailing = await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)

    form = await in_words.form(core, button(card, Action.REJECT_DRAFT, by=MIA))
    before = (await Mailing.get(id=mailing.id)).state
    chosen = {"quick": {"selected_option": {"value": "person"}}, "reason": "Ben calls"}
    done = await in_words.submit(core, form, chosen, slack_id=MIA)

    assert before == "drafted"
    assert "a person handles it: Ben calls" in done.text
    assert (await Mailing.get(id=mailing.id)).state == "rejected"


async def test_a_button_of_an_older_card_still_rejects_for_the_reason_that_it_names(core: Core) -> None:
    _, mailing = await a_draft(core)
    value = ids.value(mailing=mailing.id, seen="person")

    done = await in_words.press(core, Click(Action.REJECT_DRAFT, value, MIA))

    assert "a person handles it" in done.text


async def test_a_rejection_without_a_reason_is_pointed_at(core: Core) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    form = await in_words.form(core, button(card, Action.REJECT_DRAFT, by=MIA))

    with pytest.raises(Misfilled, match="Why is it not sent"):
        await in_words.submit(core, form, {"reason": " "}, slack_id=MIA)


async def test_an_edited_draft_is_shown_with_its_words_and_approved_by_somebody_else(core: Core) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    form = await in_words.form(core, button(card, Action.EDIT_DRAFT, by=MIA))

    edited = await in_words.submit(core, form, {"subject": "A word", "body": "We *miss* it."}, slack_id=MIA)
    theirs = await click(core, await typed(core, "draft", by=CARL), Action.SHOW_DRAFT, by=CARL)
    other = await click(core, theirs, Action.APPROVE_DRAFT, by=CARL)

    assert "We *miss* it." in whole(edited)
    assert "edited by Mia" in whole(edited)
    assert Action.APPROVE_DRAFT not in offers(edited)
    assert "approved by you" in other.text


async def test_nobody_writes_over_the_words_that_another_wrote_meanwhile(core: Core) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    form = await in_words.form(core, button(card, Action.EDIT_DRAFT, by=MIA))
    await in_words.submit(core, form, {"subject": "One", "body": "one"}, slack_id=CARL)

    with pytest.raises(Misfilled, match="Carl changed it meanwhile"):
        await in_words.submit(core, form, {"subject": "Two", "body": "two"}, slack_id=MIA)


@pytest.mark.parametrize("action", [Action.APPROVE_DRAFT, Action.REJECT_DRAFT])
async def test_who_may_not_approve_sees_the_card_and_is_refused_at_the_click(core: Core, action: Action) -> None:
    await a_draft(core)
    card = await click(core, await typed(core, "draft"), Action.SHOW_DRAFT)

    assert "you have A/R Operator" in (await click(core, card, action)).text


async def test_a_draft_whose_invoice_is_paid_is_no_draft_any_more(core: Core) -> None:
    invoice, _ = await a_draft(core)
    card = await click(core, await typed(core, "draft", by=MIA), Action.SHOW_DRAFT, by=MIA)
    await paid(core, invoice)

    assert "This is no draft any more" in (await click(core, card, Action.APPROVE_DRAFT, by=MIA)).text


async def test_skip_shows_the_next_case_in_its_place(core: Core) -> None:
    await an_invoice(core, "INV-1", days_past_due=100, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=10, email="b@b.example")
    first = await typed(core, "next")

    second = await click(core, first, Action.SKIP)

    assert second.text.startswith("Next: INV-2")
    assert second.replaces


async def test_release_gives_the_case_back(core: Core) -> None:
    await an_invoice(core)
    card = await typed(core, "next")

    await click(core, card, Action.RELEASE)

    assert (await typed(core, "next", by=MIA)).text.startswith("Next: INV-1042")


async def test_a_plan_is_approved_for_the_terms_that_were_shown(core: Core) -> None:
    await an_invoice(core)
    await typed(core, "plan INV-1042 3 monthly from 2026-04-01 no money")
    card = await click(core, await typed(core, "invoice INV-1042"), Action.SHOW_PLAN)
    await typed(core, "plan cancel INV-1042 wrong")
    await typed(core, "plan INV-1042 12 monthly from 2026-04-01 no money")

    stale = await click(core, card, Action.APPROVE_PLAN, by=MIA)
    fresh = await click(core, await typed(core, "plan INV-1042"), Action.APPROVE_PLAN, by=MIA)

    assert "was changed by someone else" in stale.text
    assert "Plan approved" in fresh.text


async def test_other_terms_are_offered_in_a_form(core: Core) -> None:
    await an_invoice(core)
    card = await typed(core, "plan INV-1042 3 monthly from 2026-04-01 no money", by=ANNA)
    card = await click(core, card, Action.SHOW_PLAN)
    form = await in_words.form(core, button(card, Action.COUNTER_PLAN, by=MIA))
    filled = {
        "count": "2",
        "rhythm": {"selected_option": {"value": "weekly"}},
        "first": {"selected_date": "2026-04-01"},
        "note": "Sooner, please",
    }

    offered = await in_words.submit(core, form, filled, slack_id=MIA)

    assert "they hold once accepted" in whole(offered)
    shown = whole(await typed(core, "plan INV-1042"))
    assert "in 2 instalments, countered" in shown
    assert "8 Apr 2026" in shown


async def test_terms_that_lack_something_are_pointed_at_field_by_field(core: Core) -> None:
    await an_invoice(core)
    card = await click(core, await typed(core, "plan INV-1042 3 monthly from 2026-04-01 no money"), Action.SHOW_PLAN)
    form = await in_words.form(core, button(card, Action.COUNTER_PLAN, by=MIA))

    with pytest.raises(Misfilled) as wrong:
        await in_words.submit(core, form, {"count": "many"}, slack_id=MIA)

    assert set(wrong.value.fields) == {"count", "rhythm", "first"}


async def test_a_plan_is_declined_for_a_reason_that_the_customer_reads(core: Core) -> None:
    await an_invoice(core)
    card = await click(core, await typed(core, "plan INV-1042 3 monthly from 2026-04-01 no money"), Action.SHOW_PLAN)
    form = await in_words.form(core, button(card, Action.REJECT_PLAN, by=MIA))

    declined = await in_words.submit(core, form, {"quick": {"selected_option": {"value": "long"}}}, slack_id=MIA)

    assert "it takes too long" in declined.text


async def test_a_dispute_is_taken_up_from_the_case_by_one(core: Core) -> None:
    invoice = await an_invoice(core)
    await typed(core, "dispute INV-1042 duplicate billed twice")
    card = await click(core, await typed(core, "invoice INV-1042"), Action.SHOW_DISPUTE)

    await click(core, card, Action.TAKE_DISPUTE)
    second = await click(core, card, Action.TAKE_DISPUTE, by=MIA)

    (dispute,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    assert dispute.owner == "Anna"
    assert "Anna" in second.text


async def test_a_credit_is_approved_by_somebody_else_than_its_proposer(core: Core) -> None:
    await an_invoice(core)
    await typed(core, "credit INV-1042 20 goodwill", by=MIA)
    listed = await typed(core, "credit list", by=MIA)

    own = await click(core, listed, Action.APPROVE_CREDIT, by=MIA)
    viewer = await click(core, listed, Action.APPROVE_CREDIT, by=VERA)
    other = await click(core, listed, Action.APPROVE_CREDIT, by=CARL)
    late = await click(core, listed, Action.APPROVE_CREDIT, by=CARL)

    assert "Mia made this" in own.text
    assert "approve" in viewer.text
    assert "20,00 EUR" in other.text
    assert "already" in late.text
    assert await credits.waiting(core) == ()


async def test_a_veto_in_the_preview_can_be_taken_back(core: Core) -> None:
    await an_invoice(core, days_past_due=1)
    await newcomers.enrol(core)
    preview = await typed(core, "preview")

    struck = await click(core, preview, Action.VETO)
    restored = await click(core, struck, Action.UNVETO)

    assert "struck out in the preview" in struck.text
    assert "no longer struck out" in restored.text


async def test_a_long_preview_is_read_page_by_page(core: Core) -> None:
    for number in range(45):
        await an_invoice(core, f"INV-{number}", days_past_due=1, email=f"c{number}@a.example")
    await newcomers.enrol(core)
    first = await typed(core, "preview")

    second = await click(core, first, Action.PREVIEW_MORE)
    last = await click(core, second, Action.PREVIEW_MORE)
    back = await click(core, last, Action.PREVIEW_BACK)

    pages = [set(re.findall(r"INV-\d+", json.dumps(each.blocks))) for each in (first, second, last)]
    assert [len(each) for each in pages] == [20, 20, 5]
    assert len(set.union(*pages)) == 45
    assert second.replaces
    assert {Action.PREVIEW_MORE, Action.PREVIEW_BACK} & offers(last) == {Action.PREVIEW_BACK}
    assert back.blocks == second.blocks == (await typed(core, "preview 2")).blocks
    assert (await typed(core, "preview tomorrow page 3")).blocks == last.blocks


async def test_a_hold_is_lifted_by_a_click_with_the_right_to_it(core: Core) -> None:
    invoice = await an_invoice(core)
    put = await typed(core, "hold INV-1042 they move")

    refused = await click(core, put, Action.LIFT_HOLD, by=VERA)
    lifted = await click(core, put, Action.LIFT_HOLD)

    assert "you have Viewer" in refused.text
    assert "was lifted" in lifted.text
    assert await holds.in_force(core, invoice_id=invoice.id) == ()


async def test_the_case_shows_all_that_stands_about_it(core: Core) -> None:
    invoice, _ = await a_draft(core)
    for text in (
        "promise INV-1042 20 on friday",
        "plan INV-1042 3 monthly from 2026-04-01 no money",
        "dispute INV-1042 duplicate 30 billed twice",
        "hold INV-1042 until friday they move",
        "claim INV-1042",
    ):
        await typed(core, text)

    case = await in_words.press(core, Click(Action.SHOW, ids.value(invoice_id=invoice.id), VERA))

    for words in (
        "*Promise*: 20,00 EUR by 13 Mar 2026",
        "*Plan*: 125,00 EUR in 3 instalments",
        "*Dispute*: 30,00 EUR, Billed twice; nobody has it",
        "*On hold* (pause)",
        "*Draft*: reminder overdue waits for an approval",
        "*In hand*: Anna",
    ):
        assert words in whole(case)
    assert {Action.SHOW_PLAN, Action.SHOW_DRAFT, Action.SHOW_DISPUTE} <= offers(case)


@pytest.mark.parametrize("action", [each for each in Action if nouns.BUTTONS[each].carries])
async def test_a_button_without_what_it_is_about_is_out_of_date(core: Core, action: Action) -> None:
    answer = await in_words.press(core, Click(action, ids.value(), CARL))

    assert "This button is out of date" in answer.text


@pytest.mark.parametrize("action", [each for each in Action if nouns.BUTTONS[each].carries])
async def test_a_button_about_what_is_gone_is_answered_in_words(core: Core, action: Action) -> None:
    value = ids.value(
        invoice_id=uuid4(), account=uuid4(), mailing=uuid4(), dispute=uuid4(), credit=uuid4(), hold=uuid4(),
        policy=9999, step=1, seen="x",
    )  # fmt: skip

    answer = await in_words.press(core, Click(action, value, CARL))

    assert answer.text.strip()


async def test_an_answer_that_only_one_sees_gives_way_to_the_next(door: AtTheDoor, core: Core) -> None:
    _, mailing = await a_draft(core)
    card = await door.press(Action.SHOW_DRAFT, ids.value(mailing=mailing.id), by=MIA)
    (button,) = [each for each in elements(card["blocks"]) if each.get("action_id") == Action.APPROVE_DRAFT]

    in_channel = await door.press(Action.APPROVE_DRAFT, button["value"], by=MIA)

    assert card["replace_original"] is False
    assert in_channel["replace_original"] is False, "the channel's message belongs to everybody"


async def test_ephemeral_cards_are_replaced(door: AtTheDoor, core: Core) -> None:
    _, mailing = await a_draft(core)
    card = await door.press(Action.SHOW_DRAFT, ids.value(mailing=mailing.id), by=MIA)
    (button,) = [each for each in elements(card["blocks"]) if each.get("action_id") == Action.APPROVE_DRAFT]
    body: Any = door.click(Action.APPROVE_DRAFT, button["value"], by=MIA, ephemeral=True)

    await door.post(body)

    assert (await door.slack.answer())["replace_original"] is True


def test_the_button_that_makes_a_new_link_has_one_name_wherever_it_stands() -> None:
    found = elements([each.blocks for each in every_view().values()])

    buttons = {
        (each["text"]["text"], each["accessibility_label"])
        for each in found
        if each.get("action_id") == Action.REGENERATE_LINK
    }

    assert buttons == {("New link…", "Send a new link to INV-1042")}
