"""A session of work: one case at a time, acted on from its card, and never in two people's hands."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bot import actions, commands, ids
from bot.asks import Click
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action
from bot.modals import Modal
from bot.routes import Answer
from domain.commitments import dispute_queries, promises
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Account
from domain.people import people
from domain.people.models import Person
from domain.people.roles import Role
from tests.bot.conftest import ANNA, STRANGER, VERA
from tests.bot.test_views import elements
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

MIA, SAM = "U0MIA", "U0SAM"


@pytest_asyncio.fixture(autouse=True)
async def bosses(core: Core, staff: None) -> None:
    """Mia manages, Sam sells."""
    for slack_id, name, role in ((MIA, "Mia", Role.AR_MANAGER), (SAM, "Sam", Role.SALES)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def typed(core: Core, text: str, *, by: str = ANNA) -> Answer:
    """Type a command."""
    return await commands.answer(core, text, slack_id=by)


def button(answer: Answer, action: Action, *, choice: str = "", by: str = ANNA, chosen: str = "") -> Click:
    """Return the click on a button, or on one choice of a menu."""
    found = [each for each in elements(answer.blocks) if each.get("action_id") == action]
    assert found, f"no {action} in {answer.blocks}"
    options = [each["value"] for each in found[0].get("options", ()) if choice in each["text"]["text"]]
    in_row = [each["block_id"] for each in answer.blocks if found[0] in each.get("elements", ()) and "block_id" in each]
    return Click(action, options[0] if options else found[0].get("value") or in_row[0], by, chosen)


async def click(core: Core, answer: Answer, action: Action, *, choice: str = "", by: str = ANNA) -> Answer:
    """Click a button, or choose from a menu."""
    return await actions.press(core, button(answer, action, choice=choice, by=by))


async def fill(
    core: Core, form: Answer, *, by: str = ANNA, named: Mapping[str, Any] | None = None, **values: Any
) -> Answer:
    """Submit a form with those elements' states, or just words; *named* are fields that no argument can be called."""
    assert isinstance(form, Modal), whole(form)
    given = {**values, **(named or {})}
    state = {name: {"value": each if isinstance(each, dict) else {"value": each}} for name, each in given.items()}
    return await actions.submit(core, {**form.view(), "state": {"values": state}}, slack_id=by)


def day(text: str) -> dict[str, Any]:
    """Return the state of a field for a day."""
    return {"type": "datepicker", "selected_date": text}


def choice(value: str) -> dict[str, Any]:
    """Return the state of a field with choices."""
    return {"selected_option": {"value": value}}


def whole(answer: Answer) -> str:
    """Return all that an answer shows."""
    return json.dumps(answer.blocks, ensure_ascii=False)


def text(answer: Answer) -> str:
    """Return what an answer says."""
    assert isinstance(answer, Message), "a form was shown"
    return answer.text


async def two_cases(core: Core) -> None:
    """Store two invoices of two customers, INV-1 the more urgent."""
    await an_invoice(core, "INV-1", days_past_due=100, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=10, email="b@b.example")


async def test_a_card_says_why_now_whom_one_heard_of_last_and_what_a_reminder_would_meet(core: Core) -> None:
    await two_cases(core)

    card = whole(await typed(core, "next"))

    assert "Score" in card
    assert "Last contact: never" in card
    assert "A reminder sent now" in card
    assert "0 of 2 today" in card


async def test_an_act_leads_on_to_the_next_case_and_counts_what_was_touched(core: Core) -> None:
    await two_cases(core)
    form = await click(core, await typed(core, "next"), Action.LOG_CALL)

    done = await fill(core, form, outcome=choice("SPOKE"), note="they pay", on=day("2026-03-12"))
    following = await click(core, done, Action.NEXT)

    assert "Called, spoke with them: they pay; to be followed up on 12 Mar 2026" in text(done)
    assert "1 of 2 today, 125,00 EUR touched" in whole(done)
    assert text(following).startswith("Next: INV-2")
    row = await core.database.row("SELECT until FROM snooze")
    assert row == {"until": datetime(2026, 3, 12, 8, tzinfo=UTC)}


async def test_a_case_that_was_worked_on_comes_back_today_only_with_news(core: Core) -> None:
    await two_cases(core)
    card = await typed(core, "next")
    await click(core, card, Action.REGENERATE_LINK)

    passed = await typed(core, "next")

    assert text(passed).startswith("Next: INV-2")
    assert text(await typed(core, "next", by=MIA)).startswith("The queue is empty"), "both are in Anna's hands"


