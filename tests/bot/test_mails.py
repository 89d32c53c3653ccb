"""Mail of people in Slack: the list, the card with its guesses, and what its buttons do."""

import json
from uuid import UUID

import pytest

from bot import ids
from bot.asks import Click
from bot.blocks import Message
from bot.views import news
from domain.casework import conversations
from domain.deliverability.events import MailArrived
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.operations import short_ids
from tests.bot import in_words
from tests.bot.conftest import ANNA
from tests.bot.test_commands import said, shown
from tests.domain.casework.test_conversations import a_mailing_about_two, written
from tests.domain.deliverability.mailings_made import a_letter, a_mailing
from tests.domain.deliverability.test_inbound import arrive

pytestmark = pytest.mark.usefixtures("staff")


async def pressed(core: Core, message: Message, action: str) -> Message:
    """Click the first button of that action in a message."""
    buttons = [part for part in _parts(message.blocks) if isinstance(part, dict) and part.get("action_id") == action]
    return await in_words.press(core, Click(action, buttons[0]["value"], ANNA))


def _parts(value: object) -> list[object]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [value, *(part for each in inner for part in _parts(each))]


async def card(core: Core, mail_id: UUID) -> Message:
    """Open a mail by its button in the list."""
    return await in_words.press(core, Click(ids.Action.SHOW_MAIL, ids.value(mail=mail_id), ANNA))


