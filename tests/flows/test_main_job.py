"""The main job, through real sockets: from the ledger to the receipt, and the bounce of a reminder."""

from datetime import timedelta

import pytest

from domain.outreach import planner
from tests.flows.stage import Payer, Stage


async def test_an_invoice_is_reminded_paid_settled_and_receipted_and_operators_see_each_step(on_stage: Stage) -> None:
    await on_stage.imports()

    reminder = await on_stage.mail(subject="INV-1: 125,00")
    payer = on_stage.payer()
    assert await payer.enter(on_stage.link_in(reminder)) == 200
    session = await payer.go_to_checkout()
    on_stage.demo.sandbox.stripe.pay_by_card(session)
    assert await payer.come_back() in (200, 303)

    receipt = await on_stage.mail(subject="Receipt")
    attached = on_stage.demo.sandbox.mail.read(receipt["id"]).attachments
    assert [each.name.endswith(".pdf") for each in attached] == [True]
    for kind in (
        "letter.sent",
        "link.entered",
        "checkout.started",
        "payment.received",
        "invoice.settled",
        "cadence.closed",
        "link.closed",
        "receipt.issued",
    ):
        await on_stage.told(kind)
    for words in ("sent to a…@acme.example", "opened the invoice page", "Paid: 125,00 EUR received", "Reminders ended"):
        await on_stage.in_slack(words)
    invoice = await on_stage.row("SELECT state, open_minor FROM invoice WHERE state <> 'test'")
    assert invoice == {"state": "settled", "open_minor": 0}
    await payer.look(f"{on_stage.portal}/i")
    assert "Paid" in payer.page


async def test_a_bounce_of_the_reminder_suppresses_the_address_and_nothing_more_is_sent(on_stage: Stage) -> None:
    await on_stage.imports()
    reminder = await on_stage.mail(subject="INV-1")

    await on_stage.demo.sandbox.mail.bounce(reminder["id"])

    await on_stage.told("address.suppressed")
    await on_stage.in_slack("find another contact")
    kept = await on_stage.row("SELECT reason, state, mail_id IS NOT NULL AS evidence FROM suppression")
    assert kept == {"reason": "hard bounce", "state": "active", "evidence": True}
    await on_stage.demo.sandbox.clock.move(timedelta(days=8))
    await planner.plan(on_stage.core)
    assert on_stage.demo.sandbox.mail.count() == 1


async def test_a_decline_is_told_and_the_payer_may_try_again(on_stage: Stage) -> None:
    payer, session = await _at_checkout(on_stage)

    on_stage.demo.sandbox.stripe.decline(session, code="insufficient_funds")
    declined = await on_stage.told("payment.declined")
    on_stage.demo.sandbox.stripe.pay_by_card(session)

    await on_stage.told("invoice.settled")
    assert "insufficient_funds" in str(declined["fact"])
    await on_stage.in_slack("insufficient_funds")
    await payer.come_back()


async def test_a_second_click_on_pay_leads_to_the_same_checkout(on_stage: Stage) -> None:
    payer, session = await _at_checkout(on_stage)

    await payer.look(f"{on_stage.portal}/i")
    again = await payer.go_to_checkout()

    assert again == session
    assert len(on_stage.demo.sandbox.stripe.sessions()) == 1


async def test_a_link_opens_in_one_browser_only(on_stage: Stage) -> None:
    payer, _ = await _at_checkout(on_stage)
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    stranger = on_stage.payer()

    looked = await stranger.look(link)
    entered = await stranger.enter(link)

    assert looked == 200
    assert entered == 404
    assert "fresh link" in stranger.page
    assert "125" not in stranger.page
    assert await payer.look(f"{on_stage.portal}/i") == 200


async def test_a_dead_link_says_nothing_and_sends_a_fresh_one_to_the_address_on_file(on_stage: Stage) -> None:
    await on_stage.imports()
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    await on_stage.demo.sandbox.clock.move(timedelta(days=7, minutes=1))
    payer = on_stage.payer()

    assert await payer.enter(link) == 404
    status, _ = await payer.press(link, ask="fresh")

    fresh = await on_stage.other_link(link)
    assert status in (200, 303)
    assert await payer.enter(fresh) == 200


async def test_a_regenerated_link_kills_the_old_one_its_session_and_its_checkout_at_once(on_stage: Stage) -> None:
    payer, session = await _at_checkout(on_stage)
    old = on_stage.link_in(await on_stage.mail(subject="INV-1"))

    await on_stage.demo.sandbox.slack.say(user="U0ANNA", text="/plixo link INV-1")

    fresh = on_stage.link_in(await on_stage.mail(subject="Your new link"))
    assert await payer.look(f"{on_stage.portal}/i") != 200
    assert await on_stage.payer().enter(old) == 404
    await on_stage.told("checkout.ended")
    assert on_stage.demo.sandbox.stripe.session(session)["status"] == "expired"
    assert await on_stage.payer().enter(fresh) == 200


async def test_who_may_only_look_cannot_regenerate_a_link(on_stage: Stage) -> None:
    await on_stage.imports()
    await on_stage.mail(subject="INV-1")

    await on_stage.demo.sandbox.slack.say(user="U0VIKTOR", text="/plixo link INV-1")

    await on_stage.whispered("handle links", user="U0VIKTOR")
    assert await on_stage.row("SELECT count(*) AS n FROM pay_link WHERE state = 'replaced'") == {"n": 0}


@pytest.mark.parametrize(
    ("outcome", "state", "told"), [("settle", "settled", "payment.received"), ("fail", "open", "payment.failed")]
)
async def test_a_bank_debit_takes_days_and_reminders_wait_meanwhile(
    on_stage: Stage, outcome: str, state: str, told: str
) -> None:
    _, session = await _at_checkout(on_stage, currency="USD")
    stripe = on_stage.demo.sandbox.stripe

    stripe.pay_by_bank(session, last4="0009")
    await on_stage.told("payment.processing")
    await on_stage.demo.sandbox.clock.move(timedelta(days=1))
    getattr(stripe, outcome)(session)

    await on_stage.told(told)
    invoice = await on_stage.row("SELECT state FROM invoice WHERE state <> 'test'")
    assert invoice == {"state": state}


async def test_a_refund_opens_the_invoice_again(on_stage: Stage) -> None:
    payer, session = await _at_checkout(on_stage)
    on_stage.demo.sandbox.stripe.pay_by_card(session)
    await on_stage.told("invoice.settled")

    on_stage.demo.sandbox.stripe.refund(session)

    await on_stage.told("payment.reversed")
    assert await on_stage.row("SELECT state, open_minor FROM invoice WHERE state <> 'test'") == {
        "state": "open",
        "open_minor": 12500,
    }
    await payer.come_back()


async def _at_checkout(stage: Stage, *, currency: str = "EUR") -> tuple[Payer, str]:
    await stage.imports(currency=currency)
    reminder = await stage.mail(subject="INV-1")
    payer = stage.payer()
    assert await payer.enter(stage.link_in(reminder)) == 200
    return payer, await payer.go_to_checkout()
