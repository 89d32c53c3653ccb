"""Forms about mails in Slack: an answer leaves by mail, a correction is done, an assignment shows what is possible."""

import json
from uuid import UUID

import pytest

from bot import actions, ids
from bot.asks import Click
from bot.filled import Misfilled
from bot.ids import Action
from bot.modals import Modal
from domain.casework import conversations, mail_answers
from domain.commitments import promises
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack
from tests.bot.test_commands import said, shown
from tests.bot.test_mails import card
from tests.domain.casework.test_conversations import a_mailing_about_two, written
from tests.domain.deliverability.mailings_made import a_letter, a_mailing
from tests.domain.deliverability.test_inbound import arrive

pytestmark = pytest.mark.usefixtures("staff")


async def form(core: Core, mail_id: UUID, action: Action) -> Modal:
    """Click a button of a mail's card that opens a form."""
    return await in_words.form(core, Click(action, ids.value(mail=mail_id), ANNA))


async def test_an_answer_is_written_in_a_form_over_the_wire_and_leaves_by_mail(
    core: Core, door: AtTheDoor, slack: FakeSlack
) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order is <this> for?")
    await door.post(door.click(Action.ANSWER_MAIL, ids.value(mail=mail_id)))
    opened = await slack.window()

    told = await door.submit(opened, {"answer": "For 4711.", "after": {"selected_options": [{"value": "ends"}]}})
    twice = await door.submit(opened, {"answer": "For 4712."})

    assert "is &lt;this&gt; for?" in json.dumps(opened["blocks"])
    assert "answered by mail" in json.dumps(told["view"])
    assert "has answered this mail already" in twice["errors"]["answer"]
    assert await Mailing.filter(letter=mail_answers.LETTER).count() == 1
    assert "Answered by Anna" in shown(await card(core, mail_id))


