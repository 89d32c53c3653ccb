"""Operators at work in Slack: typed and clicked through signed requests, seen in the channel and in the mail box."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.kernel.actor import SHELL
from domain.ledger import csv_import
from tests.flows.stage import Stage, until

ANNA, CARLA, VIKTOR = "U0ANNA", "U0CARLA", "U0VIKTOR"


async def _high_value(on_stage: Stage) -> None:
    """Import an invoice so large that its reminder waits for a person."""
    today = on_stage.core.clock.now().date()
    text = (
        "Invoice Number,Customer,Invoice Date,Due Date,Amount,Currency,Contact Email,Country\n"
        f"INV-1,Acme Ltd,{today - timedelta(days=40)},{today - timedelta(days=8)},25000.00,EUR,anna@acme.example,DE\n"
    )
    request = csv_import.ImportRequest(kind="invoices", file_name="ledger.csv", stream=BytesIO(text.encode()))
    await csv_import.apply(on_stage.core, request, actor=SHELL)


async def _says(on_stage: Stage, text: str, *, user: str = ANNA) -> dict[str, Any]:
    """Type a command and wait for the answer that only this person sees."""
    before = {each["ts"] for each in _whispers(on_stage, user)}
    await on_stage.demo.sandbox.slack.say(user=user, text=text)

    async def answered() -> dict[str, Any] | None:
        return next((each for each in _whispers(on_stage, user) if each["ts"] not in before), None)

    return await until(answered, missing=f"no answer to {user}")


async def _presses(on_stage: Stage, message: dict[str, Any], action: str, *, user: str, holds: str) -> dict[str, Any]:
    """Click a button and wait until an answer to this person holds the words."""
    (found,) = [
        (block, element)
        for block in message["blocks"]
        for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]
        if element.get("action_id") == action
    ][:1]
    block, _ = found
    await on_stage.demo.sandbox.slack.press(user=user, ts=message["ts"], block_id=block["block_id"], action_id=action)

    async def answered() -> dict[str, Any] | None:
        return next((each for each in reversed(_whispers(on_stage, user)) if holds in str(each)), None)

    return await until(answered, missing=f"no answer with {holds!r} to {user}")


def _whispers(on_stage: Stage, user: str) -> list[dict[str, Any]]:
    workspace = on_stage.demo.sandbox.slack.workspace
    return list(workspace.whispers(workspace.channel, user))


async def test_a_draft_is_approved_called_back_and_approved_again_before_it_leaves(on_stage: Stage) -> None:
    await _high_value(on_stage)
    message = await on_stage.in_slack("1 draft waits for an approval")

    listed = await _presses(on_stage, message, "draft.list", user=ANNA, holds="draft.show")
    card = await _presses(on_stage, listed, "draft.show", user=ANNA, holds="draft.approve")
    approved = await _presses(on_stage, card, "draft.approve", user=ANNA, holds="draft.undo")
    undone = await _presses(on_stage, approved, "draft.undo", user=ANNA, holds="is a draft again")
    card = await _presses(on_stage, undone, "draft.show", user=ANNA, holds="draft.approve")
    await _presses(on_stage, card, "draft.approve", user=ANNA, holds="draft.undo")

    assert on_stage.demo.sandbox.mail.mails(recipient="anna@acme.example") == [], "it waits to be called back"
    await on_stage.demo.sandbox.clock.move(timedelta(minutes=2))
    assert "INV-1" in (await on_stage.mail(subject="INV-1"))["subject"]
    await on_stage.in_slack("No draft waits for an approval any more")


async def test_a_viewer_sees_the_draft_and_cannot_let_it_leave(on_stage: Stage) -> None:
    await _high_value(on_stage)
    await on_stage.in_slack("1 draft waits for an approval")

    listed = await _says(on_stage, "/plixo draft", user=VIKTOR)
    card = await _presses(on_stage, listed, "draft.show", user=VIKTOR, holds="draft.approve")
    await _presses(on_stage, card, "draft.approve", user=VIKTOR, holds="This needs the right to approve")

    assert await on_stage.row("SELECT state FROM mailing WHERE asks") == {"state": "drafted"}


async def test_a_promise_pauses_reminders_and_stands_in_the_case(on_stage: Stage) -> None:
    await on_stage.imports()
    await on_stage.mail(subject="INV-1")

    answer = await _says(on_stage, "/plixo promise INV-1 100 on friday their boss said so")

    assert "100.00 EUR by" in str(answer)
    await on_stage.in_slack("*Promise*: 100,00 EUR by")
    assert "100" in (await on_stage.mail(subject="100"))["subject"]
    paused = await _says(on_stage, "/plixo why INV-1")
    assert "Not asked for" in str(paused)


async def test_a_plan_is_asked_for_by_one_and_approved_by_another_from_the_case(on_stage: Stage) -> None:
    await on_stage.imports()
    await on_stage.mail(subject="INV-1")
    first = (on_stage.core.clock.now() + timedelta(days=20)).date()

    await _says(on_stage, f"/plixo plan INV-1 3 monthly from {first} their main customer went bankrupt")
    case = await on_stage.in_slack("Decide on plan")
    own = await _presses(on_stage, case, "plan.show", user=ANNA, holds="plan.approve")
    await _presses(on_stage, own, "plan.approve", user=ANNA, holds="somebody else has to approve")
    card = await _presses(on_stage, case, "plan.show", user=CARLA, holds="plan.approve")
    await _presses(on_stage, card, "plan.approve", user=CARLA, holds="Plan approved")

    assert (await on_stage.row("SELECT state FROM plan")) == {"state": "running"}
    await on_stage.told("plan.approved")
