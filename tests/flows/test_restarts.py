"""The main job goes on where it was when everything is restarted between every two of its steps."""

from tests.flows.stage import Stage


async def test_a_restart_between_every_two_steps_changes_nothing(on_stage: Stage) -> None:
    await on_stage.imports()
    await on_stage.restart()
    reminder = await on_stage.mail(subject="INV-1")
    link = on_stage.link_in(reminder)
    payer = on_stage.payer()

    await on_stage.restart()
    await payer.look(link)
    await on_stage.restart()
    assert await payer.enter(link) == 200
    await on_stage.restart()
    await payer.look(f"{on_stage.portal}/i")
    session = await payer.go_to_checkout()
    await on_stage.restart()
    on_stage.demo.sandbox.stripe.pay_by_card(session)
    await on_stage.restart()
    await on_stage.told("invoice.settled")
    await on_stage.restart()
    await on_stage.mail(subject="Receipt")
    await on_stage.restart()
    await on_stage.in_slack("Reminders ended")

    counted = await on_stage.row(
        "SELECT (SELECT count(*) FROM payment) AS payments, (SELECT count(*) FROM receipt) AS receipts,"
        " (SELECT count(*) FROM mailing WHERE letter LIKE 'reminder%%') AS reminders"
    )
    assert counted == {"payments": 1, "receipts": 1, "reminders": 1}
    assert on_stage.demo.sandbox.mail.count() == 2