async def test_a_mail_of_which_more_is_to_be_noted_waits_on(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order? We will pay 50.00 EUR on Friday.")
    opened = await form(core, mail_id, Action.ANSWER_MAIL)

    told = await in_words.submit(core, opened, {"answer": "4711"}, slack_id=ANNA)

    assert "The mail waits on" in shown(told)
    assert not (await conversations.card(core, mail_id=mail_id)).answered
    assert Action.CONFIRM_GUESS in shown(await card(core, mail_id))


async def test_a_mail_that_wants_more_than_an_answer_is_not_ended_by_one_unasked(core: Core) -> None:
    mailing = await a_mailing(core)
    asks = await written(core, mailing, "Which order is it for?")
    promises_too = await written(core, mailing, "Which order is it for? We will pay 50.00 EUR on Friday.")

    ticked = [
        "initial_options" in json.dumps((await form(core, each, Action.ANSWER_MAIL)).blocks)
        for each in (asks, promises_too)
    ]

    assert ticked == [True, False]


async def test_a_correction_leaves_the_rest_of_a_mail_waiting(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order? We will pay 50.00 EUR on Friday.")
    correct = await form(core, mail_id, Action.CORRECT_MAIL)
    filled = {"kind": {"selected_option": {"value": "promise"}}, "amount": "40", "on": {"selected_date": "2026-03-13"}}

    told = await in_words.submit(core, correct, filled | {"invoice": "INV-1042"}, slack_id=ANNA)

    assert "40,00 EUR" in told.text
    assert "Noted: *a promise*" in shown(told)
    assert [each.kind for each in (await conversations.card(core, mail_id=mail_id)).left] == ["question"]


async def test_who_may_only_look_sends_no_answer(core: Core, door: AtTheDoor) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order?")

    told = await door.submit(
        (await form(core, mail_id, Action.ANSWER_MAIL)).view() | {"type": "modal"}, {"answer": "x"}, by=VERA
    )

    assert "needs the right" in told["errors"]["answer"]
    assert await Mailing.filter(letter=mail_answers.LETTER).count() == 0


async def test_an_answered_mail_opens_no_second_form(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order?")
    await mail_answers.answer(core, mail_id=mail_id, text="4711", actor=SHELL)

    again = await in_words.press(core, Click(Action.ANSWER_MAIL, ids.value(mail=mail_id), ANNA))

    assert "4711" in shown(again)


async def test_a_correction_notes_what_the_mail_means(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Soon, I hope.")
    correct = await form(core, mail_id, Action.CORRECT_MAIL)
    filled = {
        "kind": {"selected_option": {"value": "promise"}},
        "amount": "50.00",
        "on": {"selected_date": "2026-03-13"},
        "invoice": "INV-1042",
    }

    told = await in_words.submit(core, correct, filled, slack_id=ANNA)

    assert "50,00 EUR by 13 Mar 2026" in told.text
    row = await core.database.row("SELECT id FROM invoice WHERE number = 'INV-1042'")
    assert row is not None
    assert len(await promises.of_invoice(core, invoice_id=row["id"])) == 1
    assert (await conversations.card(core, mail_id=mail_id)).answered


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({}, "kind"),
        ({"kind": {"selected_option": {"value": "nonsense"}}}, "kind"),
        ({"kind": {"selected_option": {"value": "promise"}}}, "on"),
        ({"kind": {"selected_option": {"value": "dispute"}}}, "reason"),
        ({"kind": {"selected_option": {"value": "paid_already"}}, "amount": "a lot"}, "amount"),
        ({"kind": {"selected_option": {"value": "paid_already"}}, "invoice": "N" * 70}, "invoice"),
    ],
)
async def test_what_a_correction_lacks_is_pointed_at(core: Core, filled: dict[str, object], field: str) -> None:
    mail_id = await written(core, await a_mailing(core), "Soon, I hope.")
    correct = await form(core, mail_id, Action.CORRECT_MAIL)

    with pytest.raises(Misfilled) as wrong:
        await in_words.submit(core, correct, filled, slack_id=ANNA)

    assert set(wrong.value.fields) == {field}
    assert not (await conversations.card(core, mail_id=mail_id)).answered


async def test_a_mail_of_nobody_known_is_assigned_in_a_form(core: Core) -> None:
    await a_mailing(core)
    to = "postmaster@mail.northwind.example"
    mail_id = await arrive(core, to, a_letter(to).replace(b"<anna@", b"<carl@"), sender="carl@acme.example")
    assign = await form(core, mail_id, Action.ASSIGN_MAIL)
    offered = await actions.choices(core, ids.ChoiceId.INVOICES, "inv-1042", slack_id=ANNA)

    told = await in_words.submit(core, assign, {"invoice": {"selected_option": offered[0].json()}}, slack_id=ANNA)

    assert "INV-1042" in shown(told)
    assert "not a contact of this customer" in shown(told)


@pytest.mark.parametrize("filled", [{}, {"invoice": {"selected_option": {"value": "INV-1042"}}}])
async def test_a_mail_is_assigned_to_no_invoice_that_was_not_looked_up(core: Core, filled: dict[str, object]) -> None:
    mail_id = await written(core, await a_mailing(core), "Soon, I hope.")
    assign = await form(core, mail_id, Action.ASSIGN_MAIL)

    with pytest.raises(Misfilled) as wrong:
        await in_words.submit(core, assign, filled, slack_id=ANNA)

    assert wrong.value.fields == {"invoice": "Which invoice is it about?"}


async def test_another_invoice_of_the_message_is_a_click(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "About the second one.")
    assign = await form(core, mail_id, Action.ASSIGN_MAIL)
    assert "INV-1043, 30,00 EUR open" in json.dumps(assign.blocks)

    await in_words.submit(core, assign, {"beside": {"selected_option": {"value": "INV-1043"}}}, slack_id=ANNA)

    assert (await conversations.card(core, mail_id=mail_id)).invoice_number == "INV-1043"


async def test_an_answer_can_be_typed(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order?")

    assert "answered by mail" in await said(core, f"mail answer {str(mail_id)[:8]} it is 4711")
