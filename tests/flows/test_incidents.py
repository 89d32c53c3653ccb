"""Incidents on stage: Stripe and Slack are away, payers meet it, people are told when Slack is back, and it ends."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.kernel.actor import SHELL
from domain.ledger import csv_import
from domain.operations import incident_figures, incident_lists, incident_watching
from domain.operations.incident_lists import Shown
from sandbox.stripe_faults import Fault
from tests.flows.confirming import confirmed
from tests.flows.stage import Stage, until

CARLA = "U0CARLA"
ADDRESS = "carla@merchant.example"
MINUTES = timedelta(minutes=3)
LEAST = incident_figures.LEAST_MAILS


async def _judged(stage: Stage) -> None:
    """Judge as the clock does, with some minutes in between."""
    await incident_watching.watch(stage.core)
    await stage.demo.sandbox.clock.move(MINUTES)
    await incident_watching.watch(stage.core)


async def _counted(stage: Stage, party: str, column: str, least: int) -> None:
    async def found() -> bool:
        row = await stage.row(f"SELECT coalesce(sum({column}), 0) AS n FROM outside_call WHERE party = %s", party)
        return row is not None and int(row["n"]) >= least

    await until(found, seconds=60, missing=f"nobody wrote down how calls of {party} ended")


async def _ledger(stage: Stage, *, customers: int) -> None:
    """Import an overdue invoice of each of some customers."""
    today = stage.core.clock.now().date()
    issued, due = today - timedelta(days=38), today - timedelta(days=8)
    lines = ["Invoice Number,Customer,Invoice Date,Due Date,Amount,Currency,Contact Email,Country"]
    lines += [f"INV-{n},Acme {n},{issued},{due},125.00,EUR,payer{n}@acme.example,DE" for n in range(customers)]
    request = csv_import.ImportRequest(
        kind="invoices", file_name="ledger.csv", stream=BytesIO("\n".join(lines).encode())
    )
    await csv_import.apply(stage.core, request, actor=SHELL)


async def _payments(stage: Stage) -> Shown:
    async def found() -> Shown | None:
        return next((each for each in await incident_lists.listed(stage.core) if each.cause == "payments"), None)

    return await until(found, missing="no incident was opened")


async def _in_slack(stage: Stage, words: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        room = stage.demo.sandbox.slack.workspace.channel
        shown = stage.demo.sandbox.slack.workspace.messages(room)
        return next((each for each in shown if words in str(each)), None)

    return await until(found, seconds=120, missing=f"Slack never showed {words!r}")


async def test_an_outage_of_stripe_is_told_when_slack_is_back_and_ends_by_a_person(on_stage: Stage) -> None:
    sandbox = on_stage.demo.sandbox
    await confirmed(on_stage, slack_id=CARLA, address=ADDRESS)
    await on_stage.imports()
    mail = await on_stage.mail(subject="INV-1")
    payer = on_stage.payer()
    await payer.enter(on_stage.link_in(mail))
    form = payer.hidden()
    sandbox.stripe.faults.plan(Fault.FAILS_BEFORE, times=500)
    sandbox.slack.api.faults.down = True

    for _ in range(3):
        status, _leads_to = await payer.press(f"{on_stage.portal}/i/pay", **form)
        assert status != 303, "the sandbox's Stripe is away"
    await _counted(on_stage, "checkout", "failed", 2)
    await _judged(on_stage)
    opened = await _payments(on_stage)
    letter = await on_stage.mail(to=ADDRESS, subject="P1")
    sandbox.slack.api.faults.clear()
    message = await _in_slack(on_stage, "P1 payments blocked")
    await sandbox.slack.say(user=CARLA, text=f"/plixo incident take {opened.number}")
    taken = await _in_slack(on_stage, "In the hands of")
    sandbox.stripe.faults.clear()
    await sandbox.slack.say(user=CARLA, text=f"/plixo incident over {opened.number} Stripe is back")
    over = await _in_slack(on_stage, "is over: Stripe does not take payments")

    gate = await on_stage.row("SELECT state FROM gate WHERE name = 'incident'")
    assert opened.severity == "P1"
    assert "INV-1" not in str(letter)
    assert message["ts"] == taken["ts"] == over["ts"]
    assert gate == {"state": "opened"}
    await payer.look(f"{on_stage.portal}/i")
    assert await payer.go_to_checkout()


async def test_a_relay_that_takes_nothing_is_told_in_slack_and_by_one_late_letter_when_it_takes_mail_again(
    on_stage: Stage,
) -> None:
    sandbox = on_stage.demo.sandbox
    await confirmed(on_stage, slack_id=CARLA, address=ADDRESS)
    sandbox.mail.sink.refuse("451 4.3.2 not now", times=10_000, at="rcpt")
    await _ledger(on_stage, customers=LEAST)
    await _counted(on_stage, "relay", "failed", LEAST)

    await _judged(on_stage)
    await sandbox.clock.move(MINUTES)
    await incident_watching.watch(on_stage.core)
    message = await _in_slack(on_stage, "The mail relay does not take our mail")
    waiting = await on_stage.row("SELECT state FROM operator_mail WHERE letter = 'incident'")
    before = sandbox.mail.mails(recipient=ADDRESS)
    sandbox.mail.sink.take_again()
    await sandbox.clock.move(timedelta(minutes=12))
    await on_stage.core.database.execute(  # the worker waits two minutes of real time before it tries again
        "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND task_name LIKE 'send_%%'"
    )
    letter = await on_stage.mail(to=ADDRESS, subject="Late")
    await on_stage.mail(to="payer0@acme.example", subject="INV-0")

    assert waiting is not None
    assert waiting["state"] in {"queued", "sending"}
    assert [each for each in before if "incident" in each["subject"]] == []
    assert "relay" in sandbox.mail.read(letter["id"]).text
    assert message["ts"]
