"""Promises, plans and disputes as operators note them: who is mailed, what a plan is called, who stands in."""

import json
from datetime import timedelta

import pytest
import pytest_asyncio

from bot import commands, ids
from bot.asks import Click
from bot.ids import Action
from bot.modals import Modal
from domain.casework import absences
from domain.commitments import dispute_queries, plan_queries
from domain.commitments.states import PlanState
from domain.deliverability import suppressions
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA
from tests.builders import a_contact, an_account, an_invoice

MIA, CARL = "U0MIA", "U0CARL"


@pytest_asyncio.fixture(autouse=True)
async def bosses(core: Core, staff: None) -> None:
    """Mia manages, Carl controls."""
    for slack_id, name, role in ((MIA, "Mia", Role.AR_MANAGER), (CARL, "Carl", Role.CONTROLLER)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def said(core: Core, text: str, *, by: str = ANNA) -> str:
    """Return everything that the answer shows, a form too."""
    answer = await commands.answer(core, text, slack_id=by)
    shown = answer.view() if isinstance(answer, Modal) else [answer.text, *answer.blocks]
    return json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize(
    ("typed", "noted"),
    [
        ("promise INV-1042", "promise INV-1042 50 on friday"),
        ("dispute INV-1042", "dispute INV-1042 other 50 they moan"),
    ],
)
async def test_whoever_notes_something_is_told_whom_a_mail_about_it_goes_to(core: Core, typed: str, noted: str) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, account=account)

    form, answer = await said(core, typed), await said(core, noted)

    for each in (form, answer):
        assert "The customer gets a confirmation by mail, to a…@acme.example." in each


async def test_whoever_notes_something_is_told_that_no_mail_can_go(core: Core) -> None:
    await an_invoice(core, "INV-1", account=await an_account(core, "Nobody Ltd"))
    account = await an_account(core, "Bounced Ltd")
    await a_contact(core, account, "ben@bounced.example")
    await an_invoice(core, "INV-2", account=account)
    await suppressions.add(
        core, whom="ben@bounced.example", reason=suppressions.Why.MANUAL, note="asked by phone", actor=SHELL
    )

    nobody, kept = [await said(core, f"promise {each} 50 on friday") for each in ("INV-1", "INV-2")]

    assert "nobody there has an address on file" in nobody
    assert "no mail may go to b…@bounced.example" in kept
    assert "confirmation by mail" in await said(core, "promise"), "before it is known whose invoice it is"


async def test_a_plan_is_approved_by_the_reference_that_the_payer_has(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "plan INV-1042 3 monthly from 2026-04-01 their main customer went bankrupt", by=MIA)
    first = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert first is not None
    await said(core, f"plan reject P-{first.plan_id.hex[-8:-4]}-{first.plan_id.hex[-4:]} too long", by=CARL)
    await said(core, "plan INV-1042 2 monthly from 2026-04-01 their main customer went bankrupt", by=MIA)
    second = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert second is not None

    old = await said(core, f"plan approve P-{first.plan_id.hex[-8:].upper()}", by=CARL)
    new = await said(core, f"plan approve p-{second.plan_id.hex[-8:-4]}-{second.plan_id.hex[-4:]}", by=CARL)

    assert "is an earlier plan" in old
    assert "Plan approved" in new
    running = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert running is not None
    assert (running.plan_id, running.state) == (second.plan_id, PlanState.RUNNING)


async def test_a_reference_that_is_no_plans_is_read_as_an_invoice_number(core: Core) -> None:
    assert "P-1A2B-3C4D" in await said(core, "plan approve P-1A2B-3C4D", by=CARL)


async def test_a_dispute_of_somebody_who_is_away_shows_who_stands_in(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "dispute INV-1042 duplicate billed twice")
    (dispute,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    await said(core, f"dispute take {dispute.reference}")
    now = core.clock.now()
    anna = await people.actor(core, slack_id=ANNA)
    await absences.plan(core, deputy_slack_id=MIA, from_at=now, until=now + timedelta(days=3), actor=anna)

    listed, card = await said(core, "dispute list"), await said(core, f"dispute {dispute.reference}")

    assert "Mia for Anna has it" in listed
    assert "*Owner*\\nMia for Anna" in card
    assert "Mia for Anna has it" in await said(core, "dispute list mine", by=MIA)


async def test_the_customer_is_asked_about_a_dispute_by_a_form_and_by_words(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    for number in ("INV-1042", "INV-7"):
        await an_invoice(core, number, account=account)
        await said(core, f"dispute {number} other 50 they moan")
    rows = await core.database.rows("SELECT id FROM dispute ORDER BY created_at, id")
    found = {(await dispute_queries.dispute(core, dispute_id=row["id"])).invoice_number: row["id"] for row in rows}
    value = ids.value(dispute=found["INV-1042"])

    form = await in_words.form(core, Click(Action.ASK_PAYER, value, ANNA))
    who = next(each for each in form.blocks if each.get("block_id") == "contact")["element"]["initial_option"]
    done = await in_words.submit(
        core, form, {"contact": {"selected_option": who}, "question": "Which order?"}, slack_id=ANNA
    )
    card = await said(core, "dispute INV-1042")
    again = await in_words.press(core, Click(Action.ASK_PAYER, value, ANNA))
    typed = await said(core, "dispute ask INV-7 and which order here?")

    assert "is mailed to a…@acme.example" in done.text
    assert "Which order?" in card
    assert "the time stands still until they answer" in card
    assert Action.ASK_PAYER not in card
    assert "the time stands still" in json.dumps(again.blocks)
    assert "is mailed to a…@acme.example" in typed
    mails = await core.database.rows("SELECT FROM mailing WHERE letter = 'dispute-question'")
    assert len(mails) == 2
