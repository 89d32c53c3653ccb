"""A dispute from the payer's page to its end: the owner is asked, asks the payer, and a second person credits it."""

from tests.flows.hands import ANNA, CARLA, click, in_talk, submit, typed, window
from tests.flows.stage import Stage
from tests.flows.test_payers_acts import _at_the_invoice, _send


async def test_the_owner_is_asked_asks_back_and_decides_and_another_credits(on_stage: Stage) -> None:
    payer = await _at_the_invoice(on_stage)
    await typed(on_stage, "/plixo assign Acme Ltd to @carla", holds="belongs to Carla")
    form = {"code": "other", "how": "part", "amount": "25,00", "description": "the pallet was empty"}
    assert await _send(payer, "/i/dispute?code=other", form) == 303

    asked = await in_talk(on_stage, "Is the customer right?", user=CARLA)
    talk = on_stage.demo.sandbox.slack.workspace.direct(CARLA)
    case = await typed(on_stage, "/plixo why INV-1", holds="25.00 EUR is disputed")
    assert "answer due" in str(case)
    listed = await typed(on_stage, "/plixo dispute list", holds="D-", user=CARLA)
    await click(on_stage, listed, "dispute.show", user=CARLA)
    await click(on_stage, await on_stage.whispered("dispute.ask", user=CARLA), "dispute.ask", user=CARLA)
    await window(on_stage, "Ask the customer", user=CARLA)
    await submit(on_stage, user=CARLA, question="Which delivery note?")
    await window(on_stage, "stands still", user=CARLA)
    mail = await on_stage.mail(subject="INV-1", count=2)
    assert mail
    await payer.look(f"{on_stage.portal}/i")
    assert "Which delivery note?" in payer.page
    assert await _send(payer, "/i/question", {"text": "Number 4711."}) == 303
    await on_stage.told("dispute.answered")

    await click(on_stage, asked, "dispute.right", user=CARLA, channel=talk)
    await window(on_stage, "How does it end?", user=CARLA)
    refused = await submit(on_stage, user=CARLA, outcome="accepted", note="")
    assert "note" in refused.errors
    await submit(on_stage, user=CARLA, outcome="accepted", note="you are right")
    await in_talk(on_stage, "Waits for a credit", user=CARLA)
    own = await typed(on_stage, "/plixo credit list", holds="25.00 EUR", user=CARLA)
    await click(on_stage, own, "credit.approve", user=CARLA)
    await on_stage.whispered("somebody else", user=CARLA)
    listed = await typed(on_stage, "/plixo credit list", holds="credit.approve", user=ANNA)
    await click(on_stage, listed, "credit.approve", user=ANNA)
    await on_stage.told("dispute.resolved")

    assert await on_stage.row("SELECT open_minor FROM invoice WHERE number = 'INV-1'") == {"open_minor": 10_000}
    await payer.look(f"{on_stage.portal}/i")
    assert "you are right" in payer.page


async def test_a_plan_is_countered_accepted_by_the_payer_and_told_to_all(on_stage: Stage) -> None:
    payer = await _at_the_invoice(on_stage)
    day = on_stage.core.clock.now().date().isoformat()
    wish = {"first": day, "count": "2", "frequency": "monthly", "reason": "season", "go": "send"}
    assert await _send(payer, "/i/plan", wish) == 303
    case = await on_stage.in_slack("Decide on plan")
    await click(on_stage, case, "plan.show", user=CARLA)
    await click(on_stage, await on_stage.whispered("plan.counter", user=CARLA), "plan.counter", user=CARLA)
    await window(on_stage, "instalments", user=CARLA)
    await submit(on_stage, user=CARLA, count="3", first=day, frequency="monthly", note="smaller steps")
    await on_stage.told("plan.countered")
    await payer.look(f"{on_stage.portal}/i")
    assert "3" in payer.page
    await typed(on_stage, "/plixo plan accept INV-1", holds="Plan accepted")
    assert await on_stage.row("SELECT state FROM plan") == {"state": "running"}
    await typed(on_stage, "/plixo promise INV-1 20 on friday", holds="plan")
    await typed(on_stage, "/plixo plan default INV-1 two are missing", holds="Plan in default", user=CARLA)
    await on_stage.in_slack("Plan in default")