async def test_what_waits_is_listed_shown_and_confirmed_by_one_click(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.\n\n> Please pay.")
    assert short_ids.short(mail_id) in await said(core, "mails")

    message = await card(core, mail_id)
    answer = await pressed(core, message, ids.Action.CONFIRM_GUESS)

    told = shown(message)
    assert "We will pay 50.00 EUR on Friday." in told
    assert "Please pay." not in told, "what it quotes is left out"
    assert "on 13 Mar 2026" in told
    assert "50,00 EUR" in shown(answer)
    assert "No mail waits" in await said(core, "mails")
    assert "It was dealt with" in shown(await card(core, mail_id))


async def test_a_mail_of_nobody_known_is_assigned_by_a_command(core: Core) -> None:
    await a_mailing(core)
    to, words = "postmaster@mail.northwind.example", "We will pay invoice INV-1042 on Friday."
    mail_id = await arrive(core, to, a_letter(to, text=words).replace(b"<anna@", b"<carl@"), sender="carl@acme.example")
    short = short_ids.short(mail_id)
    told = await said(core, f"mail {short}")
    assert f"/plixo mail assign {short} INV" in told
    assert "The mail names INV-1042" in told

    answer = await said(core, f"mail assign {short} inv-1042")

    assert "INV-1042" in answer
    assert "dealt with" in await said(core, f"mail done {short}")


async def test_a_card_is_never_markup_of_the_payers_making(core: Core) -> None:
    text = "<!channel> *We* will pay on <http://evil.example|Friday>.\n" + "long " * 3000
    mail_id = await written(core, await a_mailing(core), text)

    told = json.dumps((await card(core, mail_id)).blocks)

    assert "<!channel>" not in told
    assert "<http" not in told
    assert len(told) < 20_000


async def test_the_news_of_a_persons_mail_has_a_button_that_opens_it(core: Core) -> None:
    await written(core, await a_mailing(core), "We pay on Friday.")
    rows = await core.database.rows("SELECT id FROM timeline_entry ORDER BY id DESC LIMIT 1")
    event = (await timeline.entry(core, rows[0]["id"])).event
    assert isinstance(event, MailArrived)

    message = news.in_thread([event], invoice_number="INV-1042")

    assert "We pay on Friday" in shown(await pressed(core, message, ids.Action.SHOW_MAIL))


@pytest.mark.parametrize("typed", ["mail", "mail assign", "mail done"])
async def test_which_mail_is_meant_is_asked_for_with_an_example(core: Core, typed: str) -> None:
    assert "For example `/plixo mail" in await said(core, typed)


async def test_who_may_only_look_cannot_confirm(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We pay on Friday.")
    shown_now = await conversations.card(core, mail_id=mail_id)
    value = ids.value(mail=mail_id, place=1, seen=shown_now.stamp)

    answer = await in_words.press(core, Click(ids.Action.CONFIRM_GUESS, value, "U0STRANGER"))

    assert await conversations.waiting(core)
    assert "promise" not in answer.text.lower()


async def test_the_list_says_what_each_mail_seems_to_want_and_how_it_begins(core: Core) -> None:
    await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.")

    told = await said(core, "mails")

    assert "*A promise*" in told
    assert "> We will pay 50.00 EUR on Friday." in told


async def test_a_guess_is_told_in_words_without_stray_marks(core: Core) -> None:
    mailing = await a_mailing(core)
    for text, expected in (
        ("We will pay 50.00 EUR on Friday.", "It seems to say: *a promise*: 50.00 EUR on 13 Mar 2026"),
        ("Please stop sending me these reminders.", "It seems to say: *no more reminders are wished for*"),
        ("The goods arrived damaged.", "It seems to say: *an objection*: "),
    ):
        assert expected in json.dumps((await card(core, await written(core, mailing, text))).blocks, ensure_ascii=False)


async def test_a_mail_about_several_invoices_says_so_and_how_to_choose(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "We will pay 50.00 EUR on Friday.")

    message = await card(core, mail_id)
    answer = await pressed(core, message, ids.Action.CONFIRM_GUESS)

    assert f"INV-1043 (30,00 EUR). Is it about one of those? `/plixo mail assign {short_ids.short(mail_id)}" in shown(
        message
    )
    assert "also asks for INV-1043." in shown(answer)


async def test_the_invoice_that_the_words_name_is_not_told_as_left(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "We will pay INV-1043 on Friday.")

    message = await card(core, mail_id)
    answer = await pressed(core, message, ids.Action.CONFIRM_GUESS)

    assert "about INV-1043" in shown(message)
    assert "INV-1043: Promise: 30,00 EUR" in shown(answer)
    assert "also asks for INV-1042." in shown(answer)


async def test_what_else_a_mail_wants_can_be_noted_or_answered_once_one_guess_is_confirmed(core: Core) -> None:
    text = "We will pay 50.00 EUR on Friday. Which order is it for? Please send us a copy of the invoice."
    mail_id = await written(core, await a_mailing(core), text)

    answer = await pressed(core, await card(core, mail_id), ids.Action.CONFIRM_GUESS)

    told = shown(answer)
    assert "INV-1042: Promise: 50,00 EUR" in told
    assert "Noted: *a promise*" in told
    assert "Nothing more to do" in told
    assert {ids.Action.ANSWER_MAIL, ids.Action.CONFIRM_GUESS, ids.Action.MAIL_DONE} <= set(_actions(answer))
    listed = await said(core, "mails")
    assert "A copy is wished for" in listed
    assert "promise" not in listed


async def test_a_mail_whose_only_wish_is_noted_can_still_be_read_and_answered(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.")

    answer = await pressed(core, await card(core, mail_id), ids.Action.CONFIRM_GUESS)

    assert _actions(answer) == [ids.Action.SHOW_MAIL]
    assert ids.Action.ANSWER_MAIL in _actions(await pressed(core, answer, ids.Action.SHOW_MAIL))


def _actions(message: Message) -> list[str]:
    return [each["action_id"] for each in _parts(message.blocks) if isinstance(each, dict) and "action_id" in each]


async def test_the_news_of_a_persons_mail_says_what_it_wants_and_that_reminders_wait(core: Core) -> None:
    await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.")
    rows = await core.database.rows("SELECT id FROM timeline_entry ORDER BY id DESC LIMIT 1")
    event = (await timeline.entry(core, rows[0]["id"])).event

    told = shown(news.in_thread([event], invoice_number="INV-1042"))

    assert "a…@acme.example wrote: a promise. Reminders to this customer wait" in told
    assert "rule" not in told


async def test_whoever_is_written_to_no_more_is_told_beside_the_new_contact(core: Core) -> None:
    text = "I am not the right person, please write to carl@acme.example."
    message = await card(core, await written(core, await a_mailing(core), text))

    told = shown(await pressed(core, message, ids.Action.CONFIRM_GUESS))

    assert "c…@acme.example" in told
    assert "a…@acme.example" in told


async def test_a_card_shows_who_sent_it_where_contacts_depend_on_that(core: Core) -> None:
    mailing = await a_mailing(core)
    wrong = await written(core, mailing, "I am not the right person, please write to carl@acme.example.")
    promise = await written(core, mailing, "We will pay on Friday.")
    told = {"spf": {"result": "pass", "domain": "acme.example", "peer": ""}, "dkim": [], "checked_at": "2026-03-10",
            "dmarc": {"result": "fail", "domain": "acme.example", "policy": "reject", "by": []}}  # fmt: skip
    await core.database.execute("UPDATE inbound_mail SET authentication = %s::jsonb", (json.dumps(told),))

    assert "Its sender: SPF pass (acme.example), DKIM none, DMARC fail" in shown(await card(core, wrong))
    assert "Its sender" not in shown(await card(core, promise))


async def test_a_mail_by_its_sender_only_says_until_when_reminders_wait(core: Core) -> None:
    await a_mailing(core)
    mail_id = await arrive(core, "billing@northwind.example", a_letter("billing@northwind.example"))

    told = shown(await card(core, mail_id))

    assert "by its sender only" in told
    assert "reminders wait for it until" in told
    assert "was not looked at yet" in told


async def test_a_case_says_that_a_mail_waits_until_somebody_has_dealt_with_it(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.")
    before = await in_words.press(core, Click(ids.Action.SHOW, ids.value(invoice_id=(await invoice_of(core))), ANNA))

    await pressed(core, before, ids.Action.SHOW_MAIL)
    await said(core, f"mail done {short_ids.short(mail_id)}")

    assert "*The customer wrote*" in shown(before)
    assert "*The customer wrote*" not in await said(core, "invoice INV-1042")


async def invoice_of(core: Core) -> UUID:
    row = await core.database.row("SELECT id FROM invoice WHERE number = 'INV-1042'")
    assert row is not None
    return UUID(str(row["id"]))