async def test_a_card_whose_case_is_somebody_elses_by_now_does_nothing(core: Core, clock: StandingClock) -> None:
    await two_cases(core)
    card = await typed(core, "next")
    clock.advance(minutes=31)
    await typed(core, "claim INV-1", by=MIA)

    refused = await click(core, card, Action.LOG_CALL)
    other = await click(core, card, Action.SNOOZE, choice="1 hour")

    assert "Nothing was done. Mia has this customer in hand until" in text(refused)
    assert "Nothing was done" in text(other)
    assert "Take over" not in whole(refused), "an operator decides for nobody else"
    assert await core.database.rows("SELECT 1 FROM snooze") == []


async def test_a_manager_takes_a_case_over(core: Core, clock: StandingClock) -> None:
    await two_cases(core)
    card = await typed(core, "next", by=MIA)
    clock.advance(minutes=31)
    await typed(core, "claim INV-1")

    refused = await click(core, card, Action.PROMISE, by=MIA)
    over = await click(core, refused, Action.TAKE_OVER, by=MIA)

    assert text(over).startswith("Next: INV-1")
    assert "Mia has this customer in hand" in text(await typed(core, "claim INV-1"))


async def test_a_card_whose_claim_ran_out_is_its_persons_again_at_a_click(core: Core, clock: StandingClock) -> None:
    await two_cases(core)
    card = await typed(core, "next")
    clock.advance(hours=2)

    assert isinstance(await click(core, card, Action.PROMISE), Modal)

    assert "Anna has this customer in hand" in text(await typed(core, "claim INV-1", by=MIA))


async def test_a_form_of_a_case_that_was_taken_meanwhile_is_refused_at_its_first_field(
    core: Core, clock: StandingClock
) -> None:
    await two_cases(core)
    form = await click(core, await typed(core, "next"), Action.PROMISE)
    clock.advance(minutes=31)
    await typed(core, "claim INV-1", by=MIA)

    with pytest.raises(Misfilled, match="Mia has this customer in hand"):
        await fill(core, form, amount="10", on=day("2026-03-13"))


@pytest.mark.parametrize(
    ("said", "until"),
    [("1 hour", "2026-03-10 10:00"), ("Tomorrow", "2026-03-11 08:00"), ("Monday", "2026-03-16 08:00")],
)
async def test_the_menu_of_a_card_puts_its_case_off(core: Core, said: str, until: str) -> None:
    await an_invoice(core)
    card = await typed(core, "next")

    done = await click(core, card, Action.SNOOZE, choice=said)

    row = await core.database.row("SELECT until FROM snooze")
    assert row == {"until": datetime.fromisoformat(until).replace(tzinfo=UTC)}
    await click(core, done, Action.WAKE)
    assert "INV-1042" in text(await typed(core, "queue"))


async def test_any_other_end_is_entered_in_a_form(core: Core) -> None:
    await an_invoice(core)
    form = await click(core, await typed(core, "next"), Action.SNOOZE, choice="Another day")

    with pytest.raises(Misfilled, match="Until which day"):
        await fill(core, form, end=choice("other"), reason="a fair")
    with pytest.raises(Misfilled, match="at most 90 days"):
        await fill(core, form, end=choice("other"), on=day("2027-01-01"), reason="a fair")
    await fill(core, form, end=choice("other"), on=day("2026-03-20"), at={"selected_time": "14:30"}, reason="a fair")

    assert await core.database.row("SELECT until FROM snooze") == {"until": datetime(2026, 3, 20, 13, 30, tzinfo=UTC)}


async def test_a_day_that_was_entered_counts_whatever_is_chosen_above_it(core: Core) -> None:
    await an_invoice(core)
    form = await click(core, await typed(core, "next"), Action.SNOOZE, choice="Another day")

    await fill(core, form, end=choice("tomorrow"), on=day("2026-03-20"), reason="a fair")

    assert form.blocks[1]["element"]["initial_option"]["value"] == "other"
    assert await core.database.row("SELECT until FROM snooze") == {"until": datetime(2026, 3, 20, 8, tzinfo=UTC)}


async def test_a_click_on_skip_says_what_was_skipped_above_the_next_case(core: Core) -> None:
    await an_invoice(core)
    following = await click(core, await typed(core, "next"), Action.SKIP)

    assert "INV-1042: Skipped until" in following.blocks[0]["elements"][0]["text"]


async def test_a_promise_is_entered_in_a_form_and_noted_once(core: Core) -> None:
    invoice = await an_invoice(core)
    form = await click(core, await typed(core, "next"), Action.PROMISE)

    done = await fill(core, form, amount="50", on=day("2026-03-13"), note="their boss said so")
    with pytest.raises(Misfilled) as twice:
        await fill(core, form, amount="50", on=day("2026-03-13"))

    assert "50,00 EUR by 13 Mar 2026" in text(done)
    assert set(twice.value.fields) == {"on"}
    assert len(await promises.of_invoice(core, invoice_id=invoice.id)) == 1


