"""Operations in Slack: maintenance, crons, readiness, digest and reports, tried as an operator tries them."""

from datetime import timedelta

import aiohttp

from tests.flows.hands import ANNA, CARLA, VIKTOR, at_home, click, in_talk, ledger, typed
from tests.flows.stage import Stage, until


async def test_mail_and_pages_stop_and_go_on_and_everybody_sees_it(on_stage: Stage) -> None:
    clock, slack = on_stage.demo.sandbox.clock, on_stage.demo.sandbox.slack
    await typed(on_stage, "/plixo maintenance preview until 18:00", holds="would hold back")
    await typed(on_stage, '/plixo maintenance on "the bank moves" until 18:00', holds="needs the right", user=VIKTOR)
    await typed(on_stage, '/plixo maintenance on "the bank moves" until 18:00', holds="All mail waits")
    board = await on_stage.in_slack("maintenance.end")
    await ledger(on_stage, ("INV-1", "Acme Ltd", 12, "125.00", "anna@acme.example"))
    await slack.open_home(user=CARLA)
    await at_home(on_stage, "the bank moves", user=CARLA)
    async with aiohttp.ClientSession() as payer, payer.get(f"{on_stage.portal}/i") as page:
        closed = (page.status, "Retry-After" in page.headers)

    async def held() -> bool:
        waiting = await on_stage.row("SELECT FROM mailing WHERE state = 'queued' AND waits_reason IS NOT NULL")
        return waiting is not None

    await until(held, missing="no mail waits for the maintenance")
    await typed(on_stage, "/plixo why INV-1", holds="maintenance")
    await click(on_stage, board, "maintenance.prolong", raw="17:30")
    await clock.move(timedelta(hours=3))
    assert on_stage.demo.sandbox.mail.mails(recipient="anna@acme.example") == [], "nothing leaves in the evening"
    await clock.move(timedelta(hours=18))
    await on_stage.mail(subject="INV-1")
    await on_stage.in_slack("Maintenance is over")

    assert closed == (503, True)


async def test_crons_readiness_digest_and_reports_answer(on_stage: Stage) -> None:
    await ledger(on_stage, ("INV-1", "Acme Ltd", 12, "125.00", ""), ("INV-2", "Bolt Ltd", 5, "75.00", "b@bolt.example"))
    await typed(on_stage, '/plixo cron pause plan-reminders "books move" until 18:00', holds="is paused until")
    shown = await typed(on_stage, "/plixo cron", holds="books move", user=CARLA)
    await click(on_stage, shown, "cron.resume", user=CARLA)
    await on_stage.in_slack("plan-reminders runs again")

    await typed(on_stage, "/plixo readiness check", holds="judged anew")
    await on_stage.in_slack("Contacts* fails")
    listed = await typed(on_stage, "/plixo readiness contacts", holds="Acme Ltd")
    assert "125.00" in str(listed)
    await typed(
        on_stage, '/plixo readiness override contacts "the list comes" until tomorrow 12:00',
        holds="right", user=ANNA,
    )  # fmt: skip
    await typed(
        on_stage, '/plixo readiness override contacts "the list comes" until tomorrow 12:00',
        holds="Act #", user=CARLA,
    )  # fmt: skip
    await typed(on_stage, "/plixo readiness approve contacts", holds="somebody else", user=CARLA)

    await typed(on_stage, "/plixo settings digest 07:30", holds="07:30")
    await typed(on_stage, "/plixo digest", holds="Your digest of")
    await typed(on_stage, "/plixo report dso 30 EUR", holds="best possible DSO")
    await typed(on_stage, "/plixo report dso 30 EUR as csv", holds="being made")
    await in_talk(on_stage, ".csv")
    await typed(on_stage, "/plixo deliverability", holds="in seven days")
    await typed(on_stage, "/plixo portal", holds="mailed")
    await typed(on_stage, "/plixo digest", holds="Your digest", user=CARLA)