@pytest.mark.parametrize(
    ("amount", "on", "field"),
    [
        ("5000", "2026-03-13", "amount"),
        ("a lot", "2026-03-13", "amount"),
        ("1.250", "2026-03-13", "amount"),
        ("10 USD", "2026-03-13", "amount"),
        ("10", "2026-03-01", "on"),
        ("10", "2027-03-01", "on"),
    ],
)
async def test_what_is_wrong_with_a_promise_stands_at_its_field(core: Core, amount: str, on: str, field: str) -> None:
    await an_invoice(core)
    form = await typed(core, "promise INV-1042")

    with pytest.raises(Misfilled) as wrong:
        await fill(core, form, amount=amount, on=day(on))

    assert set(wrong.value.fields) == {field}


async def test_a_dispute_is_filed_in_a_form_given_to_somebody_and_decided_in_a_form(core: Core) -> None:
    invoice = await an_invoice(core)
    form = await click(core, await typed(core, "next"), Action.DISPUTE_CASE)
    filed = await fill(core, form, reason=choice("wrong_amount"), amount="40", words="The agreed price was lower.")
    card = await click(core, filed, Action.SHOW_DISPUTE)

    given = await actions.press(core, button(card, Action.ASSIGN_DISPUTE, chosen=MIA))
    decide = await click(core, card, Action.RESOLVE_DISPUTE, by=MIA)
    with pytest.raises(Misfilled) as no_amount:
        await fill(core, decide, by=MIA, outcome=choice("partly accepted"), note="a part is right")
    with pytest.raises(Misfilled) as no_words:
        await fill(core, decide, by=MIA, outcome=choice("rejected"))
    await fill(core, decide, by=MIA, outcome=choice("rejected"), note="the contract says otherwise")

    assert "Mia" in text(given)
    assert set(no_amount.value.fields) == {"credit"}
    assert set(no_words.value.fields) == {"note"}
    (dispute,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    assert (dispute.state, dispute.resolution) == ("rejected", "the contract says otherwise")


async def test_a_case_is_handed_over_as_a_task_which_whoever_got_it_ends(core: Core) -> None:
    await two_cases(core)
    form = await click(core, await typed(core, "next"), Action.HAND_OVER)

    with pytest.raises(Misfilled, match="no role in Plixo"):
        await fill(core, form, person={"selected_user": STRANGER}, words="call them")
    with pytest.raises(Misfilled, match="That is you"):
        await fill(core, form, person={"selected_user": ANNA}, words="call them")
    done = await fill(core, form, person={"selected_user": SAM}, words="they only talk to you")
    tasks = await typed(core, "tasks mine", by=SAM)
    end = await click(core, tasks, Action.END_TASK, by=SAM)
    ended = await fill(core, end, by=SAM, end=choice("finish"), outcome="they pay on Friday")

    assert "Handed over to Sam: they only talk to you" in text(done)
    assert text(await click(core, done, Action.NEXT)).startswith("Next: INV-2")
    assert "they only talk to you" in whole(tasks)
    assert "they pay on Friday" in text(ended)


async def test_a_reminder_is_sent_from_the_card(core: Core) -> None:
    await an_invoice(core)
    card = await typed(core, "next")

    done = await click(core, card, Action.SEND_REMINDER)

    assert "INV-1042" in text(done)
    assert await core.database.rows("SELECT 1 FROM mailing") != []
    assert "today" in whole(done)


async def test_looking_at_a_card_leaves_no_mail_behind(core: Core) -> None:
    await an_invoice(core)

    await typed(core, "next")

    assert await core.database.rows("SELECT 1 FROM mailing") == []


async def test_a_draft_that_waits_is_shown_instead_of_another_reminder(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_reminder(core, invoice, state="drafted", needs=["Shadow Mode"])

    card = await typed(core, "next")

    offered = {each.get("action_id") for each in elements(card.blocks)}
    assert Action.SHOW_DRAFT in offered
    assert Action.SEND_REMINDER not in offered


@pytest.mark.parametrize("bare", ["promise", "snooze", "dispute", "called", "escalate", "link", "invoice"])
async def test_a_command_without_words_opens_its_form_in_which_the_invoice_is_looked_up(core: Core, bare: str) -> None:
    form = await typed(core, bare)

    assert isinstance(form, Modal)
    assert form.blocks[0]["element"]["action_id"] == ids.ChoiceId.INVOICES
    with pytest.raises(Misfilled, match="Which invoice"):
        await fill(core, form)


@pytest.mark.parametrize("bare", ["account", "contact", "contact add"])
async def test_a_command_about_a_customer_opens_its_form_in_which_the_customer_is_looked_up(
    core: Core, bare: str
) -> None:
    form = await typed(core, bare)

    assert isinstance(form, Modal)
    assert form.blocks[0]["element"]["action_id"] == ids.ChoiceId.CUSTOMERS


async def test_a_link_is_made_for_the_invoice_that_was_looked_up(core: Core) -> None:
    invoice = await an_invoice(core)

    done = await fill(core, await typed(core, "link"), invoice=choice(str(invoice.id)))

    assert "New payment link for INV-1042" in text(done)


async def test_an_absence_is_planned_in_a_form_and_what_is_wrong_stands_at_its_field(core: Core) -> None:
    form = await typed(core, "away")
    mia = {"selected_user": MIA}

    with pytest.raises(Misfilled) as nobody:
        await fill(core, form, named={"from": day("2026-03-11")}, until=day("2026-03-13"))
    with pytest.raises(Misfilled) as backwards:
        await fill(core, form, named={"from": day("2026-03-13")}, until=day("2026-03-11"), deputy=mia)
    done = await fill(
        core, form, named={"from": day("2026-03-11")}, until=day("2026-03-13"), deputy=mia, note="call Acme"
    )

    assert set(nobody.value.fields) == {"deputy"}
    assert set(backwards.value.fields) == {"until"}
    assert "Mia stands in: call Acme" in text(done)
    assert "call Acme" in whole(await typed(core, "away list"))


async def test_a_contact_is_added_in_a_form(core: Core) -> None:
    invoice = await an_invoice(core)
    form = await click(core, await typed(core, "account INV-1042"), Action.ADD_CONTACT)

    with pytest.raises(Misfilled) as wrong:
        await fill(core, form, email="nobody")
    await fill(core, form, email="new@acme.example", name="New")

    assert set(wrong.value.fields) == {"email"}
    row = await core.database.row("SELECT count(*) AS n FROM contact WHERE account_id = %s", (invoice.account_id,))
    assert row == {"n": 2}


# Numbers and names that are nearly right ----------------------------------------------------------


@pytest.mark.parametrize("mistyped", ["INV-1024", "1042", "INV-01042", "INV1042", "INV-10422", "inv-142"])
async def test_a_number_that_is_nearly_one_is_answered_with_it_and_the_command_again(core: Core, mistyped: str) -> None:
    await an_invoice(core, "INV-1042")

    answer = await typed(core, f"promise {mistyped} 50 on friday")

    assert "Did you mean INV-1042?" in text(answer)
    assert "`/plixo promise INV-1042 50 on friday`" in whole(answer)
    assert text(await click(core, answer, Action.SHOW)).startswith("INV-1042")


async def test_a_number_like_none_has_no_suggestion_and_a_stranger_gets_none(core: Core) -> None:
    await an_invoice(core, "INV-1042")

    assert "Did you mean" not in text(await typed(core, "why 777777"))
    assert "1042" not in text(await typed(core, "why INV-1024", by=STRANGER)).replace("INV-1024", "")


async def test_a_name_of_several_customers_is_answered_by_choices_and_the_command_for_each(core: Core) -> None:
    for number, name in (("INV-1", "Acme North"), ("INV-2", "Acme South")):
        invoice = await an_invoice(core, number, email=f"{number}@a.example")
        await Account.filter(id=invoice.account_id).update(name=name, name_key=name.casefold(), number=f"C-{number}")

    answer = await typed(core, "assign Acme to @mia", by=MIA)

    assert "Several customers fit Acme" in text(answer)
    assert "assign C-INV-2 to @mia" in whole(answer)
    assert (await Account.filter(owner_id=(await Person.get(slack_id=MIA)).id)) == []


async def test_a_search_offers_what_fits_to_those_who_may_look(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    await an_invoice(core, "INV-2", email="b@b.example")

    found = await actions.choices(core, ids.ChoiceId.INVOICES, "inv-10", slack_id=VERA)
    customers = await actions.choices(core, ids.ChoiceId.CUSTOMERS, "of inv", slack_id=VERA)
    nothing = await actions.choices(core, ids.ChoiceId.INVOICES, "inv", slack_id=STRANGER)
    odd = await actions.choices(core, ids.ChoiceId.INVOICES, "%_\\", slack_id=VERA)

    assert [each.value for each in found] == [str(invoice.id)]
    assert found[0].description == "125,00 EUR open, 7 days overdue"
    assert len(customers) == 2
    assert list(nothing) == []
    assert list(odd) == []


async def test_a_call_is_followed_up_only_on_a_day_that_somebody_chose(core: Core) -> None:
    await an_invoice(core, "INV-1", days_past_due=40)

    form = await click(core, await typed(core, "next"), Action.LOG_CALL)

    assert isinstance(form, Modal)
    field = next(each for each in form.blocks if each.get("block_id") == "on")
    assert "initial_date" not in field["element"]
